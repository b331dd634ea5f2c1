package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// containerNumber is GEN-12. What does not have the form of a container number
// is taken for a trailer or another unit and not judged.
func containerNumber() rules.Rule {
	return rules.Rule{
		Code: "GEN-12", Severity: rules.Warn,
		Source: "ISO 6346: check digit of container numbers",
		EN:     "the container number {0} does not check out: its last digit must be {1}",
		ZH:     "集装箱号{0}校验不符：末位应为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			eachOwn(d, rules.Contained, func(n strict.Node) {
				name := n.Local()
				if !strings.HasSuffix(name, "TransportEquipment") && name != "GoodsItemContainer" {
					return
				}
				at := n.Find("ID")
				number := strings.ReplaceAll(at.Text(), " ", "")
				if digit, ok := containerDigit(number); ok && number[10:] != digit {
					report(at, number, digit)
				}
			})
		},
	}
}

// containerDigit returns the check digit that a container number ought to end
// in, and whether it is one: three letters of the owner, U, and seven digits.
func containerDigit(number string) (string, bool) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if len(number) != 11 || number[3] != 'U' ||
		strings.Trim(number[:4], letters) != "" || strings.Trim(number[4:], "0123456789") != "" {
		return "", false
	}
	sum := 0
	for i := range 10 {
		value := int(number[i] - '0')
		if i < 4 { // letters count from 10 and leave out 11, 22 and 33
			value = int(number[i]-'A') + 10
			value += (value - 1) / 10
		}
		sum += value << i
	}
	return string(rune('0' + sum%11%10)), true
}
