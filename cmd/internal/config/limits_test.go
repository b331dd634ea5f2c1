package config

import (
	"fmt"
	"slices"
	"testing"
)

// What cannot work of the limits is told, with its line.
func TestLimitMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"limits:\n  admit: 1ms\n": "2 limits.admit",
	} {
		_, err := Parse("beibud.yaml", []byte(text))
		var told []string
		for _, m := range Mistakes(err) {
			told = append(told, fmt.Sprintf("%d %s", m.Line, m.Key))
		}
		if !slices.Equal(told, []string{want}) {
			t.Errorf("%q: told %v, want %s: %v", text, told, want, err)
		}
	}
}
