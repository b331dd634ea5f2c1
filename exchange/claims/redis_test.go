package claims_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"

	"beibu/exchange"
	"beibu/exchange/claims"
	"beibu/exchange/proof"
)

var (
	permit = proof.Identity{Sender: "qinzhou", Kind: "health-permit", Number: "450007", Version: "1"}
	digest = sha256.Sum256([]byte("a permit"))
)

// link connects a client to a Redis in this process, and can fail.
type link struct {
	server *miniredis.Miniredis
	down   atomic.Bool  // connections are refused
	mute   atomic.Bool  // nothing is answered
	lose   atomic.Bool  // the reply to the next script is lost
	dials  atomic.Int32 // attempts to connect
}

func newLink() *link { return &link{server: miniredis.NewMiniRedis()} }

func (l *link) options() claims.Options {
	return claims.Options{Addresses: []string{"127.0.0.1:6379"}, Dial: l.dial, Prefix: "beibu:", Lease: 10 * time.Second}
}

func (l *link) dial(context.Context, string, string) (net.Conn, error) {
	l.dials.Add(1)
	if l.down.Load() {
		return nil, errors.New("connection refused")
	}
	if l.mute.Load() {
		near, _ := net.Pipe()
		return near, nil
	}
	conn, err := l.server.Dial()
	return &wire{Conn: conn, link: l}, err
}

// A wire loses the reply to a script if its link says so.
type wire struct {
	net.Conn
	link   *link
	losing atomic.Bool
}

func (w *wire) Write(b []byte) (int, error) {
	if w.link.down.Load() {
		return 0, net.ErrClosed
	}
	if bytes.Contains(bytes.ToLower(b), []byte("eval")) && w.link.lose.Swap(false) {
		w.losing.Store(true)
	}
	return w.Conn.Write(b)
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if w.losing.Load() {
		_ = w.Close() // it was done, and nobody received the answer
		return 0, io.EOF
	}
	return n, err
}

func claim(t *testing.T, c *claims.Redis) (exchange.Claim, error) {
	t.Helper()
	return c.Claim(t.Context(), permit, digest)
}

// A retry of the client's after a lost reply is the same claim, not a rival.
func TestLostReply(t *testing.T) {
	l := newLink()
	defer l.server.Close()
	o := l.options()
	o.Bound = time.Minute
	c := open(t, o)
	if first, err := claim(t, c); err != nil {
		t.Fatal(err)
	} else {
		first.Release(t.Context()) // the scripts are known to the server now
	}
	l.lose.Store(true)
	mine, err := claim(t, c)
	if err != nil || l.lose.Load() || l.dials.Load() < 2 {
		t.Fatalf("a retry after a lost reply: %v (lost: %t, connections: %d)", err, !l.lose.Load(), l.dials.Load())
	}
	if _, err := claim(t, c); exchange.KindOf(err) != exchange.InFlight {
		t.Errorf("the claim is not held: %v", err)
	}
	l.lose.Store(true)
	mine.Release(t.Context())
	if _, err := claim(t, c); err != nil || l.lose.Load() {
		t.Errorf("a release whose reply was lost: %v", err)
	}
}

// A claim that is committed has nothing to release, and Redis is not asked.
func TestReleaseAfterCommit(t *testing.T) {
	server := miniredis.RunT(t)
	c := open(t, claims.Options{Addresses: []string{server.Addr()}, Prefix: "beibu:", Lease: time.Minute, Bound: time.Minute})
	mine, err := claim(t, c)
	if err != nil {
		t.Fatal(err)
	}
	mine.Commit(t.Context(), digest)
	before := server.CommandCount()
	mine.Release(t.Context())
	if n := server.CommandCount() - before; n != 0 {
		t.Errorf("%d commands, want none", n)
	}
}

// A commit that Redis did not confirm is followed by a release, so that the number
// is free before its lease ends.
func TestReleaseAfterLostCommit(t *testing.T) {
	server := miniredis.RunT(t)
	c := open(t, claims.Options{Addresses: []string{server.Addr()}, Prefix: "beibu:", Lease: time.Minute, Bound: time.Minute})
	mine, err := claim(t, c)
	if err != nil {
		t.Fatal(err)
	}
	server.SetError("LOADING")
	mine.Commit(t.Context(), digest)
	server.SetError("")
	mine.Release(t.Context())
	if _, err := claim(t, c); err != nil {
		t.Errorf("the number is not free: %v", err)
	}
}

// A claim lapses by itself.
func TestLeaseLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLink()
		defer l.server.Close()
		l.server.ClockTTL(true)
		c := open(t, l.options())
		if _, err := claim(t, c); err != nil {
			t.Fatal(err)
		}
		<-time.After(10*time.Second - time.Millisecond)
		if _, err := claim(t, c); exchange.KindOf(err) != exchange.InFlight {
			t.Errorf("before the end of the lease: %v", err)
		}
		<-time.After(time.Millisecond)
		if _, err := claim(t, c); err != nil {
			t.Errorf("after the end of the lease: %v", err)
		}
	})
}

// A Redis that refuses connections is asked three times, and then once in five
// seconds; meanwhile every claim is granted. When it is back, claims hold.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLink()
		defer l.server.Close()
		var turns []bool
		o := l.options()
		o.Turned = func(asked bool, cause error) {
			if asked != (cause == nil) {
				t.Errorf("asked %t because of %v", asked, cause)
			}
			turns = append(turns, asked)
		}
		c := open(t, o)
		l.down.Store(true)
		for range 3 {
			if _, err := claim(t, c); err != nil {
				t.Fatal(err)
			}
		}
		dials := l.dials.Load()
		for range 100 {
			if got, err := claim(t, c); err != nil {
				t.Fatal(err)
			} else {
				got.Commit(t.Context(), digest)
				got.Release(t.Context())
			}
		}
		if l.dials.Load() != dials || len(turns) != 1 || turns[0] {
			t.Errorf("%d connections while the breaker is open; turns %v", l.dials.Load()-dials, turns)
		}
		<-time.After(5 * time.Second)
		for range 100 {
			if _, err := claim(t, c); err != nil {
				t.Fatal(err)
			}
		}
		if probes := l.dials.Load() - dials; probes < 1 || probes > 3 { // one call, with its retries
			t.Errorf("%d connections after the rest", probes)
		}
		l.down.Store(false)
		<-time.After(5 * time.Second)
		if _, err := claim(t, c); err != nil {
			t.Fatal(err)
		}
		if _, err := claim(t, c); exchange.KindOf(err) != exchange.InFlight {
			t.Errorf("Redis is back: %v", err)
		}
		if len(turns) != 2 || !turns[1] {
			t.Errorf("turns %v", turns)
		}
	})
}

// A Redis that takes connections and says nothing costs 300 ms a call at most,
// and after three calls nothing.
func TestMuteRedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLink()
		l.mute.Store(true)
		c := open(t, l.options())
		for i := range 20 {
			started := time.Now()
			if _, err := claim(t, c); err != nil {
				t.Fatal(err)
			}
			took := time.Since(started)
			if took > 300*time.Millisecond || i >= 3 && took > 0 {
				t.Errorf("call %d took %s", i, took)
			}
		}
	})
}

// A caller that goes away says nothing of Redis.
func TestCallerGone(t *testing.T) {
	l := newLink()
	defer l.server.Close()
	o := l.options()
	o.Turned = func(bool, error) { t.Error("the breaker turned") }
	c := open(t, o)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if _, err := c.Claim(gone, permit, digest); err != nil {
			t.Fatal(err)
		}
	}
}

// A server that is killed forgets, and refuses nothing.
func TestKilledRedis(t *testing.T) {
	s := serve(t, freeAddress(t))
	c := open(t, claims.Options{Addresses: []string{s.address}, Prefix: "beibu:", Lease: 10 * time.Second, Bound: time.Minute})
	if _, err := claim(t, c); err != nil {
		t.Fatal(err)
	}
	if _, err := claim(t, c); exchange.KindOf(err) != exchange.InFlight {
		t.Fatalf("the claim is not held: %v", err)
	}
	s.kill()
	if _, err := claim(t, c); err != nil {
		t.Errorf("without Redis: %v", err)
	}
	serve(t, s.address)
	if _, err := claim(t, c); err != nil {
		t.Errorf("after its restart: %v", err)
	}
	if _, err := claim(t, c); exchange.KindOf(err) != exchange.InFlight {
		t.Errorf("after its restart a claim is not held: %v", err)
	}
}

// Tenants of one server do not see each other, and every key is under its
// prefix.
func TestPrefix(t *testing.T) {
	server := miniredis.RunT(t)
	for _, prefix := range []string{"beibu:", "qinzhou:", "beihai:"} {
		if _, err := claim(t, open(t, claims.Options{Addresses: []string{server.Addr()}, Prefix: prefix, Lease: 10 * time.Second, Bound: time.Minute})); err != nil {
			t.Error(err)
		}
	}
	want := "beibu:claim:" + permit.Key() + " beihai:claim:" + permit.Key() + " qinzhou:claim:" + permit.Key()
	if got := strings.Join(server.Keys(), " "); got != want {
		t.Errorf("keys %s", got)
	}
}

func TestOptions(t *testing.T) {
	for name, spoil := range map[string]func(*claims.Options){
		"no address":         func(o *claims.Options) { o.Addresses = nil },
		"no prefix":          func(o *claims.Options) { o.Prefix = "" },
		"master and cluster": func(o *claims.Options) { o.Master, o.Cluster = "m", true },
		"no lease":           func(o *claims.Options) { o.Lease = 0 },
		"short lease":        func(o *claims.Options) { o.Lease = time.Microsecond },
		"negative window":    func(o *claims.Options) { o.Window = -time.Second },
	} {
		o := newLink().options()
		spoil(&o)
		if _, err := claims.Open(o); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}
