package answer_test

import (
	"slices"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// The timeline says how long each step took, and never less than nothing.
func TestTimelineSaysHowLong(t *testing.T) {
	at := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	x := exchange.Exchange{Events: []exchange.Event{{At: at}, {At: at.Add(1500 * time.Millisecond)}, {At: at.Add(time.Second)}, {At: at.Add(time.Hour)}}}
	var got []int64
	for _, e := range answer.ExchangeOf(x, 2).Timeline {
		got = append(got, e.After)
	}
	if want := []int64{0, 1500, 0, 3_599_000}; !slices.Equal(got, want) {
		t.Errorf("%d, want %d", got, want)
	}
}
