package folders_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/files"
	"beibu/exchange/files/filestest"
	"beibu/exchange/folders"
)

const (
	party = "gx-customs"
	every = 2 * time.Second
	limit = 1000 // bytes of a document
)

// A door accepts each document once, by its bytes, and refuses what begins with "bad". It
// takes acknowledgements, too.
type door struct {
	mu       sync.Mutex
	accepted []string       // guarded by mu; new ones, in their order
	refused  []string       // guarded by mu; codes
	shown    int            // guarded by mu; how often it was asked
	requests []string       // guarded by mu; by which
	away     int            // guarded by mu; how many times more nothing is promised
	full     bool           // guarded by mu; since there is no room
	acks     []exchange.Ack // guarded by mu
	ackErr   error          // guarded by mu
	waited   int            // guarded by mu
}

// Wait is folders.Admission's.
func (d *door) Wait(ctx context.Context, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waited++
	return ctx.Err()
}

// SubmitUnread is folders.Admission's.
func (d *door) SubmitUnread(_ context.Context, way exchange.Way, of, requestID string, document admission.Unread) answer.Reply {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shown++
	d.requests = append(d.requests, requestID)
	if way != exchange.WayFolder || of != party || !strings.HasPrefix(requestID, "folder-") {
		return answer.Reply{Status: http.StatusInternalServerError, Err: fmt.Errorf("by %s of %s as %s", way, of, requestID)}
	}
	if d.away > 0 {
		d.away--
		return answer.Reply{Status: http.StatusServiceUnavailable, Code: "unavailable", RetryAfter: time.Second, Overloaded: d.full, Err: errors.New("away")}
	}
	if document.Size > limit {
		return d.refuse(admission.OverLimit(limit))
	}
	content, err := document.Read()
	if err != nil {
		return d.refuse(err)
	}
	if strings.HasPrefix(string(content), "bad") {
		return d.refuse(&exchange.Error{Op: "validate", Kind: exchange.Malformed, Err: exchange.Because("bad", "差")})
	}
	body := fmt.Appendf(nil, "receipt of %s", content)
	again := slices.Contains(d.accepted, string(content))
	if again {
		return answer.Reply{Status: http.StatusOK, Body: body, Exchange: "x", Duplicate: true}
	}
	d.accepted = append(d.accepted, string(content))
	return answer.Reply{Status: http.StatusAccepted, Body: body, Exchange: "x"}
}

// asked returns how many documents were shown, while there may be more.
func (d *door) asked() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.shown
}

func (d *door) refuse(err error) answer.Reply {
	r := answer.ReplyOf(exchange.Acceptance{}, err, "")
	if r.RetryAfter == 0 {
		d.refused = append(d.refused, r.Code)
	}
	return r
}

// Acknowledge is folders.Acknowledgements'.
func (d *door) Acknowledge(_ context.Context, receiver string, acks []exchange.Ack) ([]exchange.AckResult, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if receiver != party {
		return nil, fmt.Errorf("acknowledged by %s", receiver)
	}
	if d.ackErr != nil {
		return nil, d.ackErr
	}
	d.acks = append(d.acks, acks...)
	return make([]exchange.AckResult, len(acks)), nil
}

// A world is the folders of a party, with an inbox that scans them by a clock of the
// test.
type world struct {
	*door
	t     *testing.T
	dir   string
	tree  files.Tree
	inbox *folders.Inbox
	logs  *observer.ObservedLogs
	good  []bool // what the meter has of each scan
	mu    sync.Mutex
}

// Scanned is folders.Meter's.
func (w *world) Scanned(_ string, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.good = append(w.good, ok)
}

func (w *world) last() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.good[len(w.good)-1]
}

// inBubble gives a test a world whose clock is its own.
func inBubble(t *testing.T, do func(t *testing.T, w *world)) {
	t.Helper()
	dir := filestest.Folders(t)
	synctest.Test(t, func(t *testing.T) { do(t, newWorld(t, dir)) })
}

func newWorld(t *testing.T, dir string) *world {
	w := &world{door: &door{}, t: t, dir: dir, tree: files.NewLocal(dir)}
	var core zapcore.Core
	core, w.logs = observer.New(zap.InfoLevel)
	w.inbox = &folders.Inbox{Admission: w.door, Acknowledgements: w.door, Meter: w, Log: zap.New(core)}
	return w
}

// watch scans until stop. The test acts halfway between scans from then on.
func (w *world) watch() (stop func()) {
	stop = w.start()
	<-time.After(every / 2)
	return stop
}

// start scans until stop.
func (w *world) start() (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	done := make(chan error, 1)
	go func() {
		done <- w.inbox.Watch(ctx, party, folders.Place{Tree: w.tree, Sends: true, Receives: true, Every: every})
	}()
	return func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	}
}

// scans lets so many scans pass.
func (w *world) scans(n int) {
	<-time.After(time.Duration(n) * every)
	synctest.Wait()
}

// put writes a file as a party does: under another name first.
func (w *world) put(path, content string) {
	w.t.Helper()
	to := filepath.Join(w.dir, path)
	if err := errors.Join(os.WriteFile(to+".tmp", []byte(content), 0o600), os.Rename(to+".tmp", to)); err != nil {
		w.t.Fatal(err)
	}
}

// all returns the paths and contents of all files, but for irregular ones.
func (w *world) all() map[string]string {
	w.t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(w.dir, path)
		if err != nil {
			return err
		}
		found[name] = e.Type().String()
		if e.Type().IsRegular() {
			content, err := os.ReadFile(path)
			found[name] = string(content)
			return err
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// has fails the test unless these are all the files, with a part of their content each.
func (w *world) has(want map[string]string) {
	w.t.Helper()
	got := w.all()
	for path, part := range want {
		if content, ok := got[path]; !ok || !strings.Contains(content, part) {
			w.t.Errorf("%s is %q, want %q", path, content, part)
		}
		delete(got, path)
	}
	if len(got) > 0 {
		w.t.Errorf("there is more: %q", got)
	}
}

// hexOf returns what is added to a name that another content has.
func hexOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return fmt.Sprintf("%x", sum[:8])
}
