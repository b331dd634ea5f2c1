// Package claimstest is the contract of exchange.Claims as tests.
package claimstest

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"beibu/exchange"
	"beibu/exchange/proof"
)

// A Store is where claims are kept, seen by two daemons.
type Store struct {
	One, Other exchange.Claims
	Lapse      func(testing.TB) // lets the lease of every claim run out
	Flush      func(testing.TB) // loses everything
}

// Run holds claims to their contract. Each test opens a store of its own.
func Run(t *testing.T, open func(testing.TB) Store) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, Store)
	}{
		{"one at a time", oneAtATime},
		{"numbers apart", numbersApart},
		{"release", release},
		{"commit", commit},
		{"lapse", lapse},
		{"insist", insist},
		{"flush", flush},
		{"rivals", rivals},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

var (
	carnet = proof.Identity{Sender: "qinzhou", Kind: "ata-carnet", Number: "CN/4501/26/00183", Version: "1"}
	one    = sha256.Sum256([]byte("one content"))
	other  = sha256.Sum256([]byte("another content"))
)

// granted claims a number, and fails the test if that is refused.
func granted(t *testing.T, c exchange.Claims, id proof.Identity, digest [sha256.Size]byte) exchange.Claim {
	t.Helper()
	claim, err := c.Claim(t.Context(), id, digest)
	if err != nil {
		t.Fatalf("claim on %s refused: %v", id, err)
	}
	return claim
}

// refused fails the test unless a claim is refused as in flight.
func refused(t *testing.T, c exchange.Claims, id proof.Identity, digest [sha256.Size]byte) {
	t.Helper()
	claim, err := c.Claim(t.Context(), id, digest)
	if exchange.KindOf(err) != exchange.InFlight || claim != nil {
		t.Fatalf("claim on %s, held elsewhere: %v, %v", id, claim, err)
	}
}

func oneAtATime(t *testing.T, s Store) {
	t.Helper()
	granted(t, s.One, carnet, one)
	refused(t, s.Other, carnet, one)
	refused(t, s.Other, carnet, other)
	refused(t, s.One, carnet, one) // another attempt at the same daemon
}

func numbersApart(t *testing.T, s Store) {
	t.Helper()
	granted(t, s.One, carnet, one)
	for _, id := range []proof.Identity{
		{Sender: "beihai", Kind: carnet.Kind, Number: carnet.Number, Version: "1"},
		{Sender: carnet.Sender, Kind: "health-permit", Number: carnet.Number, Version: "1"},
		{Sender: carnet.Sender, Kind: carnet.Kind, Number: "CN/4501/26/00184", Version: "1"},
		{Sender: carnet.Sender, Kind: carnet.Kind, Number: carnet.Number, Version: "2"},
		{Sender: carnet.Sender, Kind: carnet.Kind, Number: carnet.Number},
		{Sender: carnet.Sender, Kind: carnet.Kind, Number: "{钦州}:*/?\n", Version: "1"},
	} {
		granted(t, s.Other, id, one)
	}
}

func release(t *testing.T, s Store) {
	t.Helper()
	claim := granted(t, s.One, carnet, one)
	claim.Release(t.Context())
	next := granted(t, s.Other, carnet, other)
	claim.Release(t.Context()) // again: it is not this claim's any more
	refused(t, s.One, carnet, one)
	next.Release(t.Context())
	granted(t, s.One, carnet, one)
}

func commit(t *testing.T, s Store) {
	t.Helper()
	claim := granted(t, s.One, carnet, one)
	claim.Commit(t.Context(), one)
	claim.Release(t.Context()) // deferred, as a rule
	again := granted(t, s.Other, carnet, one)
	conflict := granted(t, s.One, carnet, other) // the log will decide
	again.Release(t.Context())
	conflict.Commit(t.Context(), one)
	granted(t, s.Other, carnet, one)
	granted(t, s.Other, carnet, one)
}

func lapse(t *testing.T, s Store) {
	t.Helper()
	stalled := granted(t, s.One, carnet, one)
	s.Lapse(t)
	granted(t, s.Other, carnet, other)
	stalled.Release(t.Context()) // late: the number is another's
	refused(t, s.One, carnet, one)
	stalled.Commit(t.Context(), one) // late, and true: the log has decided
	granted(t, s.Other, carnet, one)
	s.Lapse(t) // a decided number is not kept without end either
	granted(t, s.One, carnet, one)
	refused(t, s.Other, carnet, one)
}

// holder returns who holds the number, by the refusal of a claim.
func holder(t *testing.T, c exchange.Claims) string {
	t.Helper()
	_, err := c.Claim(t.Context(), carnet, other)
	held, ok := errors.AsType[*exchange.Error](err)
	if !ok || held.Kind != exchange.InFlight || held.Holder == "" {
		t.Fatalf("a claim on what is held: %v", err)
	}
	return held.Holder
}

// One who insists takes a number over from the rival that was seen, and from no
// other.
func insist(t *testing.T, s Store) {
	t.Helper()
	stalled := granted(t, s.One, carnet, one)
	rival := holder(t, s.Other)
	claim, err := s.Other.Insist(t.Context(), carnet, other, rival)
	if err != nil {
		t.Fatalf("insist: %v", err)
	}
	if now := holder(t, s.One); now == rival {
		t.Error("the number is still the rival's")
	}
	_, err = s.One.Insist(t.Context(), carnet, one, rival)
	if exchange.KindOf(err) != exchange.InFlight {
		t.Errorf("insist on what a third has by now: %v", err)
	}
	stalled.Release(t.Context()) // late: the number is another's
	refused(t, s.One, carnet, one)
	claim.Commit(t.Context(), other)
	if _, err := s.One.Insist(t.Context(), carnet, one, rival); err != nil {
		t.Errorf("insist on what is decided: %v", err)
	}
}

func flush(t *testing.T, s Store) {
	t.Helper()
	first := granted(t, s.One, carnet, one)
	s.Flush(t)
	second := granted(t, s.Other, carnet, one)
	first.Release(t.Context())
	refused(t, s.One, carnet, one)
	s.Flush(t)
	second.Commit(t.Context(), one)
	granted(t, s.One, carnet, one)
	granted(t, s.Other, carnet, one)
}

func rivals(t *testing.T, s Store) {
	t.Helper()
	var wg sync.WaitGroup
	var wins, faults atomic.Int32
	for i := range 32 {
		claims := []exchange.Claims{s.One, s.Other}[i%2]
		wg.Go(func() {
			_, err := claims.Claim(context.WithoutCancel(t.Context()), carnet, one)
			switch {
			case err == nil:
				wins.Add(1)
			case exchange.KindOf(err) != exchange.InFlight:
				faults.Add(1)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 || faults.Load() != 0 {
		t.Errorf("%d of 32 rivals hold the number, %d were refused for another reason", wins.Load(), faults.Load())
	}
}
