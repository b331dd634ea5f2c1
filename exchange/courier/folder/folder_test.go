package folder_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
	"beibu/exchange/courier/folder"
	"beibu/exchange/files"
	"beibu/exchange/files/filestest"
	"beibu/exchange/files/sftp"
	"beibu/exchange/files/sftp/sftptest"

	"golang.org/x/crypto/ssh"
)

const customs = "gx-customs"

// A tree notes what arrives in a folder, and fails as the test says.
type tree struct {
	files.Tree
	t     *testing.T
	mu    sync.Mutex
	fails error                 // guarded by mu; of every write from now on
	all   []couriertest.Arrival // guarded by mu
	grown chan struct{}         // guarded by mu; closed at the next arrival
}

func newTree(t *testing.T, over files.Tree) *tree {
	return &tree{Tree: over, t: t, grown: make(chan struct{})}
}

// fail makes every write fail, or none.
func (r *tree) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails = err
}

// Write notes that a delivery arrived when its document did.
func (r *tree) Write(ctx context.Context, path string, content []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fails != nil {
		return r.fails
	}
	if err := r.Tree.Write(ctx, path, content); err != nil {
		return err
	}
	id, isDocument := strings.CutSuffix(path, files.DocumentSuffix)
	if !isDocument {
		return nil
	}
	a := couriertest.Arrival{Exchange: uuid.MustParse(strings.TrimPrefix(id, files.In+"/"))}
	for _, file := range files.Delivery(a.Exchange.String()) {
		content, err := r.Read(ctx, file, 1<<20)
		if err != nil {
			r.t.Error(err)
		}
		if strings.HasSuffix(file, files.MetadataSuffix) {
			content = withoutAttempt(r.t, content)
		}
		a.Content += string(content) + "\n"
	}
	r.all = append(r.all, a)
	close(r.grown)
	r.grown = make(chan struct{})
	return nil
}

// withoutAttempt returns the metadata that a replay does not change.
func withoutAttempt(t *testing.T, text []byte) []byte {
	var m folder.Metadata
	if err := json.Unmarshal(text, &m); err != nil {
		t.Error(err)
	}
	if m.Attempt == 0 {
		t.Errorf("no attempt: %s", text)
	}
	m.Attempt = 0
	text, err := json.Marshal(m)
	if err != nil {
		t.Error(err)
	}
	return text
}

// Arrived is what a couriertest.Subject has.
func (r *tree) Arrived(n int) []couriertest.Arrival {
	for {
		r.mu.Lock()
		all, grown := slices.Clone(r.all), r.grown
		r.mu.Unlock()
		if len(all) >= n {
			return all
		}
		<-grown
	}
}

// open is the document of an envelope of these tests.
func open(envelope []byte) ([]byte, error) {
	if bytes.HasPrefix(envelope, []byte("broken")) {
		return nil, errors.New("broken")
	}
	return append([]byte("document of "), envelope...), nil
}

func carrierTo(r files.Tree) *folder.Carrier {
	return &folder.Carrier{Tree: r, Open: open, Timeout: 30 * time.Second}
}

func TestContract(t *testing.T) {
	couriertest.Run(t, func(t *testing.T) couriertest.Subject {
		r := newTree(t, files.NewLocal(filestest.Folders(t)))
		return couriertest.Subject{Carrier: carrierTo(r), Arrived: r.Arrived}
	})
}

func TestContractBySFTP(t *testing.T) {
	s := sftptest.Start(t, "")
	couriertest.Run(t, func(t *testing.T) couriertest.Subject {
		remote := sftp.New(sftp.Options{
			Address: s.Address, User: sftptest.User, HostKeys: []ssh.PublicKey{s.HostKey},
			Auth: []ssh.AuthMethod{ssh.Password(sftptest.Password)}, Path: filestest.Folders(t),
		})
		t.Cleanup(remote.Close)
		r := newTree(t, remote)
		return couriertest.Subject{Carrier: carrierTo(r), Arrived: r.Arrived}
	})
}

// The files of a delivery are named after the exchange, hold the document, the envelope and
// what is known of them, and are there before the document is.
func TestFiles(t *testing.T) {
	dir := filestest.Folders(t)
	w := couriertest.NewWorld(t)
	w.Accept(time.Now(), 0, 1, true, customs)
	w.Run(carrierTo(newTree(t, files.NewLocal(dir))).Receiver(customs, true))
	w.Await(0, customs, exchange.ContentHandover)
	x, err := w.Exchange(t.Context(), couriertest.IDOf(0))
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := w.Body(t.Context(), x.Body)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "in", x.ID.String())
	for suffix, want := range map[string]string{".xml": "document of " + string(envelope), ".envelope": string(envelope)} {
		if got, err := os.ReadFile(at + suffix); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", suffix, got, err)
		}
	}
	text, err := os.ReadFile(at + ".json")
	var m folder.Metadata
	if err := errors.Join(err, json.Unmarshal(text, &m)); err != nil {
		t.Fatal(err)
	}
	if m.ExchangeID != x.ID.String() || m.Attempt != 1 || m.Sender != x.Identity.Sender || m.DocumentNumber != x.Identity.Number || !m.Express || m.Traceparent == "" || len(m.DigestSHA256) != 64 {
		t.Errorf("metadata %s", text)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "in")); err != nil || len(left) != 3 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	if w.Counts(customs + ": 1 delivered, 0 given up"); len(x.Events) == 0 {
		t.Error("no events")
	}
}

// attempts returns the codes of the attempts in the timeline of a document, and their times.
func attempts(t *testing.T, w *couriertest.World, number int) (codes []string, at []time.Time) {
	t.Helper()
	x, err := w.Exchange(t.Context(), couriertest.IDOf(number))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range x.Events {
		if e.Name == exchange.HandoverAttempt {
			codes, at = append(codes, e.Cause.Code), append(at, e.At)
		}
	}
	return codes, at
}

// A folder that is missing for five hours, and then full, collects: then everything is
// delivered in order, by the schedule, with the attempts in the timeline.
func TestOutage(t *testing.T) {
	dir := filestest.Folders(t)
	synctest.Test(t, func(t *testing.T) {
		w, r := couriertest.NewWorld(t), newTree(t, files.NewLocal(dir))
		w.Courier.Schedule = courier.Schedule{Steps: folder.DefaultSteps()}
		in, aside := filepath.Join(dir, "in"), filepath.Join(dir, "aside")
		if err := os.Rename(in, aside); err != nil {
			t.Fatal(err)
		}
		w.Accept(time.Now(), 0, 20, false, customs)
		stop := w.Run(carrierTo(r).Receiver(customs, true))
		<-time.After(5 * time.Hour)
		if err := os.Rename(aside, in); err != nil {
			t.Fatal(err)
		}
		r.fail(files.ErrFull)
		<-time.After(30 * time.Minute)
		r.fail(nil)
		w.Accept(time.Now(), 20, 40, false, customs)
		<-time.After(time.Hour)
		stop()
		for i, a := range r.Arrived(40) {
			if a.Exchange != couriertest.IDOf(i) {
				t.Fatalf("%s arrived in the place of number %d", a.Exchange, i)
			}
		}
		codes, at := attempts(t, w, 0)
		n := len(codes)
		if n < 10 || codes[0] != files.ClassMissing || codes[n-2] != files.ClassFull || codes[n-1] != files.ClassWritten {
			t.Fatalf("attempts %v", codes)
		}
		for i, step := range folder.DefaultSteps() {
			if waited := at[i+1].Sub(at[i]); waited < step/2 || waited > step+time.Second {
				t.Errorf("after failure %d it waited %s, want half of %s or more", i+1, waited, step)
			}
		}
		w.Counts(customs + ": failed, refused true")
	})
}

// An envelope that cannot be opened holds up no other delivery.
func TestBrokenEnvelope(t *testing.T) {
	dir := filestest.Folders(t)
	synctest.Test(t, func(t *testing.T) {
		w, r := couriertest.NewWorld(t), newTree(t, files.NewLocal(dir))
		w.Accept(time.Now(), 0, 3, false, customs)
		c := carrierTo(r)
		calls := 0
		c.Open = func(envelope []byte) ([]byte, error) {
			if calls++; calls == 1 {
				return open([]byte("broken"))
			}
			return open(envelope)
		}
		stop := w.Run(c.Receiver(customs, false))
		<-time.After(time.Minute)
		stop()
		for n := range 3 {
			if is := w.Delivery(n, customs).State; is != exchange.ConsignmentAcceptance {
				t.Errorf("number %d is in state %s", n, is)
			}
		}
		if codes, _ := attempts(t, w, 0); !slices.Equal(codes, []string{"envelope", "written"}) {
			t.Errorf("attempts %v", codes)
		}
	})
}

// slow is a tree that takes its time.
type slow struct {
	files.Tree
	takes time.Duration
}

// Write is files.Tree's.
func (s slow) Write(ctx context.Context, path string, content []byte) error {
	select {
	case <-time.After(s.takes):
		return s.Tree.Write(ctx, path, content)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A folder that is slow is not a folder that fails, until one delivery takes too long.
func TestSlow(t *testing.T) {
	for takes, want := range map[time.Duration]string{5 * time.Second: files.ClassWritten, 11 * time.Second: files.ClassTimeout} {
		dir := filestest.Folders(t)
		synctest.Test(t, func(t *testing.T) {
			w := couriertest.NewWorld(t)
			w.Accept(time.Now(), 0, 4, false, customs)
			stop := w.Run(carrierTo(slow{files.NewLocal(dir), takes}).Receiver(customs, true))
			<-time.After(2 * time.Minute)
			stop()
			if codes, _ := attempts(t, w, 0); codes[0] != want {
				t.Errorf("%s: attempts %v", takes, codes)
			}
			if is := w.Delivery(3, customs).State; (is == exchange.ContentHandover) != (want == files.ClassWritten) {
				t.Errorf("%s: the last is in state %s", takes, is)
			}
		})
	}
}
