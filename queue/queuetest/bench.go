package queuetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beibu/queue"
)

// SealedSize is what a document of 10 KB is once it is sealed: base64 and a
// signature around it.
const SealedSize = 14 << 10

// Sealed makes the body of an envelope, another for every seed: no compression
// makes many of them one.
func Sealed(seed byte) []byte {
	raw := make([]byte, SealedSize*3/4)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(raw) // never fails
	return base64.StdEncoding.AppendEncode(nil, raw)
}

// Declaration makes the submission of document i. Its token is i, too.
func Declaration(i int64, body []byte) queue.Submission {
	s := queue.Submission{
		Key:  fmt.Sprintf("qinzhou-customs/import-declaration/CN-2026-%09d/1", i),
		At:   time.Now(),
		Head: make([]byte, 200),
		Body: body,
	}
	s.Digest = sha256.Sum256([]byte(s.Key))
	copy(s.ID[:], s.Digest[:])
	binary.BigEndian.PutUint64(s.Token[:], uint64(i))
	return s
}

// Drive lets n clients call do until b.N calls are made, and reports how many
// a second and how long they took.
func Drive(b *testing.B, n int, do func(i int64) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range n {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				start := time.Now()
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(took)
	at := func(p int) float64 { return float64(took[(len(took)-1)*p/100].Microseconds()) / 1000 }
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(0, "ns/op") // means little with many clients
}
