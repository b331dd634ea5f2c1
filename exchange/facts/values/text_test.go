package values_test

import (
	"encoding/json"
	"testing"

	"beibu/exchange/facts/values"
)

// TestFigureInJSON writes figures and reads them again, exactly.
func TestFigureInJSON(t *testing.T) {
	type holder struct {
		Figure values.Figure `json:"figure,omitzero"`
	}
	for text, written := range map[string]string{
		"":                             `{}`,
		"0":                            `{"figure":"0"}`,
		"-12.50":                       `{"figure":"-12.5"}`,
		"84000":                        `{"figure":"84000"}`,
		"0.00000000125":                `{"figure":"0.00000000125"}`,
		"123456789012345678901.000001": `{"figure":"123456789012345678901.000001"}`,
	} {
		var before, after holder
		if err := before.Figure.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(before)
		if err != nil || string(got) != written {
			t.Errorf("%s is written as %s, %v; want %s", text, got, err, written)
		}
		if err := json.Unmarshal(got, &after); err != nil || after.Figure.Cmp(before.Figure) != 0 || after.Figure.Exists() != before.Figure.Exists() {
			t.Errorf("%s is read as %s, %v", got, after.Figure, err)
		}
	}
	if text, err := values.Whole(1).Over(values.Whole(3)).MarshalText(); err == nil {
		t.Errorf("a third is written as %s", text)
	}
	for _, text := range []string{"1e5", "1,5", "NaN", " 1"} {
		if err := new(values.Figure).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as a figure", text)
		}
	}
}
