package answer_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"beibu/exchange/answer"
)

// Times keep their zeros: as text they sort as they do as times.
func TestTimesSortAsText(t *testing.T) {
	at := time.Date(2026, 11, 29, 23, 59, 59, 0, time.FixedZone("", 8*3600))
	var texts []string
	for _, step := range []time.Duration{0, time.Microsecond, 100 * time.Millisecond, 120 * time.Millisecond, time.Second} {
		b, err := json.Marshal(answer.Time{Time: at.Add(step)})
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
		var back answer.Time
		if err := json.Unmarshal(b, &back); err != nil || !back.Equal(at.Add(step)) {
			t.Errorf("%s is read as %s, %v", b, back, err)
		}
	}
	if !slices.IsSorted(texts) {
		t.Errorf("not in the order of time: %s", texts)
	}
	if want := `"2026-11-29T15:59:59.000000Z"`; texts[0] != want {
		t.Errorf("%s, want %s", texts[0], want)
	}
}
