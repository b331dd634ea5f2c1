package queuetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"beibu/queue"
)

var owning = []promise{
	{"an owner is known once its admission is answered", ownerKnown},
	{"asking for a key that nobody owns keeps nothing", askingKeepsNothing},
	{"of rivals the owner is known", rivalsOwner},
	{"keys that resemble each other are different keys", resemblingKeys},
}

// owned fails the test unless an entry is known as the owner of its key.
func (s *store) owned(when string, want queue.Entry) {
	s.t.Helper()
	got, err := s.q.Owned(s.t.Context(), want.Key)
	if err != nil {
		s.t.Fatalf("%s: owner of %q: %v", when, want.Key, err)
	}
	same(s.t, when, got, want)
}

// unowned fails the test unless no owner of a key is known.
func (s *store) unowned(key string) {
	s.t.Helper()
	if e, err := s.q.Owned(s.t.Context(), key); !errors.Is(err, queue.ErrNotFound) || e.Position != 0 {
		s.t.Errorf("owner of %q: %+v, %v, want %v", key, e, err, queue.ErrNotFound)
	}
}

func ownerKnown(t *testing.T, s *store) {
	t.Helper()
	var all []queue.Entry
	knownAll := func(when string) {
		t.Helper()
		for _, e := range all {
			s.owned(when, e)
		}
	}
	for _, sub := range numbered(20) {
		all = append(all, s.admit(sub))
		s.owned("admitted", all[len(all)-1])
	}
	knownAll("all admitted")
	s.dispatchedRecord(len(all), quiet)
	knownAll("dispatched")
	s.reopen()
	knownAll("opened again")
	all = append(all, s.admit(submit("later", "content")))
	knownAll("admitted later")
	s.unowned("never")
}

func askingKeepsNothing(t *testing.T, s *store) {
	t.Helper()
	for range 3 {
		s.unowned("key")
	}
	sub := submit("key", "content")
	if e := s.admit(sub); e.Token != sub.Token {
		t.Errorf("the key is owned by %+v", e)
	}
	if got := len(entriesOf(s.dispatchedRecord(1, quiet))); got != 1 {
		t.Errorf("%d entries in the record, want 1", got)
	}
}

// Whoever is answered finds the same owner at once, whoever else admits.
func rivalsOwner(t *testing.T, s *store) {
	t.Helper()
	var wg sync.WaitGroup
	answers, found := make([]queue.Entry, 32), make([]queue.Entry, 32)
	errs := make([]error, 32)
	for i := range answers {
		wg.Go(func() {
			key := fmt.Sprintf("key %d", i%4)
			answer, err := s.q.Admit(t.Context(), submit(key, fmt.Sprintf("content %d", i)))
			if err == nil {
				answers[i] = answer
				found[i], err = s.q.Owned(t.Context(), key)
			}
			errs[i] = err
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
		same(t, "owner", found[i], answers[i])
	}
}

func resemblingKeys(t *testing.T, s *store) {
	t.Helper()
	keys := []string{"k", "K", "k ", " k", "k\x00", "\x00", "kk", "\xff\xfe", "北部湾/原产地证书/1", strings.Repeat("k", queue.MaxKey)}
	for i, key := range keys {
		s.unowned(key)
		e := s.admit(submit(key, "content"))
		s.owned("admitted", e)
		for _, other := range keys[i+1:] {
			s.unowned(other)
		}
	}
}
