package strict

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// However long lines are and however they end, a place is what counting byte by
// byte makes of it.
func TestPosition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) // the same numbers each time
	for range 300 {
		var b []byte
		for range random.IntN(12) {
			b = append(b, bytes.Repeat([]byte{'a'}, random.IntN(5000))...)
			b = append(b, []string{"\n", "\r\n", "\r", ""}[random.IntN(4)]...)
		}
		for range 20 {
			offset := random.IntN(len(b) + 1)
			line, start := 1, 0
			for i, c := range b[:offset] {
				if c == '\n' || c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
					line, start = line+1, i+1
				}
			}
			if l, c := Position(b, offset); l != line || c != offset-start+1 {
				t.Fatalf("%d of %q: %d:%d, want %d:%d", offset, b, l, c, line, offset-start+1)
			}
		}
	}
}
