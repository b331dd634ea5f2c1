package queuetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"beibu/queue"
)

var admitting = []promise{
	{"first entry owns its key", firstOwns},
	{"same content again answers the first entry", laterAnswersFirst("content")},
	{"other content answers the first entry", laterAnswersFirst("other content")},
	{"first entry outlives reopening", firstOutlives},
	{"of rivals exactly one owns and all receive it", rivals},
	{"positions rise", positionsRise},
	{"any bytes make a key", anyKey},
	{"limits are kept", limits},
	{"a refused submission leaves nothing", refusedLeavesNothing},
	{"a canceled admit is unavailable", canceledAdmit},
	{"callers may use their bytes again", bytesAreTheCallers},
}

func firstOwns(t *testing.T, s *store) {
	t.Helper()
	sub := submit("key", "content")
	e := s.admit(sub)
	same(t, "entry", e, kept(sub, e))
	if e.Position < 1 {
		t.Errorf("position %d, want 1 or above", e.Position)
	}
}

func laterAnswersFirst(content string) func(t *testing.T, s *store) {
	return func(t *testing.T, s *store) {
		t.Helper()
		first := s.admit(submit("key", "content"))
		for range 3 {
			later := submit("key", content)
			e := s.admit(later)
			same(t, "answer", e, first)
			if e.Token == later.Token {
				t.Fatal("the later attempt owns the key")
			}
		}
	}
}

func firstOutlives(t *testing.T, s *store) {
	t.Helper()
	subs := numbered(40)
	var first []queue.Entry
	for _, sub := range subs {
		first = append(first, s.admit(sub))
	}
	for range 2 {
		s.reopen()
		for i, sub := range subs {
			same(t, "answer after reopening", s.admit(submit(sub.Key, "other")), first[i])
		}
	}
	e := s.admit(submit("new key", "content"))
	if last := first[len(first)-1].Position; e.Position <= last {
		t.Errorf("position %d after reopening, want above %d", e.Position, last)
	}
}

func rivals(t *testing.T, s *store) {
	t.Helper()
	const keys, each = 8, 8
	subs := make([]queue.Submission, keys*each)
	answers := make([]queue.Entry, len(subs))
	errs := make([]error, len(subs))
	var wg sync.WaitGroup
	for i := range subs {
		subs[i] = submit(fmt.Sprintf("key %d", i%keys), fmt.Sprintf("content %d", i))
		wg.Go(func() { answers[i], errs[i] = s.q.Admit(t.Context(), subs[i]) })
	}
	wg.Wait()
	owners := make(map[string]int)
	for i, e := range answers {
		if errs[i] != nil {
			t.Fatalf("admit: %v", errs[i])
		}
		same(t, "answer", e, answers[i%keys])
		if e.Token == subs[i].Token {
			owners[e.Key]++
			same(t, "entry", e, kept(subs[i], e))
		}
	}
	for key, n := range owners {
		if n != 1 {
			t.Errorf("%q has %d owners", key, n)
		}
	}
	if len(owners) != keys {
		t.Errorf("%d keys have an owner, want %d", len(owners), keys)
	}
	for i := range keys {
		same(t, "answer later", s.admit(submit(subs[i].Key, "late")), answers[i])
	}
}

func positionsRise(t *testing.T, s *store) {
	t.Helper()
	last := int64(0)
	for _, sub := range numbered(20) {
		e := s.admit(sub)
		if e.Position <= last {
			t.Fatalf("position %d after %d", e.Position, last)
		}
		last = e.Position
	}
}

func anyKey(t *testing.T, s *store) {
	t.Helper()
	keys := []string{
		"k", "K", "k ", " k", "k\x00", "k\x00x", "\x00", "kk", "\xff\xfe", "\xff", "北部湾/原产地证书/1", "k'--",
		strings.Repeat("k", queue.MaxKey), strings.Repeat("k", queue.MaxKey-1) + "l",
	}
	for _, key := range keys {
		sub := submit(key, "content")
		if e := s.admit(sub); e.Token != sub.Token || e.Key != key {
			t.Errorf("%q is owned by %q", key, e.Key)
		}
	}
}

func limits(t *testing.T, s *store) {
	t.Helper()
	tests := map[string]struct {
		change func(*queue.Submission)
		ok     bool
	}{
		"no key":                         {func(s *queue.Submission) { s.Key = "" }, false},
		"longest key":                    {func(s *queue.Submission) { s.Key = strings.Repeat("k", queue.MaxKey) }, true},
		"key too long":                   {func(s *queue.Submission) { s.Key = strings.Repeat("k", queue.MaxKey+1) }, false},
		"no head":                        {func(s *queue.Submission) { s.Key, s.Head = "no head", nil }, true},
		"largest head":                   {func(s *queue.Submission) { s.Key, s.Head = "largest head", make([]byte, queue.MaxHead) }, true},
		"head too big":                   {func(s *queue.Submission) { s.Head = make([]byte, queue.MaxHead+1) }, false},
		"no body":                        {func(s *queue.Submission) { s.Body = nil }, false},
		"empty body":                     {func(s *queue.Submission) { s.Body = []byte{} }, false},
		"encoded part outside the body":  {func(s *queue.Submission) { s.Encoded = queue.Encoded{At: len(s.Body) - 3, Bytes: []byte("b")} }, false},
		"encoded part before the body":   {func(s *queue.Submission) { s.Encoded.At = -1 }, false},
		"encoded part, empty, at no end": {func(s *queue.Submission) { s.Encoded.At = len(s.Body) + 1 }, false},
	}
	for name, test := range tests {
		sub := submit("key", "content")
		test.change(&sub)
		e, err := s.q.Admit(t.Context(), sub)
		switch {
		case test.ok && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.ok:
			same(t, name, e, kept(sub, e))
		case !errors.Is(err, queue.ErrInvalid):
			t.Errorf("%s: error %v, want %v", name, err, queue.ErrInvalid)
		}
	}
}

func refusedLeavesNothing(t *testing.T, s *store) {
	t.Helper()
	refused := submit("key", "refused")
	refused.Body = nil
	if _, err := s.q.Admit(t.Context(), refused); !errors.Is(err, queue.ErrInvalid) {
		t.Fatalf("error %v, want %v", err, queue.ErrInvalid)
	}
	sub := submit("key", "content")
	if e := s.admit(sub); e.Token != sub.Token {
		t.Error("the refused submission owns the key")
	}
}

func canceledAdmit(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.q.Admit(ctx, submit("key", "content"))
	if !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v and %v", err, queue.ErrUnavailable, context.Canceled)
	}
	e := s.admit(submit("key", "content")) // truthful, whoever owns it
	same(t, "answer later", s.admit(submit("key", "other")), e)
}

func bytesAreTheCallers(t *testing.T, s *store) {
	t.Helper()
	sub := submit("key", "content")
	head, body := string(sub.Head), string(sub.Body)
	e := s.admit(sub)
	clear(sub.Body)
	clear(sub.Head)
	got, err := s.q.Body(t.Context(), e.Body)
	if err != nil || string(got) != body {
		t.Errorf("body %q, %v, want %q", got, err, body)
	}
	if e := s.admit(submit("key", "other")); string(e.Head) != head {
		t.Errorf("head %q, want %q", e.Head, head)
	}
}
