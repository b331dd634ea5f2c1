package codes

import (
	"slices"
	"strings"
)

// A Verdict is what an answer says of a document.
type Verdict string

// The verdicts.
const (
	Accepted       Verdict = "accepted"
	Conditional    Verdict = "conditional"     // accepted on a condition, which the reasons say
	PartlyRejected Verdict = "partly-rejected" // some of it was rejected
	Rejected       Verdict = "rejected"
	Received       Verdict = "received" // it arrived or is under way; nothing is decided
	Unclear        Verdict = "unclear"  // the code is not of a list that is known here
)

// Verdicts returns every verdict.
func Verdicts() []Verdict {
	return []Verdict{Accepted, Conditional, PartlyRejected, Rejected, Received, Unclear}
}

// The lists from which answers in this trade take their codes.
const (
	UNCL4343 = "UNCL4343" // UN/EDIFACT 4343, response type
	WCO      = "WCO-RES"  // function codes of WCO responses
	GACC     = "GACC"     // returnStatus of the Chinese platform
	SPS      = "SPS"      // status codes of answers to SPS certificates, of UNCL 4405
)

// verdicts are the codes of each list.
var verdicts = map[string]map[string]Verdict{
	UNCL4343: {
		"AB": Received, "AJ": Received, "AP": Accepted, "CA": Conditional, "IP": Received, "RE": Rejected, "UQ": Received,
	},
	WCO: {
		"01": Accepted, "02": Received, "03": Rejected, "05": Received, "06": Received, "07": Received, "08": Accepted,
		"09": Accepted, "10": Received, "11": Received, "13": Received, "14": Received, "15": Received, "16": Received, "17": Received,
	},
	GACC: {
		"1": Received, "2": Received, "3": Received, "4": Received, "100": Rejected, "120": Received, "300": Received, "399": Received,
		"500": Received, "505": Received, "600": Received, "800": Accepted, "899": Accepted,
	},
	SPS: {
		"1": Received, "39": Accepted, "41": Rejected, "42": Received, "122": PartlyRejected,
	},
}

// unclStatus are the names that UN/CEFACT gives to the list that SPS is a part of.
var unclStatus = []string{"4405", "UNCL4405"}

// AnswerList returns the name of a list in the spelling above, or false if it is none of
// them.
func AnswerList(name string) (string, bool) {
	name = strings.TrimSpace(name)
	if slices.ContainsFunc(unclStatus, func(one string) bool { return strings.EqualFold(one, name) }) {
		return SPS, true
	}
	for list := range verdicts {
		if strings.EqualFold(name, list) {
			return list, true
		}
	}
	return "", false
}

// Answer returns what a code of a list says, and false if the list is known and does not
// have the code.
func Answer(list, code string) (verdict Verdict, ok bool) {
	list, known := AnswerList(list)
	if !known {
		return Unclear, true
	}
	if number, exception := strings.CutPrefix(code, "-"); list == GACC && exception { // of processing, with a number of its own
		if number == "" || strings.Trim(number, "0123456789") != "" {
			return Unclear, false
		}
		return Rejected, true
	}
	if verdict, ok = verdicts[list][code]; !ok {
		return Unclear, false
	}
	return verdict, true
}
