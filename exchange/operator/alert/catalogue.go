package alert

import "beibu/exchange"

// A Code says what an alert is about. It is permanent.
type Code string

// The codes.
const (
	ReceiverFailing     Code = "receiver-failing"      // its circuit breaker is open
	ReceiverRefusing    Code = "receiver-refusing"     // Count deliveries to it failed for good of late
	NotAcknowledged     Code = "not-acknowledged"      // Count deliveries were handed over too often
	SenderFailing       Code = "sender-failing"        // Count of its documents were refused of late
	PartySwitchedOff    Code = "party-switched-off"    // it is suspended
	ReceiverSilent      Code = "receiver-silent"       // it takes nothing, beyond its usual
	SenderSilent        Code = "sender-silent"         // it sends nothing, beyond its usual
	BacklogOld          Code = "backlog-old"           // its oldest delivery has waited for Count hours
	CertificateEnding   Code = "certificate-ending"    // it ends within Count days
	RunStopped          Code = "run-stopped"           // a replay run stopped by itself
	RunAwaitingApproval Code = "run-awaiting-approval" // a replay run waits for another person
	BreakGlassInUse     Code = "break-glass-used"      // an account for emergencies
	severityCritical         = "critical"
	severityWarning          = "warning"
	severityInfo             = "info"
)

// words are what people read of an alert. Their forms have the placeholders of
// [Alert.part], and command has {about}.
type words struct {
	severity         string
	firing, resolved exchange.Text
	command          string        // of beibuctl, that shows more
	look             exchange.Text // what the command, or a page, shows
	advice           exchange.Text // what to do
}

// catalogue has a row for each code, in the order of the runbook.
var catalogue = []struct {
	code Code
	words
}{
	{ReceiverFailing, words{
		severity: severityCritical,
		firing:   exchange.Text{EN: "deliveries to {party} fail since {since}: {cause}", ZH: "自 {since} 起向 {party} 交付失败：{cause}"},
		resolved: exchange.Text{EN: "{party} takes deliveries again", ZH: "{party} 已恢复接收"},
		command:  "beibuctl parties status {about}",
		look:     exchange.Text{EN: "{place} shows the cause", ZH: "{place}查看原因"},
		advice:   exchange.Text{EN: "test the address and call the receiver; nothing is lost", ZH: "测试其地址并联系接收方；单证不会丢失"},
	}},
	{ReceiverRefusing, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{count} deliveries to {party} were refused or given up within two hours", ZH: "两小时内向 {party} 的 {count} 笔交付被拒收或放弃"},
		resolved: exchange.Text{EN: "deliveries to {party} are no longer refused", ZH: "向 {party} 的交付不再被拒收"},
		command:  "beibuctl failures --receiver {about}",
		look:     exchange.Text{EN: "{place} shows the causes, each with its next step", ZH: "{place}查看各原因及处理办法"},
		advice:   exchange.Text{EN: "mend the cause, then replay them", ZH: "排除原因后重放"},
	}},
	{NotAcknowledged, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{count} deliveries were handed over to {party} again and again and not acknowledged", ZH: "{party} 多次提取 {count} 笔交付而未签收"},
		resolved: exchange.Text{EN: "{party} has acknowledged what it fetched", ZH: "{party} 已签收所提取的交付"},
		command:  "beibuctl exchanges list --failed --party {about}",
		look:     exchange.Text{EN: "{place} shows them", ZH: "{place}查看这些交付"},
		advice:   exchange.Text{EN: "the receiver may fail on these documents: give it their exchange ids", ZH: "接收方可能无法处理这些单证：请告知其交换编号"},
	}},
	{SenderFailing, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{count} documents of {party} were refused within two hours", ZH: "两小时内 {party} 有 {count} 份单证被退单"},
		resolved: exchange.Text{EN: "documents of {party} are no longer refused", ZH: "{party} 的单证不再被退单"},
		command:  "beibuctl refusals list --sender {about}",
		look:     exchange.Text{EN: "{place} shows the codes", ZH: "{place}查看代码"},
		advice:   exchange.Text{EN: "the sender has to correct its documents", ZH: "由发送方更正单证"},
	}},
	{PartySwitchedOff, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{party} is suspended; what is addressed to it waits", ZH: "{party} 已暂停；发给它的单证等待中"},
		resolved: exchange.Text{EN: "{party} is no longer suspended", ZH: "{party} 已恢复"},
		command:  "beibuctl audit --subject party:{about}",
		look:     exchange.Text{EN: "{place} shows who suspended it and why", ZH: "{place}查看暂停人及理由"},
		advice:   exchange.Text{EN: "resume it when the reason is gone", ZH: "理由消除后恢复"},
	}},
	{ReceiverSilent, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{party} has taken nothing since {since}, for {count} of its active hours, and deliveries wait", ZH: "{party} 自 {since} 起在其 {count} 个活跃小时内未取任何交付，且有交付等待"},
		resolved: exchange.Text{EN: "{party} takes deliveries again", ZH: "{party} 已恢复接收"},
		command:  "beibuctl parties status {about}",
		look:     exchange.Text{EN: "{place} shows when it last took a delivery", ZH: "{place}查看最近一次取走的时间"},
		advice:   exchange.Text{EN: "ask the receiver whether its program runs", ZH: "请询问接收方其程序是否运行"},
	}},
	{SenderSilent, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{party} has sent nothing since {since}, for {count} of its active hours", ZH: "{party} 自 {since} 起在其 {count} 个活跃小时内未发送任何单证"},
		resolved: exchange.Text{EN: "{party} sends again", ZH: "{party} 已恢复发送"},
		command:  "beibuctl parties status {about}",
		look:     exchange.Text{EN: "{place} shows when its last document was accepted", ZH: "{place}查看最近一次接收其单证的时间"},
		advice:   exchange.Text{EN: "ask the sender whether its program runs; on a holiday there is nothing to do", ZH: "请询问发送方其程序是否运行；节假日无须处理"},
	}},
	{BacklogOld, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "the oldest delivery to {party} has waited since {since}", ZH: "向 {party} 的最早一笔交付自 {since} 起等待"},
		resolved: exchange.Text{EN: "no delivery to {party} has waited for long any more", ZH: "向 {party} 的交付不再久等"},
		command:  "beibuctl exchanges list --party {about} --state ContentConsignment",
		look:     exchange.Text{EN: "{place} shows what waits", ZH: "{place}查看等待的单证"},
		advice:   exchange.Text{EN: "perishable goods may wait at a border: call the receiver; after delivery.expireAfter a delivery is given up", ZH: "鲜活易腐货物可能滞留口岸：请联系接收方；超过 delivery.expireAfter 的交付将被放弃"},
	}},
	{CertificateEnding, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "the last valid key of {owner} ends on {until}, within {count} days", ZH: "{owner}的最后一个有效密钥将在 {count} 天内（{until}）到期"},
		resolved: exchange.Text{EN: "{owner} has a key for longer", ZH: "{owner}已有有效期更长的密钥"},
		look:     exchange.Text{EN: "{place} shows the keys", ZH: "{place}查看密钥"},
		advice:   exchange.Text{EN: "have a new certificate made and put it beside the old one", ZH: "请申领新证书，与旧证书并列配置"},
	}},
	{RunStopped, words{
		severity: severityWarning,
		firing:   exchange.Text{EN: "{run} stopped at {since}: {cause}", ZH: "{run} 于 {since} 停止：{cause}"},
		resolved: exchange.Text{EN: "{run} continues or is over", ZH: "{run} 已继续或已结束"},
		command:  "beibuctl runs show {about} --items",
		look:     exchange.Text{EN: "{place} shows what failed again", ZH: "{place}查看再次失败的项"},
		advice:   exchange.Text{EN: "resume or cancel the run", ZH: "继续或取消该重放"},
	}},
	{RunAwaitingApproval, words{
		severity: severityInfo,
		firing:   exchange.Text{EN: "{run} waits for the approval of another person since {since}", ZH: "{run} 自 {since} 起等待他人批准"},
		resolved: exchange.Text{EN: "{run} was approved, lapsed or cancelled", ZH: "{run} 已批准、失效或取消"},
		command:  "beibuctl runs show {about}",
		look:     exchange.Text{EN: "{place} shows what it will send", ZH: "{place}查看将发送的内容"},
		advice:   exchange.Text{EN: "an approver, other than who requested it, approves or cancels it", ZH: "由提出人以外的审批员批准或取消"},
	}},
	{BreakGlassInUse, words{
		severity: severityCritical,
		firing:   exchange.Text{EN: "the break-glass account {about} is in use since {since}", ZH: "应急账户 {about} 自 {since} 起在使用"},
		resolved: exchange.Text{EN: "the break-glass account {about} is no longer in use", ZH: "应急账户 {about} 已不再使用"},
		command:  "beibuctl audit --subject action:{about}",
		look:     exchange.Text{EN: "{place} shows when it was used", ZH: "{place}查看使用时间"},
		advice:   exchange.Text{EN: "find out who used it and why, then change its key", ZH: "查明使用人及原因，然后更换其密钥"},
	}},
}

// Codes returns all codes, in the order of the runbook.
func Codes() []Code {
	all := make([]Code, 0, len(catalogue))
	for _, row := range catalogue {
		all = append(all, row.code)
	}
	return all
}

// words returns what people read of the alert. A code of a later version has few.
func (a Alert) words() words {
	for _, row := range catalogue {
		if row.code == a.Code {
			return row.words
		}
	}
	unknown := exchange.Text{EN: string(a.Code) + ": {about}", ZH: string(a.Code) + "：{about}"}
	return words{severity: severityWarning, firing: unknown, resolved: unknown}
}

// Severity returns how much it matters: critical, warning or info.
func (a Alert) Severity() string {
	if a.Code == CertificateEnding && a.Count <= 1 {
		return severityCritical
	}
	return a.words().severity
}

// Runbook returns the section of the runbook, as a path in the documentation.
func (a Alert) Runbook() string { return "runbook.md#" + string(a.Code) }
