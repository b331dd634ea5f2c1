package timestamps

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
	"beibu/signing"
	"beibu/signing/signingtest"
)

// A log publishes entries and returns their bodies, as a queue does.
type log struct {
	entries chan queue.Entry
	mu      sync.Mutex
	bodies  map[int64][]byte // guarded by mu
	last    int64            // guarded by mu
}

// add keeps the body of the next entry and returns its position.
func (l *log) add(body []byte) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.bodies[l.last] = body
	return l.last
}

func (l *log) Head(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, nil
}

func (l *log) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-l.entries:
			if e.Position <= after {
				continue
			}
			if err := fold(ctx, []queue.Change{{Sequence: e.Position, Entry: &e}}); err != nil {
				return err
			}
		}
	}
}

func (l *log) Body(_ context.Context, position int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.bodies[position]; ok {
		return b, nil
	}
	return nil, queue.ErrNotFound
}

// A transport answers as the authority in the test does.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A desk is a keeper with all that it needs, in a bubble.
type desk struct {
	*Keeper
	t       *testing.T
	log     *log
	tsa     *signingtest.TSA
	key     signing.Key
	trust   signing.Trust
	answers atomic.Pointer[transport]
	reports chan Report
	path    string
	stop    func()
}

// accepted is when documents are accepted: the clock of a bubble starts at the
// end of the last century, when no certificate of a test is valid.
var accepted = time.Now().UTC().Truncate(time.Second)

func newDesk(t *testing.T) *desk {
	t.Helper()
	sleepUntil(accepted)
	d := &desk{
		t: t, log: &log{entries: make(chan queue.Entry, 8), bodies: map[int64][]byte{}}, tsa: signingtest.NewTSA(t),
		reports: make(chan Report, 64), path: filepath.Join(t.TempDir(), "timestamps.db"),
	}
	text, err := signing.NewKeyPEM("ecdsa-p256", "us", time.Now())
	if err == nil {
		d.key, err = signing.ParseKey(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.trust = signing.NewTrust(signing.Signer{Name: "us", Certificate: d.key.Certificate}).WithTimestamps(d.tsa.Root)
	d.answer(answering(d.tsa.Answer))
	return d
}

// sleepUntil brings the clock of the bubble to a time.
func sleepUntil(at time.Time) { <-time.After(time.Until(at)) }

// answer changes what the authority does.
func (d *desk) answer(f transport) { d.answers.Store(&f) }

// answering is an authority that answers, as it should or not.
func answering(answer func(query []byte) []byte) transport {
	return func(r *http.Request) (*http.Response, error) {
		query, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(answer(query)))}, nil
	}
}

// hangs is one that never answers.
func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// open starts the keeper.
func (d *desk) open() {
	d.t.Helper()
	ask := newAuthority("http://tsa", 10*time.Second, transport(func(r *http.Request) (*http.Response, error) { return (*d.answers.Load())(r) }))
	var err error
	d.Keeper, err = Open(d.t.Context(), Options{
		Path: d.path, Trust: func() signing.Trust { return d.trust }, Feed: d.log, Bodies: d.log, Authority: ask,
		Report: func(r Report) { d.reports <- r },
	})
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(d.t.Context())
	ended := make(chan error, 2)
	go func() { ended <- d.Follow(ctx) }()
	go func() { ended <- d.Run(ctx) }()
	d.stop = func() {
		cancel()
		if err := errors.Join(<-ended, <-ended, d.Close()); err != nil {
			d.t.Error(err)
		}
	}
}

// accept seals a document and publishes its entry to the keeper.
func (d *desk) accept() (uuid.UUID, []byte) {
	d.t.Helper()
	document := []byte("<a/>")
	sealer, err := signing.NewSealer(d.key, d.key)
	if err != nil {
		d.t.Fatal(err)
	}
	id := uuid.New()
	sealed, err := sealer.Seal(d.t.Context(), signing.Header{
		ExchangeID: id.String(), DigestSHA256: sha256.Sum256(document), AcceptedAt: time.Now(),
	}, document)
	if err != nil {
		d.t.Fatal(err)
	}
	at := d.log.add(sealed)
	d.log.entries <- queue.Entry{ID: id, Position: at, Body: at, At: time.Now()}
	return id, sealed
}

// report waits for the next report.
func (d *desk) report() Report { return <-d.reports }

// stamped checks that an envelope can be had with time stamps.
func (d *desk) stamped(id uuid.UUID, sealed []byte) {
	d.t.Helper()
	before := bytes.Clone(sealed)
	withStamps, err := d.Stamp(d.t.Context(), id, sealed)
	if err != nil {
		d.t.Errorf("Stamp: %v", err)
		return
	}
	e, err := signing.OpenEnvelope(withStamps, d.trust)
	if err != nil || len(e.Seals) != 2 || e.Seals[0].Timestamp.IsZero() || e.Seals[1].Timestamp.IsZero() {
		d.t.Errorf("opened %+v, %v", e, err)
	}
	if !bytes.Equal(sealed, before) {
		d.t.Error("the envelope that was kept is another now")
	}
}

func bubble(t *testing.T, f func(*testing.T, *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.open()
		f(t, d)
		d.stop()
	})
}

// An authority that hangs, and one that fails, hold nothing up but the stamps,
// which come by themselves when it answers again.
func TestAuthorityDown(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		d.answer(hangs)
		id, sealed := d.accept()
		for i := range 3 {
			if r := d.report(); !r.Down || r.Pause != 5*time.Second<<i || !errors.Is(r.Err, errDown) {
				t.Errorf("while it hangs: %+v", r)
			}
		}
		d.answer(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusBadGateway, Status: "502", Body: http.NoBody}, nil
		})
		if r := d.report(); !r.Down {
			t.Errorf("while it fails: %+v", r)
		}
		_, err := d.Stamp(t.Context(), id, sealed)
		if failure, ok := errors.AsType[*exchange.Error](err); !ok || failure.Kind != exchange.NotFound || failure.Code != CodeMissing {
			t.Errorf("before it answers: %v", err)
		}
		if n, since, err := d.Waiting(t.Context()); n != 1 || since.IsZero() || err != nil {
			t.Errorf("%d wait since %s, %v", n, since, err)
		}
		d.answer(answering(d.tsa.Answer))
		if r := d.report(); r.Err != nil || r.Exchange != id {
			t.Errorf("when it answers: %+v", r)
		}
		d.stamped(id, sealed)
	})
}

// A stamp that does not hold is not kept, for whatever reason, and holds
// nothing else up; it is asked for again.
func TestBadStamps(t *testing.T) {
	bubble(t, func(t *testing.T, d *desk) {
		mistaken, other := *d.tsa, signingtest.NewTSA(t)
		mistaken.Mistaken = true
		for name, c := range map[string]struct {
			answer func(query []byte) []byte
			code   string
		}{
			"junk":                      {func([]byte) []byte { return []byte("junk") }, signing.CodeTimestamp},
			"names another certificate": {mistaken.Answer, signing.CodeTimestamp},
			"not trusted":               {other.Answer, signing.CodeUntrusted},
		} {
			d.answer(answering(c.answer))
			first, sealed := d.accept()
			if r := d.report(); r.Code != c.code || r.Exchange != first || r.Down {
				t.Errorf("%s: %+v", name, r)
			}
			d.answer(answering(d.tsa.Answer))
			second, sealedSecond := d.accept()
			if r := d.report(); r.Err != nil || r.Exchange != second {
				t.Errorf("%s, the next: %+v", name, r)
			}
			d.stamped(second, sealedSecond)
			if r := d.report(); r.Err != nil || r.Exchange != first { // a minute later
				t.Errorf("%s, again: %+v", name, r)
			}
			d.stamped(first, sealed)
		}
	})
}

// Stamps and what waits for them are there after a restart; what was accepted
// before the first start is left alone, and so is what is no longer kept.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		before, sealedBefore := d.accept()
		d.open()
		first, sealed := d.accept()
		if r := d.report(); r.Exchange != first || r.Err != nil {
			t.Errorf("first: %+v", r)
		}
		d.answer(hangs)
		second, sealedSecond := d.accept()
		if r := d.report(); !r.Down {
			t.Errorf("second: %+v", r)
		}
		d.stop()
		d.answer(answering(d.tsa.Answer))
		d.open()
		if r := d.report(); r.Exchange != second || r.Err != nil {
			t.Errorf("after the restart: %+v", r)
		}
		d.stamped(first, sealed)
		d.stamped(second, sealedSecond)
		if _, err := d.Stamp(t.Context(), before, sealedBefore); err == nil {
			t.Error("stamped what was accepted before")
		}
		d.log.entries <- queue.Entry{ID: uuid.New(), Position: d.log.last + 1, Body: d.log.last + 1, At: time.Now()} // without a body
		synctest.Wait()
		if n, _, err := d.Waiting(t.Context()); n != 0 || err != nil {
			t.Errorf("%d wait, %v", n, err)
		}
		d.trust = signing.NewTrust(signing.Signer{Name: "us", Certificate: d.key.Certificate})
		if _, err := d.Stamp(t.Context(), first, sealed); exchange.KindOf(err) != exchange.NotFound {
			t.Errorf("by an authority that is no longer trusted: %v", err)
		}
		d.stop()
	})
}

func TestPauses(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 7: longestPause, 1000: longestPause} {
		if got := pause(failures); got != want {
			t.Errorf("after %d failures: %s, want %s", failures, got, want)
		}
	}
}
