package projectiontest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"beibu/exchange/projection"
	"beibu/queue/queuetest"
)

// FullDisk checks that a projection on a full disk keeps nothing of a batch and says
// so, and that it continues once there is room. The calling test must do nothing
// else. The record has to be long enough to need room: some 100 KiB of rows.
func FullDisk(t *testing.T, s Subject) {
	queuetest.OnSmallDisk(t, 8<<20, func(folder string) {
		ballast := filepath.Join(folder, "ballast")
		p := s.Open(t, filepath.Join(folder, "p.db"))
		if err := os.WriteFile(ballast, make([]byte, 8<<20), 0o600); err == nil {
			t.Fatal("the disk took more than it has room for")
		}
		refused := 0
		for rest := s.Record; len(rest) > 0; {
			n := min(500, len(rest))
			at := p.Sequence()
			err := p.Fold(t.Context(), rest[:n])
			switch {
			case err == nil:
				rest = rest[n:]
			case !errors.Is(err, projection.ErrRefused) || p.Sequence() != at:
				t.Fatalf("at %d, before at %d: %v", p.Sequence(), at, err)
			default:
				refused++
				// Whoever waits receives the reason at once, and not when its time is over.
				if err := p.Wait(t.Context(), at+1); !errors.Is(err, projection.ErrRefused) {
					t.Errorf("waiting on a full disk ended with %v", err)
				}
				if err := p.Wait(t.Context(), at); err != nil {
					t.Errorf("waiting for what is folded: %v", err)
				}
				if err := os.Remove(ballast); err != nil {
					t.Fatal(err) // with all the room there is it must continue
				}
			}
		}
		if refused != 1 {
			t.Errorf("refused %d times", refused)
		}
		if err := p.Wait(t.Context(), last(s.Record)); err != nil {
			t.Errorf("waiting once there is room: %v", err)
		}
		same(t, p, s.folded(t, s.Record))
	})
}
