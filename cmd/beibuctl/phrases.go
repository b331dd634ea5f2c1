package main

import (
	"fmt"

	"beibu/cmd/internal/terminal"
)

// chinese holds what this program itself says to people, in Chinese, by the
// English: headings of tables, labels and notes. What documents, rules and the
// exchange say comes in both languages from there. A test finds every phrase that
// is missing here, and every one that nothing says.
var chinese = map[string]string{
	// Headings of tables.
	"EXCHANGE": "交换编号", "STATE": "状态", "KIND": "单证种类", "NUMBER": "单证编号", "SENDER": "发送方",
	"RECEIVER": "接收方", "CONSIGNED": "投递时间", "ATTEMPT": "投递次数", "CAUSE": "原因", "FAILED": "失败时间", "PARTY": "参与方", "ROLE": "类别", "COUNTRY": "国家", "LOCODES": "口岸代码",
	"NAME": "名称", "SUSPENDED": "停用情况", "CODE": "代码", "SEVERITY": "级别", "KINDS": "适用单证", "FROM": "生效日期", "UNTIL": "失效日期",
	"MESSAGE": "内容", "SOURCE": "依据", "USE": "用途", "ALGORITHM": "算法", "VALID": "有效期", "SUBJECT": "证书主体", "ID": "标识",
	"PRIVATE": "有无私钥", "SHA-256": "SHA-256",

	// Labels and values.
	"yes": "是", "no": "否", "express": "优先", "seal": "封装签章", "receipt": "回执",
	"%s to %s": "%s 至 %s", "%s by %s: %s": "%s 由 %s 停用：%s",
	"by %s": "操作人 %s", "attempt %d": "第 %d 次投递",
	"accepted before": "此前已受理", "version %s": "版本 %s",
	"not kept, %s: %s": "未保存，%s：%s",
	"earlier: exchange %s, accepted %s, SHA-256 %s": "先前受理：交换编号 %s，受理时间 %s，SHA-256 %s",

	// What check and kinds say.
	", would go to %s": "，将发往 %s", "ROOT": "根元素", "STANDARD": "标准",
	"what must be there": "必填内容", "what the exchange reads": "平台读取的内容", "to whom it goes": "发往何处", "who may send it": "可发送方",
	"samples": "样例", "rules": "业务规则", "root": "根元素", "namespace": "命名空间", "standard": "标准", "schema": "模式",
	"decides: %s": "决定路由：%s", "always": "无条件",

	// What verify shows.
	"envelope": "封装文件", "signed document": "已签名单证", "document": "单证", "by": "签章人", "algorithm": "算法", "exchange": "交换编号", "version": "版本",
	"sender": "发送方", "receivers": "接收方", "accepted": "受理时间", "time stamp": "时间戳", "position": "日志位置",
	"%s on %s": "%s，加于 %s", "%d in the log": "%d",

	// What replay says.
	"no failed delivery fits: there is nothing to replay": "没有符合条件的失败投递，无需重发",
	"planned: %s; nothing was done":                       "计划重发 %s；尚未执行",
	"plan %s":                                             "计划摘要 %s",
	"to do it, add --do --reason WHY":                     "如需执行，请加 --do --reason 理由",
	"done: %s":                                            "已重发：%s",
	"1 delivery":                                          "1 笔投递",
	"%d deliveries":                                       "%d 笔投递",
	"and %s more that the plan has and this table does not show":                                      "计划中另有 %s，未在表中列出",
	"%s fit; the plan leaves out %d, which are beyond the bound of one plan: replay again afterwards": "符合条件的有 %s；其中 %d 笔超出单次计划的上限，未列入计划：请执行后再次重发",
	"%s of the plan were acknowledged, or begun by another, a moment before":                          "计划中有 %s 刚刚已被签收，或已由他人重发",

	// Notes.
	"seals are checked with the keys that %s publishes; --trust names keys of your own":              "封装签章按 %s 公布的密钥核验；可用 --trust 指定自有密钥",
	"%s is not among the keys that the exchange publishes; verify --trust %s trusts it all the same": "%s 不在交换平台公布的密钥之列；但 verify --trust %s 仍会信任它",
	"the old certificate stays; give the new one to those who verify, and send the daemon a SIGHUP":  "旧证书予以保留；请将新证书交给核验方，并向交换服务程序发送 SIGHUP",
	"the old key stays as %s; sign with it until the exchange has registered %s.pem":                 "旧密钥保留为 %s；在交换平台登记 %s.pem 之前，请继续用旧密钥签名",
	"the daemon's version is unknown: %s":                                                            "无法得知交换服务程序的版本：%s", "%s: holds": "%s：核验通过", "%s: does not hold, %s: %s": "%s：核验不通过，%s：%s",
}

// say returns a phrase in the language asked for, formatted as fmt.Sprintf does.
// The phrase is a constant, and in chinese.
func (s *session) say(phrase string, args ...any) string {
	return fmt.Sprintf(s.word(phrase), args...)
}

// word returns a phrase in the language asked for, as it is.
func (s *session) word(phrase string) string {
	if translated, ok := chinese[phrase]; ok && s.Lang == "zh" {
		return translated
	}
	return phrase
}

// newTable returns a table with its headings in the language asked for. They are
// constants, and in chinese; "" heads a column that needs no heading.
func (s *session) newTable(headings ...string) *terminal.Table {
	head := make([]string, 0, len(headings))
	for _, h := range headings {
		head = append(head, s.word(h))
	}
	return terminal.NewTable(head...)
}
