package general

import (
	"strconv"
	"unicode/utf8"

	"beibu/exchange/rules"
)

// reasonLimit is how many characters returnInfo of the Chinese platform holds.
const reasonLimit = 1000

// reasonLength is GEN-23.
func reasonLength() rules.Rule {
	return rules.Rule{
		Code: "GEN-23", Kinds: responses(), Severity: rules.Reject,
		Source: "GACC specification 202205: returnInfo of at most 1000 characters",
		EN:     "the text of a platform answer has {0} characters; at most {1} can be passed on",
		ZH:     "平台回执的说明有{0}个字符；最多可传递{1}个字符",
		Check: func(d *rules.Document, report rules.Report) {
			for response := range d.Root.All("DocumentResponse/Response") {
				if canonical(response.Find("ResponseCode").Attr("listID")) != gacc {
					continue
				}
				for at := range response.All("Description") {
					if n := utf8.RuneCountInString(at.Text()); n > reasonLimit {
						report(at, strconv.Itoa(n), strconv.Itoa(reasonLimit))
					}
				}
			}
		},
	}
}
