package exchange

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
)

// A line has jobs wait for turns, and notes which have started.
type line struct {
	t       *testing.T
	turns   *turns
	started []string
	done    map[string]func()
}

func newLine(t *testing.T, processors int) *line {
	t.Helper()
	return &line{t: t, turns: newTurns(processors), done: make(map[string]func())}
}

// join has a job wait for its turn.
func (l *line) join(name string, j job) {
	go func() {
		done, err := l.turns.take(l.t.Context(), j)
		if err != nil {
			l.t.Error(err)
			return
		}
		l.turns.mu.Lock()
		defer l.turns.mu.Unlock()
		l.started = append(l.started, name)
		l.done[name] = done
	}()
	synctest.Wait()
}

// end ends the turn of a job.
func (l *line) end(name string) {
	l.t.Helper()
	done, ok := l.done[name]
	if !ok {
		l.t.Fatalf("%s has not started", name)
	}
	done()
	synctest.Wait()
}

// run ends turns, the oldest first, until nothing is under way.
func (l *line) run() string {
	for i := 0; i < len(l.started); i++ {
		l.end(l.started[i])
	}
	return strings.Join(l.started, " ")
}

const large = 6_400_000

// A party that floods with large checks does not hold up what another submits,
// not even for the time of one of them.
func TestSmallDocumentsDoNotWaitForLargeOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 2)
		for range 12 {
			l.join("flood", job{"a", large, true})
		}
		l.join("small", job{"b", 2000, false})
		if got := strings.Join(l.started, " "); got != "flood flood small" {
			t.Errorf("started: %s", got)
		}
		l.run()
	})
}

// Parties take turns however many documents each has in the line, and one that
// sends documents twice as long has half as many turns.
func TestTurnsAreSharedByParty(t *testing.T) {
	for name, c := range map[string]struct {
		a, b int // bytes
		want string
	}{
		"alike":        {large, large, "first b a b a b a b a a a a a"},
		"twice as big": {large, large / 2, "first b b a b b a a a a a a a"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine(t, 1)
				l.join("first", job{"a", c.a, false})
				for range 8 {
					l.join("a", job{"a", c.a, false})
				}
				for range 4 {
					l.join("b", job{"b", c.b, false})
				}
				if got := l.run(); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
			})
		})
	}
}

// Checks wait for submissions of every party, but not without end.
func TestChecksWaitBehindSubmissions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 1)
		l.join("first", job{"a", 2000, false})
		l.join("check", job{"b", 2000, true})
		for range 12 {
			l.join("s", job{"a", 2000, false})
		}
		if got, want := l.run(), "first s s s s s s s s check s s s s"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// One that gives up leaves the line, and nothing of it is kept.
func TestWhoGivesUpLeavesTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 1)
		l.join("first", job{"a", large, false})
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, err := l.turns.take(ctx, job{"b", large, false})
			gone <- err
		}()
		synctest.Wait()
		l.join("next", job{"c", large, false})
		cancel()
		if err := <-gone; err == nil {
			t.Error("it had a turn")
		}
		if got := l.run(); got != "first next" || l.turns.all != 0 || len(l.turns.waiting) != 0 {
			t.Errorf("%s; %d under way, %d wait", got, l.turns.all, len(l.turns.waiting))
		}
	})
}
