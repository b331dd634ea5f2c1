package httpapi

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// Times keep their zeros: as text they sort as they do as times.
func TestTimesSortAsText(t *testing.T) {
	at := time.Date(2026, 11, 29, 23, 59, 59, 0, time.FixedZone("", 8*3600))
	var texts []string
	for _, step := range []time.Duration{0, time.Microsecond, 100 * time.Millisecond, 120 * time.Millisecond, time.Second} {
		b, err := json.Marshal(Event{At: Time{at.Add(step)}})
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
		var back Event
		if err := json.Unmarshal(b, &back); err != nil || !back.At.Equal(at.Add(step)) {
			t.Errorf("%s is read as %s, %v", b, back.At, err)
		}
	}
	if !slices.IsSorted(texts) {
		t.Errorf("not in the order of time: %s", texts)
	}
	if want := `"at":"2026-11-29T15:59:59.000000Z"`; !slices.Contains(texts, `{"name":"",`+want+`}`) {
		t.Errorf("%s, want %s", texts[0], want)
	}
}
