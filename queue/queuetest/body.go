package queuetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"beibu/queue"
)

var bodies = []promise{
	{"the bytes admitted", bytesAdmitted},
	{"the bytes admitted, of which a part is base64", encodedBody},
	{"8 MiB unaltered, others beside it", largeBody},
	{"of the owner, whoever asks", ownersBody},
	{"not found if none was written", bodyNotFound},
	{"many may read", manyRead},
	{"a canceled read is unavailable", canceledBody},
	{"a body kept beside the log", addedBody},
	{"a body that cannot be kept", invalidBody},
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

// encodedBody has base64 with and without padding, at either end and between.
func encodedBody(t *testing.T, s *store) {
	t.Helper()
	text := func(size int) []byte { return bytes.Repeat([]byte("<GoodsItem/>"), size/12+1)[:size] }
	var subs []queue.Submission
	for _, content := range [][]byte{{0}, random(2, 1), random(3, 2), text(10_000), random(100_000, 3), text(300_000)} {
		for _, around := range [][2]int{{0, 0}, {700, 2_300}, {1, 0}, {0, 1}} {
			sub := submit(fmt.Sprintf("key %d", len(subs)), "content")
			before, after := text(around[0]), random(around[1], 4)
			sub.Body = slices.Concat(before, []byte(base64.StdEncoding.EncodeToString(content)), after)
			sub.Encoded = queue.Encoded{At: len(before), Bytes: content}
			subs = append(subs, sub)
		}
	}
	positions := make([]int64, len(subs))
	for i, sub := range subs {
		sub.Body, sub.Encoded.Bytes = bytes.Clone(sub.Body), bytes.Clone(sub.Encoded.Bytes)
		positions[i] = s.admit(sub).Body
		clear(sub.Body)
		clear(sub.Encoded.Bytes)
	}
	for range 2 {
		for i, sub := range subs {
			if !bytes.Equal(s.body(positions[i]), sub.Body) {
				t.Errorf("a body of %d bytes, %d of them encoded from byte %d, came back altered", len(sub.Body), len(sub.Encoded.Bytes), sub.Encoded.At)
			}
		}
		s.reopen()
	}
}

// addedBody keeps bodies between entries and events: they are in neither log nor record,
// and a queue that was opened again keeps more.
func addedBody(t *testing.T, s *store) {
	t.Helper()
	first := s.admit(submit("key", "content"))
	before, err := s.q.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept := map[int64][]byte{}
	for i := range 6 {
		content := random(5_000, uint64(i))
		position, err := s.q.AddBody(t.Context(), "key", content)
		if err != nil {
			t.Fatal(err)
		}
		if _, taken := kept[position]; taken || position == first.Body {
			t.Errorf("position %d twice", position)
		}
		kept[position] = bytes.Clone(content)
		clear(content)
		if i == 2 {
			s.reopen()
		}
	}
	for range 2 {
		for position, content := range kept {
			if !bytes.Equal(s.body(position), content) {
				t.Errorf("the body at %d came back altered", position)
			}
		}
		s.reopen()
	}
	if head, err := s.q.Head(t.Context()); err != nil || head != before {
		t.Errorf("the record is at %d, and was at %d: %v", head, before, err)
	}
	second := s.admit(submit("other", "other content"))
	if !bytes.Equal(s.body(second.Body), submit("other", "other content").Body) || !bytes.Equal(s.body(first.Body), submit("key", "content").Body) {
		t.Error("the body of an entry came back altered")
	}
}

func invalidBody(t *testing.T, s *store) {
	t.Helper()
	for name, keep := range map[string]struct {
		key  string
		body []byte
	}{"no key": {"", []byte("b")}, "long key": {string(make([]byte, queue.MaxKey+1)), []byte("b")}, "no body": {"k", nil}} {
		if _, err := s.q.AddBody(t.Context(), keep.key, keep.body); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
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
