package verify

import "fmt"

// chinese maps the English phrases of this command to Chinese. A test finds each
// phrase that is missing, and each that is not used.
var chinese = map[string]string{
	"envelope": "封装文件", "receipt": "回执", "signed document": "已签名单证", "statement of a balance": "余量证明",
	"made": "出具时间", "counted up to": "计数截至", "sequence %d of the record": "记录序号 %d", "used by documents": "使用次数",
	"line %s": "第%s项", "%s %s left of %s; %s reserved, %s consumed": "余量 %s %s，总量 %s；已预留 %s，已核销 %s", "document": "单证", "by": "签章人", "algorithm": "算法",
	"exchange": "交换编号", "version": "版本", "sender": "发送方", "receivers": "接收方", "accepted": "受理时间", "time stamp": "时间戳",
	"readdressed": "改投", "on %s by run %s": "%s，执行 %s", "plan": "计划摘要",
	"position": "日志位置", "SHA-256": "SHA-256", "%s on %s": "%s，加于 %s", "%d in the log": "%d",
	"epoch": "日志纪元", "%d: the log was restored from a copy before": "%d（受理前，日志曾由备份恢复）",
	"%s: holds": "%s：核验通过", "%s: does not hold, %s: %s": "%s：核验不通过，%s：%s",
	"beibuctl keys show --dir DIR keeps the keys of a daemon, and verify --trust DIR uses them; --cert names one certificate": "beibuctl keys show --dir DIR 可保存服务的密钥，verify --trust DIR 用其核验；--cert 指定单个证书",
	"such as --alias urn:theirs=http://www.chinaport.gov.cn/2022/04/xmldsig#sm3":                                              "例如 --alias urn:theirs=http://www.chinaport.gov.cn/2022/04/xmldsig#sm3",
	"hint: %s":                            "建议：%s",
	"beibu-verify --help shows the flags": "beibu-verify --help 可查看选项",
}

// Say returns a phrase of this command in a language, formatted as fmt.Sprintf
// does.
func Say(lang, phrase string, args ...any) string {
	if translated, ok := chinese[phrase]; ok && lang == "zh" {
		phrase = translated
	}
	if len(args) == 0 {
		return phrase
	}
	return fmt.Sprintf(phrase, args...)
}

// say returns a phrase in the program's language.
func (p Program) say(phrase string, args ...any) string { return Say(p.Lang, phrase, args...) }
