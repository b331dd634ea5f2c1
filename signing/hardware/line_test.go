package hardware_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beibu/signing/hardware"
)

// slow is a session with hardware that takes its time.
type slow struct {
	key  *ecdsa.PrivateKey
	time time.Duration
}

func (s slow) sign(digest []byte) ([]byte, error) {
	<-time.After(s.time)
	return s.key.Sign(rand.Reader, digest, crypto.SHA256)
}

func newLine(tb testing.TB, sessions int) *hardware.Line[slow] {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	all := make([]slow, sessions)
	for i := range all {
		all[i] = slow{key, 10 * time.Millisecond}
	}
	return hardware.NewLine(all...)
}

// Throughput grows with the number of sessions: what takes 10 ms each takes as
// long as its share of them, by the clock of the bubble to the millisecond.
func TestThroughputGrowsWithSessions(t *testing.T) {
	const signatures = 240
	for _, sessions := range []int{1, 2, 4, 8} {
		synctest.Test(t, func(t *testing.T) {
			line, started := newLine(t, sessions), time.Now()
			digest := sha256.Sum256(nil)
			var wg sync.WaitGroup
			for range signatures {
				wg.Go(func() {
					_, err := line.Do(t.Context(), func(s slow) ([]byte, error) { return s.sign(digest[:]) })
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			line.Close()
			took, ideal := time.Since(started), signatures*10*time.Millisecond/time.Duration(sessions)
			if took < ideal || took > ideal*5/4 {
				t.Errorf("%d sessions: %s, and %s is ideal", sessions, took, ideal)
			}
		})
	}
}

// Whoever does not wait any longer is answered at once, and what it asked for is
// not started; what waits when the line is closed fails, and what is under way
// ends first.
func TestLineEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := newLine(t, 1)
		started, left := make(chan struct{}), errors.New("left")
		under := make(chan error, 1)
		go func() {
			_, err := line.Do(t.Context(), func(s slow) ([]byte, error) {
				close(started)
				return s.sign(make([]byte, 32))
			})
			under <- err
		}()
		<-started
		ctx, leave := context.WithTimeoutCause(t.Context(), time.Millisecond, left)
		defer leave()
		never := func(slow) ([]byte, error) {
			t.Error("done for nobody")
			return nil, nil
		}
		if _, err := line.Do(ctx, never); !errors.Is(err, left) {
			t.Errorf("left: %v", err)
		}
		if err := <-under; err != nil {
			t.Errorf("under way: %v", err)
		}
		line.Close()
		if _, err := line.Do(t.Context(), never); err == nil {
			t.Error("done when the line was closed")
		}
	})
}

// BenchmarkLine signs with simulated hardware that takes 10 ms. What is reported is
// how many signatures a second there are by how many sessions.
func BenchmarkLine(b *testing.B) {
	for _, sessions := range []int{1, 2, 4, 8, 16} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			line := newLine(b, sessions)
			defer line.Close()
			digest := sha256.Sum256(nil)
			b.SetParallelism(128)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := line.Do(b.Context(), func(s slow) ([]byte, error) { return s.sign(digest[:]) }); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "signatures/s")
		})
	}
}
