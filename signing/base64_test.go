package signing

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"testing"
)

// What is appended is what the standard library appends, whatever the length and the
// bytes.
func TestAppendBase64(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	data := make([]byte, 3<<12)
	for at := range 1 << 12 { // every 24 bits that begin with 12 bits, at every place
		data[3*at], data[3*at+1], data[3*at+2] = byte(at>>4), byte(at<<4), byte(at)
	}
	for _, from := range []int{0, 1, 2, 3} {
		compareBase64(t, data[from:])
	}
	for n := range 200 {
		_, _ = random.Read(data[:n])
		compareBase64(t, data[:n])
	}
}

func compareBase64(t *testing.T, data []byte) {
	t.Helper()
	before := []byte("before")
	if got, want := appendBase64(before, data), base64.StdEncoding.AppendEncode(before, data); !bytes.Equal(got, want) {
		t.Errorf("%d bytes: got %.100q, want %.100q", len(data), got, want)
	}
}

func BenchmarkAppendBase64(b *testing.B) {
	data, out := make([]byte, 10<<10), make([]byte, 0, 20<<10)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	for name, encode := range map[string]func(out, data []byte) []byte{"ours": appendBase64, "library": base64.StdEncoding.AppendEncode} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				out = encode(out[:0], data)
			}
		})
	}
}
