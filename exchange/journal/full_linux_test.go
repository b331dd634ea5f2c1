package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"beibu/exchange/journal"
	"beibu/queue/queuetest"
)

// On a full disk the index says so and keeps nothing of the batch; once there
// is room it takes it, and is whole.
func TestFullDisk(t *testing.T) {
	queuetest.OnSmallDisk(t, 8<<20, func(folder string) {
		ballast := filepath.Join(folder, "ballast")
		j := openAt(t, filepath.Join(folder, "index.db"))
		changes := busy(t, 2000)
		if err := os.WriteFile(ballast, make([]byte, 8<<20), 0o600); err == nil {
			t.Fatal("the disk took more than it has room for")
		}
		refused := 0
		for rest := changes; len(rest) > 0; {
			n := min(500, len(rest))
			at := j.Sequence()
			err := j.Fold(t.Context(), rest[:n])
			switch {
			case err == nil:
				rest = rest[n:]
			case !errors.Is(err, journal.ErrRefused) || j.Sequence() != at:
				t.Fatalf("the index stands at %d, before at %d: %v", j.Sequence(), at, err)
			default:
				refused++
				// Whoever waits learns the reason at once, and not when its time is over.
				if err := j.Wait(t.Context(), at+1); !errors.Is(err, journal.ErrRefused) {
					t.Errorf("waiting on a full disk ended with %v", err)
				}
				if err := j.Wait(t.Context(), at); err != nil {
					t.Errorf("what is folded is waited for: %v", err)
				}
				if err := os.Remove(ballast); err != nil {
					t.Fatal(err) // with all the room there is it must go on
				}
			}
		}
		if refused != 1 {
			t.Errorf("refused %d times", refused)
		}
		if err := j.Wait(t.Context(), changes[len(changes)-1].Sequence); err != nil {
			t.Errorf("waiting once there is room: %v", err)
		}
		whole := open(t)
		if err := whole.Fold(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
		equal(t, j, whole, changes)
	})
}
