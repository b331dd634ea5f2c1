package queuetest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"beibu/queue"
)

var deciding = []promise{
	{"an entry is known from its admission on", knownAtOnce},
	{"an entry is known while it is dispatched", knownWhileDispatched},
	{"an attempt that owns nothing is not found", losersUnknown},
}

// known returns an owning entry, whether or not the record contains it yet.
func (s *store) known(id [16]byte) (queue.Entry, bool) {
	s.t.Helper()
	e, err := s.q.Decided(s.t.Context(), id)
	if err == nil {
		return e, true
	}
	if !errors.Is(err, queue.ErrNotFound) {
		s.t.Fatalf("decided: %v", err)
	}
	head := s.head()
	entries := entriesOf(s.until(0, func(all []queue.Change) bool {
		return head == 0 || len(all) > 0 && all[len(all)-1].Sequence >= head
	}))
	if i := slices.IndexFunc(entries, func(e queue.Entry) bool { return e.ID == id }); i >= 0 {
		return entries[i], true
	}
	return queue.Entry{}, false
}

// knows fails the test unless every entry is known, whole.
func (s *store) knows(when string, all ...queue.Entry) {
	s.t.Helper()
	for _, want := range all {
		got, found := s.known(want.ID)
		if !found {
			s.t.Errorf("%s: the entry of %q is not known", when, want.Key)
			continue
		}
		same(s.t, when, got, want)
	}
}

func knownAtOnce(t *testing.T, s *store) {
	t.Helper()
	var all []queue.Entry
	for _, sub := range numbered(3) {
		all = append(all, s.admit(sub))
		s.knows("admitted", all...)
	}
	s.reopen()
	s.knows("opened again", all...)
	all = append(all, s.admit(submit("later", "content")))
	s.knows("admitted later", all...)
	s.dispatchedRecord(len(all), quiet)
	s.knows("dispatched", all...)
	s.reopen()
	s.knows("dispatched and opened again", all...)
}

// Whoever asks just when it is dispatched finds it at one place or the other.
func knownWhileDispatched(t *testing.T, s *store) {
	t.Helper()
	stop := s.dispatch(consign)
	var callers sync.WaitGroup
	for _, sub := range numbered(20) {
		callers.Go(func() { s.knows("at some time", s.admit(sub)) })
	}
	callers.Wait()
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

func losersUnknown(t *testing.T, s *store) {
	t.Helper()
	s.admit(submit("key", "content"))
	late := submit("key", "late")
	s.admit(late)
	for _, id := range [][16]byte{late.ID, {1, 2, 3}} {
		if e, found := s.known(id); found {
			t.Errorf("%x is the entry %+v", id, e)
		}
	}
}
