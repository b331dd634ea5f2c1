package config

import (
	"fmt"
	"slices"
	"testing"
)

// What may be said of a document is worked on by default.
func TestLargestDocumentFits(t *testing.T) {
	for _, text := range []string{"", "limits: {document: 64MiB}", "limits: {memory: 19MiB}"} {
		if _, err := Parse("beibud.yaml", []byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What cannot work of the limits is told, with its line.
func TestLimitMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"limits:\n  admit: 1ms\n":                       "2 limits.admit",
		"limits:\n  memory: 18MiB\n":                    "2 limits.memory", // a document of 8 MiB takes more
		"limits:\n  document: 16MiB\n  memory: 32MiB\n": "3 limits.memory",
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
