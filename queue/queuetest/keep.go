package queuetest

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"beibu/queue"
)

var keeping = []promise{
	{"the bytes kept, after a restart too", bytesKept},
	{"until their time and never after it", keptUntil},
	{"not found if none were kept", keptNotFound},
	{"nothing is kept for no time", keptForNoTime},
	{"many may keep and read", manyKeep},
	{"what is kept is not in the record", keptBeside},
	{"a canceled call is unavailable", canceledKeep},
}

// keep keeps bytes for an hour, which must succeed, and returns their position.
func (s *store) keep(content []byte) int64 {
	s.t.Helper()
	position, err := s.q.Keep(s.t.Context(), content, time.Now().Add(time.Hour))
	if err != nil {
		s.t.Fatalf("keep %d bytes: %v", len(content), err)
	}
	return position
}

// kept returns the bytes at a position, which must be there.
func (s *store) kept(position int64) []byte {
	s.t.Helper()
	b, err := s.q.Kept(s.t.Context(), position)
	if err != nil {
		s.t.Fatalf("kept bytes %d: %v", position, err)
	}
	return b
}

func bytesKept(t *testing.T, s *store) {
	t.Helper()
	sizes := []int{1, 4096, 65536, 300_000, 8 << 20}
	positions := make([]int64, len(sizes))
	for i, size := range sizes {
		content := random(size, uint64(i))
		positions[i] = s.keep(content)
		clear(content) // it is the caller's again
	}
	for range 2 {
		for i, size := range sizes {
			if !bytes.Equal(s.kept(positions[i]), random(size, uint64(i))) {
				t.Errorf("%d bytes came back altered", size)
			}
		}
		s.reopen()
	}
	if next := s.keep([]byte("next")); next <= positions[len(positions)-1] {
		t.Errorf("position %d after %d: it may have been one of others", next, positions[len(positions)-1])
	}
}

func keptUntil(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := patient(t)
	defer cancel()
	until := time.Now().Add(300 * time.Millisecond)
	position, err := s.q.Keep(ctx, []byte("content"), until)
	if err != nil {
		t.Fatal(err)
	}
	for {
		asked := time.Now()
		content, err := s.q.Kept(ctx, position)
		switch {
		case errors.Is(err, queue.ErrNotFound) && time.Now().Before(until):
			t.Fatal("the bytes are gone before their time")
		case errors.Is(err, queue.ErrNotFound):
			return
		case err != nil || string(content) != "content":
			t.Fatalf("read %q, %v", content, err)
		case !asked.Before(until):
			t.Fatal("the bytes are returned after their time")
		}
		runtime.Gosched()
	}
}

func keptNotFound(t *testing.T, s *store) {
	t.Helper()
	position := s.keep([]byte("content"))
	for _, other := range []int64{0, -1, position + 1000, math.MaxInt64, math.MinInt64} {
		if _, err := s.q.Kept(t.Context(), other); !errors.Is(err, queue.ErrNotFound) {
			t.Errorf("kept bytes %d: error %v, want %v", other, err, queue.ErrNotFound)
		}
	}
}

func keptForNoTime(t *testing.T, s *store) {
	t.Helper()
	for name, refused := range map[string]struct {
		content []byte
		until   time.Time
	}{
		"nothing":              {nil, time.Now().Add(time.Hour)},
		"until a time that is": {[]byte("content"), time.Now()},
		"until no time":        {[]byte("content"), time.Time{}},
	} {
		if _, err := s.q.Keep(t.Context(), refused.content, refused.until); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: error %v, want %v", name, err, queue.ErrInvalid)
		}
	}
}

func manyKeep(t *testing.T, s *store) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range uint64(20) {
		wg.Go(func() {
			content := random(1000, i)
			position, err := s.q.Keep(t.Context(), content, time.Now().Add(time.Hour))
			if err != nil {
				t.Errorf("keep: %v", err)
				return
			}
			if got, err := s.q.Kept(t.Context(), position); err != nil || !bytes.Equal(got, content) {
				t.Errorf("the bytes of another came back, or none: %v", err)
			}
		})
	}
	wg.Wait()
}

func keptBeside(t *testing.T, s *store) {
	t.Helper()
	e := s.admit(submit("key", "content"))
	before := s.append(happened(e.ID, "before", 0))
	s.keep([]byte("kept"))
	if head := s.head(); head != before {
		t.Errorf("the record grows from %d to %d", before, head)
	}
	if b := s.body(e.Body); string(b) != "sealed content" {
		t.Errorf("the body is %q", b)
	}
}

func canceledKeep(t *testing.T, s *store) {
	t.Helper()
	position := s.keep([]byte("content"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, kept := s.q.Keep(ctx, []byte("other"), time.Now().Add(time.Hour))
	_, read := s.q.Kept(ctx, position)
	for call, err := range map[string]error{"Keep": kept, "Kept": read} {
		if !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want %v and %v", call, err, queue.ErrUnavailable, context.Canceled)
		}
	}
}
