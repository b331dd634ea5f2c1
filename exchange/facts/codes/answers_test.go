package codes_test

import (
	"testing"

	"beibu/exchange/facts/codes"
)

func TestAnswer(t *testing.T) {
	for _, test := range []struct {
		list, code string
		want       codes.Verdict
		ok         bool
	}{
		{"UNCL4343", "AP", codes.Accepted, true},
		{" uncl4343 ", "CA", codes.Conditional, true},
		{"UNCL4343", "RE", codes.Rejected, true},
		{"UNCL4343", "IP", codes.Received, true},
		{"UNCL4343", "re", codes.Unclear, false},
		{"UNCL4343", "", codes.Unclear, false},
		{"WCO-RES", "08", codes.Accepted, true},
		{"WCO-RES", "03", codes.Rejected, true},
		{"GACC", "800", codes.Accepted, true},
		{"GACC", "100", codes.Rejected, true},
		{"GACC", "-621015", codes.Rejected, true},
		{"GACC", "-", codes.Unclear, false},
		{"GACC", "-6x", codes.Unclear, false},
		{"SPS", "39", codes.Accepted, true},
		{"SPS", "122", codes.PartlyRejected, true},
		{"SPS", "70", codes.Unclear, false},
		{"4405", "41", codes.Rejected, true},
		{" uncl4405", "122", codes.PartlyRejected, true},
		{"UNCL4405", "70", codes.Unclear, false},
		{"of-our-own", "RE", codes.Unclear, true},
		{"", "RE", codes.Unclear, true},
	} {
		if got, ok := codes.Answer(test.list, test.code); got != test.want || ok != test.ok {
			t.Errorf("%s %q: %s, %v", test.list, test.code, got, ok)
		}
	}
}
