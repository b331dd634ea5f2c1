package queuetest

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"beibu/queue"
)

// accepted is finer than a microsecond and not in UTC, so that what a queue
// makes of time is seen.
var accepted = time.Date(2026, 9, 17, 8, 30, 0, 123456789, time.FixedZone("CST", 8*60*60))

// submit makes one attempt to submit content under key.
func submit(key, content string) queue.Submission {
	digest := sha256.Sum256([]byte(content))
	id := sha256.Sum256([]byte(key + "\x00" + content))
	s := queue.Submission{
		ID:     [16]byte(id[:16]),
		Key:    key,
		Digest: digest,
		At:     accepted,
		Head:   []byte("head of " + content),
		Body:   []byte("sealed " + content),
	}
	_, _ = rand.Read(s.Token[:]) // never fails: crypto/rand ends the program instead
	return s
}

// numbered makes n submissions with keys of their own.
func numbered(n int) []queue.Submission {
	subs := make([]queue.Submission, n)
	for i := range subs {
		subs[i] = submit(fmt.Sprintf("qinzhou-customs/ata-carnet/%d/1", i), fmt.Sprintf("carnet %d", i))
	}
	return subs
}

// happened makes an event of an exchange.
func happened(id [16]byte, name string, attempt int) queue.Event {
	return queue.Event{
		Subject: queue.ExchangeSubject(id), Receiver: "vn-single-window", Name: name, Attempt: attempt,
		At: accepted.Add(time.Minute), Detail: []byte("detail of " + name),
	}
}

// kept returns s as the log must keep it, at the position of e.
func kept(s queue.Submission, e queue.Entry) queue.Entry {
	return queue.Entry{
		Position: e.Position, ID: s.ID, Key: s.Key, Digest: s.Digest, Token: s.Token,
		At: s.At.Truncate(time.Microsecond).UTC(), Head: s.Head, Body: e.Body,
	}
}

// keptEvent returns e as the record must keep it.
func keptEvent(e queue.Event) queue.Event {
	e.At = e.At.Truncate(time.Microsecond).UTC()
	return e
}

// same fails the test if two values differ in any byte. Empty and nil are
// one; times must name the same moment in the same zone.
func same(tb testing.TB, what string, got, want any) {
	tb.Helper()
	zoned := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), zoned); diff != "" {
		tb.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
