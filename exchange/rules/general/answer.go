package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// responses are the kinds that answer other documents.
func responses() []string { return []string{"response"} }

// The lists from which answers in this trade take their codes.
const (
	uncl4343 = "UNCL4343" // UN/EDIFACT 4343, response type
	wco      = "WCO-RES"  // function codes of WCO responses
	gacc     = "GACC"     // returnStatus of the Chinese platform
)

// inList tells whether an answer code is in its list, and whether the list is
// one of these.
func inList(list, code string) (listed, judged bool) {
	var all string
	switch canonical(list) {
	case uncl4343:
		all = " AB AJ AP CA IP RE UQ "
	case wco:
		all = " 01 02 03 05 06 07 08 09 10 11 13 14 15 16 17 "
	case gacc:
		if strings.HasPrefix(code, "-") { // a processing exception, with a number of its own
			return len(code) > 1 && strings.Trim(code[1:], "0123456789") == "", true
		}
		all = " 1 2 3 4 100 120 300 399 500 505 600 800 899 "
	default:
		return false, false
	}
	return code != "" && !strings.Contains(code, " ") && strings.Contains(all, " "+code+" "), true
}

// canonical returns the name of a list as it is spelled here.
func canonical(list string) string {
	for _, name := range [...]string{uncl4343, wco, gacc} {
		if rules.Is(list, name) {
			return name
		}
	}
	return list
}

// refuses tells whether an answer refuses.
func refuses(code strict.Node) bool {
	text := code.Text()
	switch canonical(code.Attr("listID")) {
	case uncl4343:
		return text == "RE"
	case wco:
		return text == "03"
	case gacc:
		return strings.HasPrefix(text, "-")
	}
	return false
}
