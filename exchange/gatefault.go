package exchange

import (
	"cmp"
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// gateFault turns what the strict reader refused into a fault. The schemas
// have a gate of their own; this reader is asked if it is the stricter one or
// its reason says more.
func gateFault(f *strict.Fault) Fault {
	zh := reasonZH(f.Reason)
	if f.Code != strict.CodeSyntax || zh == "" {
		zh = cmp.Or(gateZH[f.Code], gateZH[strict.CodeSyntax])
	}
	return Fault{
		Code: f.Code, Severity: rules.Reject.String(), Path: "/", Line: f.Line, Column: f.Column,
		Message: Text{EN: f.Reason, ZH: zh}, Source: "XML 1.0",
	}.clip(maxText)
}

// gateZH says in Chinese what each code of the strict reader means.
var gateZH = map[string]string{
	strict.CodeSyntax:             "应为格式良好的 XML，实际从此处起不是。",
	strict.CodeEncoding:           "应为 UTF-8 编码，实际为其他编码。",
	strict.CodeDTD:                "此处应为元素，实际为文档类型声明（DOCTYPE），不予接受。",
	strict.CodePI:                 "此处应为文本、元素或注释，实际为处理指令，不予接受。",
	strict.CodeNamespace:          "应按 XML 命名空间规范使用前缀和命名空间，实际有误。",
	strict.CodeDuplicateAttribute: "同一元素中每个属性应只出现一次，实际有重复。",
	strict.CodeLimit:              "单证应在允许的规模之内（深度、属性、命名空间和元素数量），实际超出。",
}

// reasonZH says a reason of the strict reader about syntax in Chinese, or "" if
// it is none that is known here.
func reasonZH(reason string) string {
	expected, found, ok := strings.Cut(reason, ", found ")
	if !ok {
		return ""
	}
	expected = strings.TrimPrefix(expected, "expected ")
	zh, ok := expectedZH[expected]
	if name, isEnd := strings.CutPrefix(expected, "the end tag of "); isEnd {
		zh, ok = "应为 "+name+" 的结束标签", true
	}
	if !ok {
		return ""
	}
	return zh + "，实际" + foundZH(found) + "。"
}

// expectedZH says what the strict reader expects.
var expectedZH = map[string]string{
	"the root element":               "应为根元素",
	"a root element":                 "应有根元素",
	"nothing after the root element": "根元素之后不应有内容",
	"text":                           "应为文本",
	"a name":                         "应为名称",
	"a comment or a CDATA section":   "应为注释或 CDATA 段",
	"a reference to a character or to one of amp, lt, gt, quot, apos": "应为对字符的引用或 amp、lt、gt、quot、apos 之一的引用（& 本身写作 &amp;）",
	`a tag or a comment after "<"`:                                    "“<”之后应为标签或注释",
	"the end of the tag":                                              "应为标签的结尾",
	"white space or the end of the tag":                               "应为空白或标签的结尾",
	`"/>"`:                                                            "应为“/>”",
	`"=" after the name of an attribute`:                              "属性名之后应为“=”",
	"the value of an attribute in quotes":                             "属性值应加引号",
	"a quote that ends the value of the attribute":                    "属性值应以引号结尾",
	`"&lt;" in the value of an attribute`:                             "属性值中的“<”应写作“&lt;”",
	`"]]&gt;" in text`:                                                "文本中的“]]>”应写作“]]&gt;”",
	`"-->"`:                                                           "应为“-->”",
	`"-->" at the end of the comment`:                                 "注释应以“-->”结尾",
	`"]]>" at the end of the CDATA section`:                           "CDATA 段应以“]]>”结尾",
	"version 1.0 in the XML declaration":                              "XML 声明中的版本应为 1.0",
	"yes or no for standalone":                                        "XML 声明中的 standalone 应为 yes 或 no",
	`"=" in the XML declaration`:                                      "XML 声明中此处应为“=”",
	"a value in quotes in the XML declaration":                        "XML 声明中的值应加引号",
	"a quote that ends the value":                                     "XML 声明中的值应以引号结尾",
	`"?>" at the end of the XML declaration`:                          "XML 声明应以“?>”结尾",
}

// foundZH says what the strict reader found instead.
func foundZH(found string) string {
	switch found {
	case "the end of the document":
		return "单证到此结束"
	case "none":
		return "没有"
	case `"--" within a comment`:
		return "注释中有“--”"
	}
	if code, ok := strings.CutPrefix(found, "the control character "); ok {
		return "为控制字符 " + code
	}
	if code, ok := strings.CutSuffix(found, ", which XML does not allow"); ok {
		return "为 XML 不允许的字符 " + code
	}
	return "为“" + strings.Trim(found, `"“”`) + "”"
}
