package codes_test

import (
	"testing"

	"beibu/exchange/facts/codes"
)

func TestClearanceBy(t *testing.T) {
	for _, test := range []struct {
		list, code string
		want       codes.Clearance
		decides    bool
	}{
		{"WCO-RES", "08", codes.Cleared, true},
		{"wco-res", "09", codes.Cleared, true},
		{"WCO-RES", "10", codes.Invalidated, true},
		{"WCO-RES", "01", "", false},
		{"GACC", "800", codes.Cleared, true},
		{"GACC", "899", codes.Cleared, true},
		{"GACC", "10", "", false},
		{"UNCL4343", "08", "", false},
		{"", "08", "", false},
		{"another", "08", "", false},
	} {
		if got, decides := codes.ClearanceBy(test.list, test.code); got != test.want || decides != test.decides {
			t.Errorf("%s %s: %q, %t", test.list, test.code, got, decides)
		}
	}
}
