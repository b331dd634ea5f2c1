package queuetest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"beibu/queue"
)

var bodies = []promise{
	{"the bytes admitted", bytesAdmitted},
	{"8 MiB unaltered, others beside it", largeBody},
	{"of the owner, whoever asks", ownersBody},
	{"not found if none was written", bodyNotFound},
	{"many may read", manyRead},
	{"a canceled read is unavailable", canceledBody},
}

// random makes a body that no compression and no mistake of pages can hide.
func random(size int, seed uint64) []byte {
	source := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	b := make([]byte, size)
	_, _ = source.Read(b) // never fails
	return b
}

func (s *store) body(position int64) []byte {
	s.t.Helper()
	b, err := s.q.Body(s.t.Context(), position)
	if err != nil {
		s.t.Fatalf("body %d: %v", position, err)
	}
	return b
}

func bytesAdmitted(t *testing.T, s *store) {
	t.Helper()
	sizes := []int{1, 2, 100, 4000, 4096, 14300, 16384, 65535, 65536, 300_000}
	positions := make([]int64, len(sizes))
	for i, sub := range numbered(len(sizes)) {
		sub.Body = random(sizes[i], uint64(i))
		positions[i] = s.admit(sub).Body
	}
	for range 2 {
		for i, size := range sizes {
			if !bytes.Equal(s.body(positions[i]), random(size, uint64(i))) {
				t.Errorf("a body of %d bytes came back altered", size)
			}
		}
		s.reopen()
	}
}

func largeBody(t *testing.T, s *store) {
	t.Helper()
	large := submit("large", "large")
	large.Body = random(8<<20, 1)
	var wg sync.WaitGroup
	for _, sub := range numbered(8) {
		wg.Go(func() {
			if e := s.admit(sub); !bytes.Equal(s.body(e.Body), sub.Body) {
				t.Error("a small body came back altered")
			}
		})
	}
	if e := s.admit(large); !bytes.Equal(s.body(e.Body), large.Body) {
		t.Error("the large body came back altered")
	}
	wg.Wait()
}

func ownersBody(t *testing.T, s *store) {
	t.Helper()
	first := submit("key", "content")
	s.admit(first)
	if e := s.admit(submit("key", "other")); !bytes.Equal(s.body(e.Body), first.Body) {
		t.Error("the answer names another body than the owner's")
	}
}

func bodyNotFound(t *testing.T, s *store) {
	t.Helper()
	e := s.admit(submit("key", "content"))
	for _, position := range []int64{0, -1, e.Body + 1000, math.MaxInt64, math.MinInt64} {
		if _, err := s.q.Body(t.Context(), position); !errors.Is(err, queue.ErrNotFound) {
			t.Errorf("body %d: error %v, want %v", position, err, queue.ErrNotFound)
		}
	}
}

func manyRead(t *testing.T, s *store) {
	t.Helper()
	subs := numbered(20)
	var wg sync.WaitGroup
	for _, sub := range subs {
		e := s.admit(sub)
		for range 4 {
			wg.Go(func() {
				if !bytes.Equal(s.body(e.Body), sub.Body) {
					t.Errorf("body of %q altered", sub.Key)
				}
			})
		}
	}
	wg.Wait()
}

func canceledBody(t *testing.T, s *store) {
	t.Helper()
	e := s.admit(submit("key", "content"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// The bytes may have been at hand: then they are right.
	b, err := s.q.Body(ctx, e.Body)
	if err == nil && string(b) == "sealed content" {
		return
	}
	if !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v and %v", err, queue.ErrUnavailable, context.Canceled)
	}
}
