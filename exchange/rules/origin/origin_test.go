package origin

import (
	"slices"
	"testing"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules/rulestest"
)

func TestSamples(t *testing.T) { rulestest.Run(t, Rules(), certificates()...) }

// The limits of what is allowed: the bad samples are one step beyond.
func TestEdges(t *testing.T) {
	const left = "<cbc:OccurrenceDate>2026-11-13"
	cases := map[string]struct {
		sample string
		edits  []string
		want   []string
	}{
		"issued on the third day after":   {"durian-youyiguan", []string{left, "<cbc:OccurrenceDate>2026-11-09"}, nil},
		"issued on the fourth day after":  {"durian-youyiguan", []string{left, "<cbc:OccurrenceDate>2026-11-08"}, []string{"CO-08"}},
		"retroactive to the day":          {"car-parts-retroactive", []string{"<cbc:OccurrenceDate>2026-10-02", "<cbc:OccurrenceDate>2025-10-15"}, nil},
		"retroactive by a day too much":   {"car-parts-retroactive", []string{"<cbc:OccurrenceDate>2026-10-02", "<cbc:OccurrenceDate>2025-10-14"}, []string{"CO-08B"}},
		"value content of 40":             {"car-parts-retroactive", []string{"RVC 52%", "RVC40"}, nil},
		"value content of 39.9":           {"car-parts-retroactive", []string{"RVC 52%", "39.9%"}, []string{"CO-04"}},
		"value content not stated":        {"car-parts-retroactive", []string{"RVC 52%", "RVC"}, []string{"CO-04"}},
		"value content of 101":            {"car-parts-retroactive", []string{"RVC 52%", "101%"}, []string{"CO-04"}},
		"good on its last day":            {"durian-youyiguan", []string{"<cbc:IssueDate>2026-11-12", "<cbc:IssueDate>2025-11-20", left, "<cbc:OccurrenceDate>2025-11-20"}, nil},
		"original good on its last day":   {"tuna-movement-singapore", []string{">2026-10-20<", ">2025-11-06<"}, nil},
		"old criterion on an old form":    {"durian-youyiguan", []string{"<cbc:IssueDate>2026-11-12", "<cbc:IssueDate>2019-08-19", left, "<cbc:OccurrenceDate>2019-08-19", ">WO<", ">X<"}, []string{"CO-15"}},
		"old criterion on a new form":     {"durian-youyiguan", []string{"<cbc:IssueDate>2026-11-12", "<cbc:IssueDate>2019-08-20", left, "<cbc:OccurrenceDate>2019-08-20", ">WO<", ">X<"}, []string{"CO-03", "CO-15"}},
		"a general certificate is free":   {"durian-youyiguan", []string{">FORM E<", ">GENERAL<", ">WO<", ">P<", left, "<cbc:OccurrenceDate>2026-01-13"}, nil},
		"HS code in dots":                 {"durian-youyiguan", []string{`schemeID="HS">081060`, `schemeID="HS">0810.60`}, nil},
		"transshipped in a Party":         {"tiles-jakarta-by-hong-kong", []string{"HKHKG", "SGSIN", "Certificate of non-manipulation", "Packing list"}, nil},
		"endorsers at the same place":     {"tiles-hai-phong", []string{"<cbc:SequenceNumeric>2<", "<cbc:SequenceNumeric>1<"}, nil},
		"an endorser at a great place":    {"tiles-hai-phong", []string{"<cbc:SequenceNumeric>2<", "<cbc:SequenceNumeric>9223372036854775807<"}, []string{"CO-22"}},
		"despatch date if no stage":       {"durian-youyiguan", []string{"ActualDepartureTransportEvent>", "LoadingTransportEvent>", "</cac:ActualDepartureTransportEvent>", "</cac:LoadingTransportEvent>"}, nil},
		"invoice by the exporter himself": {"car-parts-retroactive", []string{">SG<", ">TH<"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := rulestest.Codes(t, Rules(), rulestest.Sample(t, "certificate-of-origin", c.sample), c.edits...); !slices.Equal(got, c.want) {
				t.Errorf("breaks %v, want %v", got, c.want)
			}
		})
	}
}

func TestRegionalValue(t *testing.T) {
	forty := values.Whole(40)
	cases := []struct {
		code          string
		percent       values.Figure
		stated, isRVC bool
	}{
		{"RVC 40%", forty, true, true},
		{"RVC40", forty, true, true},
		{"40%", forty, true, true},
		{"40 %", forty, true, true},
		{"RVC", values.Figure{}, false, true},
		{"RVC %", values.Figure{}, false, true},
		{"%", values.Figure{}, false, false},
		{"40", values.Figure{}, false, false},
		{"WO", values.Figure{}, false, false},
		{"RVC 4.0.0%", values.Figure{}, false, false},
		{"RVC 1e9%", values.Figure{}, false, false},
		{"RVC 0000000000000000000040%", values.Figure{}, false, false},
		{"", values.Figure{}, false, false},
	}
	for _, c := range cases {
		percent, stated, isRVC := regionalValue(c.code)
		if stated != c.stated || isRVC != c.isRVC || stated && percent.Cmp(c.percent) != 0 {
			t.Errorf("%q: %v %v %v", c.code, percent, stated, isRVC)
		}
	}
}

func TestFormNumber(t *testing.T) {
	cases := map[string]bool{
		"E09470ZC11220001": true, "E264507A12340086": true, "E26450712340086": true, "e264507A12340086": false,
		"E2X4507A12340086": false, "E26": false, "": false, "E264507A1234-086": false, "E264507A12340086000": false,
	}
	for number, want := range cases {
		if formNumber(number) != want {
			t.Errorf("formNumber(%q) is %v", number, !want)
		}
	}
}
