package alert

import (
	"fmt"
	"time"

	"beibu/exchange"
)

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
	timeInText               = "2006-01-02 15:04 UTC"
)

// words are what people read of an alert. The verbs of the texts take, in this order: what
// it is about, the time, the count, and the cause or the end.
type words struct {
	severity         string
	firing, resolved exchange.Text
	next             exchange.Text
}

// catalogue has a row for each code, in the order of the runbook.
var catalogue = []struct {
	code Code
	words
}{
	{ReceiverFailing, words{
		severityCritical,
		exchange.Text{EN: "deliveries to %[1]s fail since %[2]s: %[4]s", ZH: "自 %[2]s 起向 %[1]s 交付失败：%[4]s"},
		exchange.Text{EN: "%[1]s takes deliveries again", ZH: "%[1]s 已恢复接收"},
		exchange.Text{EN: "look at the cause in beibuctl parties status, test the address, call the receiver; nothing is lost", ZH: "用 beibuctl parties status 查看原因，测试其地址并联系接收方；单证不会丢失"},
	}},
	{ReceiverRefusing, words{
		severityWarning,
		exchange.Text{EN: "%[3]d deliveries to %[1]s were refused or given up within two hours", ZH: "两小时内向 %[1]s 的 %[3]d 笔交付被拒收或放弃"},
		exchange.Text{EN: "deliveries to %[1]s are no longer refused", ZH: "向 %[1]s 的交付不再被拒收"},
		exchange.Text{EN: "beibuctl failures shows the causes and the next step of each", ZH: "用 beibuctl failures 查看各原因及处理办法"},
	}},
	{NotAcknowledged, words{
		severityWarning,
		exchange.Text{EN: "%[3]d deliveries were handed over to %[1]s again and again and not acknowledged", ZH: "%[1]s 多次提取 %[3]d 笔交付而未签收"},
		exchange.Text{EN: "%[1]s has acknowledged what it fetched", ZH: "%[1]s 已签收所提取的交付"},
		exchange.Text{EN: "the receiver may fail on these documents: show it their exchange ids", ZH: "接收方可能无法处理这些单证：请告知其交换编号"},
	}},
	{SenderFailing, words{
		severityWarning,
		exchange.Text{EN: "%[3]d documents of %[1]s were refused within two hours", ZH: "两小时内 %[1]s 的 %[3]d 份单证被拒收"},
		exchange.Text{EN: "documents of %[1]s are no longer refused", ZH: "%[1]s 的单证不再被拒收"},
		exchange.Text{EN: "beibuctl refusals list --sender shows the codes; the sender has to correct its documents", ZH: "用 beibuctl refusals list --sender 查看代码；由发送方更正单证"},
	}},
	{PartySwitchedOff, words{
		severityWarning,
		exchange.Text{EN: "%[1]s is suspended; what is addressed to it waits", ZH: "%[1]s 已暂停；发给它的单证等待中"},
		exchange.Text{EN: "%[1]s is no longer suspended", ZH: "%[1]s 已恢复"},
		exchange.Text{EN: "beibuctl audit --subject party:ID shows who suspended it and why; resume it when the reason is gone", ZH: "用 beibuctl audit --subject party:ID 查看暂停人及理由；理由消除后恢复"},
	}},
	{ReceiverSilent, words{
		severityWarning,
		exchange.Text{EN: "%[1]s has taken nothing since %[2]s, for %[3]d of its active hours, and deliveries wait", ZH: "%[1]s 自 %[2]s 起在其 %[3]d 个活跃小时内未取任何交付，且有交付等待"},
		exchange.Text{EN: "%[1]s takes deliveries again", ZH: "%[1]s 已恢复接收"},
		exchange.Text{EN: "ask the receiver whether its program runs", ZH: "请询问接收方其程序是否运行"},
	}},
	{SenderSilent, words{
		severityWarning,
		exchange.Text{EN: "%[1]s has sent nothing since %[2]s, for %[3]d of its active hours", ZH: "%[1]s 自 %[2]s 起在其 %[3]d 个活跃小时内未发送任何单证"},
		exchange.Text{EN: "%[1]s sends again", ZH: "%[1]s 已恢复发送"},
		exchange.Text{EN: "ask the sender whether its program runs; on a holiday there is nothing to do", ZH: "请询问发送方其程序是否运行；节假日无须处理"},
	}},
	{BacklogOld, words{
		severityWarning,
		exchange.Text{EN: "the oldest delivery to %[1]s has waited since %[2]s", ZH: "向 %[1]s 的最早一笔交付自 %[2]s 起等待"},
		exchange.Text{EN: "no delivery to %[1]s has waited for long any more", ZH: "向 %[1]s 的交付不再久等"},
		exchange.Text{EN: "perishable goods may wait at a border: call the receiver; after delivery.expireAfter a delivery is given up", ZH: "鲜活易腐货物可能滞留口岸：请联系接收方；超过 delivery.expireAfter 的交付将被放弃"},
	}},
	{CertificateEnding, words{
		severityWarning,
		exchange.Text{EN: "the last valid key of %[1]s ends on %[4]s, within %[3]d days", ZH: "%[1]s 的最后一个有效密钥将在 %[3]d 天内（%[4]s）到期"},
		exchange.Text{EN: "%[1]s has a key for longer", ZH: "%[1]s 已有有效期更长的密钥"},
		exchange.Text{EN: "have a new certificate made and put it beside the old one", ZH: "请申领新证书，与旧证书并列配置"},
	}},
	{RunStopped, words{
		severityWarning,
		exchange.Text{EN: "replay run %[1]s stopped: %[4]s", ZH: "重放 %[1]s 已停止：%[4]s"},
		exchange.Text{EN: "replay run %[1]s continues or is over", ZH: "重放 %[1]s 已继续或已结束"},
		exchange.Text{EN: "beibuctl runs show ID --items shows what failed again; resume or cancel the run", ZH: "用 beibuctl runs show ID --items 查看再次失败的项；继续或取消该重放"},
	}},
	{RunAwaitingApproval, words{
		severityInfo,
		exchange.Text{EN: "replay run %[1]s waits for the approval of another person since %[2]s", ZH: "重放 %[1]s 自 %[2]s 起等待他人批准"},
		exchange.Text{EN: "replay run %[1]s was approved, lapsed or cancelled", ZH: "重放 %[1]s 已批准、失效或取消"},
		exchange.Text{EN: "an approver reads it with beibuctl runs show ID, and approves or cancels it", ZH: "由审批员用 beibuctl runs show ID 查看后批准或取消"},
	}},
	{BreakGlassInUse, words{
		severityCritical,
		exchange.Text{EN: "the break-glass account %[1]s is in use since %[2]s", ZH: "应急账户 %[1]s 自 %[2]s 起在使用"},
		exchange.Text{EN: "the break-glass account %[1]s is no longer in use", ZH: "应急账户 %[1]s 已不再使用"},
		exchange.Text{EN: "find out who used it and why, then change its key", ZH: "查明使用人及原因，然后更换其密钥"},
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
	unknown := exchange.Text{EN: string(a.Code) + ": %[1]s", ZH: string(a.Code) + "：%[1]s"}
	return words{severity: severityWarning, firing: unknown, resolved: unknown}
}

// Severity returns how much it matters: critical, warning or info.
func (a Alert) Severity() string {
	if a.Code == CertificateEnding && a.Count <= 1 {
		return severityCritical
	}
	return a.words().severity
}

// Summary returns what has happened: that the condition began (it is firing), or that it
// has ended.
func (a Alert) Summary(firing bool) exchange.Text {
	text := a.words().resolved
	if firing {
		text = a.words().firing
	}
	last := a.Cause
	if !a.Until.IsZero() {
		last = inText(a.Until)
	}
	fill := func(form string) string {
		// Each text takes some of these, by their numbers.
		return fmt.Sprintf(form+"%[5]s", a.About, inText(a.Since), a.Count, last, "")
	}
	return exchange.Text{EN: fill(text.EN), ZH: fill(text.ZH)}
}

func inText(t time.Time) string { return t.UTC().Format(timeInText) }

// NextStep returns what to do about it.
func (a Alert) NextStep() exchange.Text { return a.words().next }

// Runbook returns the section of the runbook, as a path in the documentation.
func (a Alert) Runbook() string { return "runbook.md#" + string(a.Code) }
