package exchange

import (
	"fmt"

	"beibu/exchange/facts"
	"beibu/exchange/rules"
	"beibu/signing/strict/quote"
)

// codeFault is the fault of a value that is at the place of a code and is none. If
// nothing but a code can be meant, the document is refused: a receiver that it
// names would be left out. A name in the place of a code is let pass, with a
// warning that nobody is found by it.
func codeFault(u facts.Unread) Fault {
	fault := Fault{
		Code: "document.code", Severity: rules.Warn.String(), Path: u.At.Path(), Source: "ISO 3166-1",
	}
	want := Text{EN: "a country code of two letters, such as CN", ZH: "两个字母的国家代码（如CN）"}
	if u.Port() {
		fault.Source = "UN/LOCODE"
		want = Text{EN: "a UN/LOCODE, such as CNQZH", ZH: "联合国口岸及相关地点代码UN/LOCODE（如CNQZH）"}
	}
	if u.Meant {
		fault.Severity = rules.Reject.String()
	}
	fault.Line, fault.Column = u.At.Position()
	en, zh := quote.Text(u.Text)
	fault.Message = Text{
		EN: fmt.Sprintf("Expected %s, found %s; no receiver can be found by it.", want.EN, en),
		ZH: fmt.Sprintf("此处应为%s，实际为%s，无法据此确定接收方。", want.ZH, zh),
	}
	return fault
}
