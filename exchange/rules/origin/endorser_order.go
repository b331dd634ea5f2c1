package origin

import (
	"strconv"

	"beibu/exchange/rules"
)

// endorserOrder is CO-22. Endorsers with the same number may act in any order;
// numbers themselves follow one another from 1.
func endorserOrder() rules.Rule {
	return rules.Rule{
		Code: "CO-22", Kinds: certificates(), Severity: rules.Warn,
		Source: "UBL 2.4, EndorserParty: SequenceNumeric is the place in the order of endorsements",
		EN:     "no endorser has place {0}, although one has place {1}",
		ZH:     "没有第{0}顺位的签署方，却有第{1}顺位的签署方",
		Check: func(d *rules.Document, report rules.Report) {
			places := make(map[int64]bool)
			last := int64(0)
			for at := range d.Root.All(application + "/EndorserParty/SequenceNumeric") {
				if n, ok := rules.Number(at); ok && n.IsInt() && n.Num().IsInt64() {
					places[n.Num().Int64()] = true
					last = max(last, n.Num().Int64())
				}
			}
			for place := int64(1); place < last; place++ {
				if !places[place] {
					report(d.Root.Find(application), strconv.FormatInt(place, 10), strconv.FormatInt(last, 10))
					return
				}
			}
		},
	}
}
