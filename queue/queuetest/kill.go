package queuetest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"beibu/queue"
)

// Child is what a process does that Killed kills: it admits, dispatches and
// appends, and says on standard output what it was answered.
func Child(t *testing.T, q queue.Queue) {
	t.Helper()
	var mu sync.Mutex
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		if _, err := fmt.Fprintf(os.Stdout, format+"\n", args...); err != nil {
			panic(err) // nobody listens: the parent is gone
		}
	}
	go func() { _ = q.Dispatch(t.Context(), dispatched) }() // both end with the process
	go func() {
		if err := answerAll(t.Context(), q, say); err != nil {
			t.Error(err)
		}
	}()
	round := rand.Uint64()
	var wg sync.WaitGroup
	for w := range 8 {
		for a := range byte(2) { // two rivals for every key
			wg.Go(func() {
				for i := range 20_000 {
					if err := compete(t.Context(), q, fmt.Sprintf("%x/%d/%d", round, w, i), a, say); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
}

// compete admits one rival of a key.
func compete(ctx context.Context, q queue.Queue, key string, a byte, say func(string, ...any)) error {
	e, err := q.Admit(ctx, rival(key, a))
	if err != nil {
		return err
	}
	say("admitted %s %d %d", e.Key, e.Head[0], e.Position)
	return nil
}

// answerAll follows the record and appends an event for each new entry.
func answerAll(ctx context.Context, q queue.Queue, say func(string, ...any)) error {
	head, err := q.Head(ctx)
	if err != nil {
		return err
	}
	return q.Follow(ctx, head, func(ctx context.Context, changes []queue.Change) error {
		for _, e := range entriesOf(changes) {
			if _, err := q.Append(ctx, queue.Event{Subject: queue.ExchangeSubject(e.ID), Name: "appended"}); err != nil {
				return err
			}
			say("appended %s", e.Key)
		}
		return nil
	})
}

// Killed kills a process that writes, again and again, and finds all that it
// was answered in the store, and nothing else that could not be. command makes
// the process, which must open the same store and call Child.
func Killed(t *testing.T, kills int, command func(t *testing.T) *exec.Cmd, open Opener) {
	t.Helper()
	w := &observer{owner: make(map[string]answer), appended: make(map[string]bool)}
	for range kills {
		w.killOne(t, command(t))
		q := open(t)
		w.check(t, q)
		if err := q.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if len(w.owner) < 5*kills {
		t.Errorf("only %d documents admitted", len(w.owner))
	}
	t.Logf("%d kills, %d documents, %d events answered", kills, len(w.owner), len(w.appended))
}

// content makes the body of a key's rival a: anybody can make it again.
func content(key string, a byte) []byte {
	seed := sha256.Sum256(append([]byte(key), a))
	b := make([]byte, 1+int(seed[0])*80)
	_, _ = rand.NewChaCha8(seed).Read(b) // never fails
	return b
}

// rival makes the submission a of a key.
func rival(key string, a byte) queue.Submission {
	body := content(key, a)
	s := queue.Submission{Key: key, Digest: sha256.Sum256(body), Head: []byte{a}, Body: body}
	seed := sha256.Sum256(append([]byte(key), a)) // two bodies may be the same
	s.ID, s.Token = [16]byte(seed[:16]), [16]byte(seed[16:])
	return s
}

// dispatched says one thing about each entry.
func dispatched(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
	var events []queue.Event
	for _, e := range batch {
		events = append(events, queue.Event{Subject: queue.ExchangeSubject(e.ID), Name: "dispatched"})
	}
	return events, nil
}

// An answer is what the child was answered for a key.
type answer struct {
	rival    byte
	position int64
}

// An observer records every answer of every child.
type observer struct {
	owner    map[string]answer
	appended map[string]bool
}

// killOne starts a child, reads some of its answers and kills it.
func (w *observer) killOne(t *testing.T, child *exec.Cmd) {
	t.Helper()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for range 1 + rand.IntN(400) {
		w.readLine(t, lines)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for w.readLine(t, lines) { // what was answered before the kill
	}
	_ = child.Wait() // it was killed: that is its error
}

// readLine records one answer. It returns false if there are no more.
func (w *observer) readLine(t *testing.T, lines *bufio.Reader) bool {
	t.Helper()
	line, err := lines.ReadString('\n')
	if errors.Is(err, io.EOF) {
		return false // a last line without its end does not count
	}
	if err != nil {
		t.Fatal(err)
	}
	var key string
	var a answer
	if n, _ := fmt.Sscanf(line, "admitted %s %d %d", &key, &a.rival, &a.position); n == 3 {
		if first, ok := w.owner[key]; ok && first != a {
			t.Errorf("%s was answered %v and %v", key, first, a)
		}
		w.owner[key] = a
		return true
	}
	if n, _ := fmt.Sscanf(line, "appended %s", &key); n == 1 {
		w.appended[key] = true
		return true
	}
	t.Fatalf("the child says %s", strings.TrimSpace(line))
	return false
}

// check holds the store against what was answered.
func (w *observer) check(t *testing.T, s queue.Queue) {
	t.Helper()
	r := w.read(t, s, w.drain(t, s))
	for id, n := range r.dispatched {
		if n != 1 {
			t.Errorf("exchange %x was dispatched %d times", id, n)
		}
	}
	if len(r.dispatched) != len(r.entries) {
		t.Errorf("%d of %d entries were dispatched", len(r.dispatched), len(r.entries))
	}
	for key, a := range w.owner {
		e, ok := r.entries[key]
		if !ok || e.Position != a.position || !bytes.Equal(e.Head, []byte{a.rival}) {
			t.Fatalf("%s was answered %+v and is %+v", key, a, e)
		}
		again, err := s.Admit(t.Context(), rival(key, 1-a.rival))
		if err != nil || again.Position != a.position || again.Token != rival(key, a.rival).Token {
			t.Fatalf("%s was answered %+v and now %+v, %v", key, a, again, err)
		}
		body, err := s.Body(t.Context(), e.Body)
		if err != nil || !bytes.Equal(body, content(key, a.rival)) {
			t.Fatalf("the body of %s is altered: %v", key, err)
		}
	}
	for key := range w.appended {
		if r.appended[r.entries[key].ID] != 1 {
			t.Fatalf("the record contains the event of %s %d times", key, r.appended[r.entries[key].ID])
		}
	}
}

// A reading is the record, read whole.
type reading struct {
	entries              map[string]queue.Entry
	dispatched, appended map[[16]byte]int
}

// read folds the record up to head and checks its order.
func (w *observer) read(t *testing.T, s queue.Queue, head int64) reading {
	t.Helper()
	r := reading{make(map[string]queue.Entry), make(map[[16]byte]int), make(map[[16]byte]int)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	known, last := make(map[[16]byte]bool), int64(0)
	err := s.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			if c.Sequence <= last {
				t.Errorf("change %d after %d", c.Sequence, last)
			}
			last = c.Sequence
			switch {
			case c.Entry != nil:
				if _, ok := r.entries[c.Entry.Key]; ok {
					t.Errorf("%s has two owners", c.Entry.Key)
				}
				r.entries[c.Entry.Key] = *c.Entry
				known[c.Entry.ID] = true
			case !known[c.Event.Subject.Exchange]:
				t.Errorf("event %d comes before its entry", c.Sequence)
			case c.Event.Name == "dispatched":
				r.dispatched[c.Event.Subject.Exchange]++
			default:
				r.appended[c.Event.Subject.Exchange]++
			}
		}
		if last >= head {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// drain dispatches what the child had not, and returns the head afterwards.
func (w *observer) drain(t *testing.T, s queue.Queue) int64 {
	t.Helper()
	last, err := s.Admit(t.Context(), rival(fmt.Sprintf("last/%x", rand.Uint64()), 0))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = s.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		if batch[len(batch)-1].Position == last.Position {
			cancel()
		}
		return dispatched(ctx, batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}
