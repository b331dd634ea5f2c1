package folders_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/files"
)

// errDead is why nothing can be done after a crash.
var errDead = errors.New("the process is dead")

// A dying tree dies at an operation: before it, or after it and before its outcome is
// known.
type dying struct {
	files.Tree
	mu    sync.Mutex
	left  int  // guarded by mu; operations until it dies
	after bool // the last one is done
}

// do does an operation unless the process is dead.
func (d *dying) do(work func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left--
	if d.left > 0 {
		return work()
	}
	if d.left == 0 && d.after {
		_ = work() // nobody learns what came of it
	}
	return errDead
}

func (d *dying) dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.left <= 0
}

// List is files.Tree's.
func (d *dying) List(ctx context.Context, folder string, wanted func(string) bool) (found []files.File, err error) {
	err = d.do(func() (err error) { found, err = d.Tree.List(ctx, folder, wanted); return err })
	return found, err
}

// Read is files.Tree's.
func (d *dying) Read(ctx context.Context, path string, most int64) (content []byte, err error) {
	err = d.do(func() (err error) { content, err = d.Tree.Read(ctx, path, most); return err })
	return content, err
}

// Write is files.Tree's.
func (d *dying) Write(ctx context.Context, path string, content []byte) error {
	return d.do(func() error { return d.Tree.Write(ctx, path, content) })
}

// Move is files.Tree's.
func (d *dying) Move(ctx context.Context, from, to string) error {
	return d.do(func() error { return d.Tree.Move(ctx, from, to) })
}

// Remove is files.Tree's.
func (d *dying) Remove(ctx context.Context, path string) error {
	return d.do(func() error { return d.Tree.Remove(ctx, path) })
}

// A crash at any operation loses nothing, and doubles nothing.
func TestCrash(t *testing.T) {
	for _, after := range []bool{false, true} {
		survived := false
		for n := 1; !survived; n++ {
			if n > 100 {
				t.Fatal("it never ends")
			}
			t.Run(fmt.Sprintf("operation %d %t", n, after), func(t *testing.T) {
				inBubble(t, func(t *testing.T, w *world) { survived = crash(t, w, n, after) })
			})
		}
	}
}

// crash crashes at an operation, unless all is done before.
func crash(t *testing.T, w *world, n int, after bool) (survived bool) {
	t.Helper()
	w.put("out/a", "good")
	w.put("out/b", "bad")
	w.put("sent/a", "another") // so that the name is taken
	w.put("answers/"+delivery+".ack", "")
	for _, path := range files.Delivery(delivery) {
		w.put(path, "delivered")
	}
	local := w.tree
	mortal := &dying{Tree: local, left: n, after: after}
	w.tree = mortal
	stop := w.watch()
	w.scans(5)
	stop()
	w.tree = local
	stop = w.watch()
	w.scans(5)
	stop()
	if !slices.Equal(w.accepted, []string{"good"}) {
		t.Errorf("accepted %q", w.accepted)
	}
	taken := "sent/a-" + hexOf("good")
	w.has(map[string]string{
		"sent/a": "another", taken: "good", taken + ".receipt.json": "receipt of good", "failed/b": "bad", "failed/b.problem.json": "malformed",
	})
	for _, ack := range w.acks {
		if ack != w.acks[0] || !ack.Accepted {
			t.Errorf("acknowledged %+v", w.acks)
		}
	}
	if len(w.acks) == 0 {
		t.Error("nothing is acknowledged")
	}
	return !mortal.dead()
}

// Two daemons that scan one folder take every document once, and its name keeps its
// content, also while the party uses names again and again.
func TestTwoDaemons(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		const documents = 40
		first, second := w.start(), w.watch() // they scan at the same moments
		var want []string
		for n := range documents {
			content := fmt.Sprintf("document %d", n)
			w.put(fmt.Sprintf("out/%d.xml", n%5), content)
			want = append(want, content)
			if n%5 == 4 {
				w.scans(4)
			}
		}
		w.put("answers/"+delivery+".ack", "")
		w.scans(4)
		first()
		second()
		got := slices.Clone(w.accepted)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("accepted %q", got)
		}
		kept := 0
		for path, content := range w.all() {
			if receipt, ok := w.all()[path+".receipt.json"]; ok {
				kept++
				if receipt != "receipt of "+content {
					t.Errorf("%s has %q and %q", path, content, receipt)
				}
			}
		}
		if kept != documents || len(w.all()) != 2*documents {
			t.Errorf("%d kept, %d files", kept, len(w.all()))
		}
		if len(w.acks) == 0 || slices.ContainsFunc(w.acks, func(a exchange.Ack) bool { return a != w.acks[0] }) {
			t.Errorf("acknowledged %+v", w.acks)
		}
		if slices.Contains(w.good, false) {
			t.Error("a race is said to be a fault of the folders")
		}
	})
}

// A rival tree moves a file to where it is kept a moment before we do, as another daemon
// may, or takes its name.
type rival struct {
	files.Tree
	takes bool
	done  bool
}

// Move is files.Tree's.
func (r *rival) Move(ctx context.Context, from, to string) error {
	if r.done || path.Dir(to) == files.Work {
		return r.Tree.Move(ctx, from, to)
	}
	r.done = true
	if r.takes {
		return errors.Join(r.Write(ctx, to, []byte("of the rival")), r.Tree.Move(ctx, from, to))
	}
	return errors.Join(r.Tree.Move(ctx, from, to), r.Tree.Move(ctx, from, to))
}

// Another daemon that keeps a file first, or takes its name, is no fault, and nothing is
// replaced.
func TestRival(t *testing.T) {
	for _, takes := range []bool{false, true} {
		inBubble(t, func(t *testing.T, w *world) {
			w.tree = &rival{Tree: w.tree, takes: takes}
			w.put("out/a", "good")
			stop := w.watch()
			w.scans(3)
			stop()
			want := map[string]string{"sent/a": "good", "sent/a.receipt.json": "receipt of good"}
			if takes {
				taken := "sent/a-" + hexOf("good")
				want = map[string]string{"sent/a": "of the rival", "sent/a.receipt.json": "receipt", taken: "good", taken + ".receipt.json": "receipt of good"}
			}
			w.has(want)
			if slices.Contains(w.good, false) || len(w.accepted) != 1 {
				t.Errorf("good %v, accepted %q", w.good, w.accepted)
			}
		})
	}
}

// A document that somebody puts into work is decided, too.
func TestLeftInWork(t *testing.T) {
	inBubble(t, func(_ *testing.T, w *world) {
		w.put("work/by hand~a.xml", "good")
		w.put("work/ABCDEFGHIJKLMNOPQRSTUVWXYZ~b~c.xml", "good too")
		stop := w.watch()
		w.scans(2)
		<-time.After(every)
		stop()
		w.has(map[string]string{
			"sent/by hand~a.xml": "good", "sent/by hand~a.xml.receipt.json": "good",
			"sent/b~c.xml": "good too", "sent/b~c.xml.receipt.json": "good too",
		})
	})
}
