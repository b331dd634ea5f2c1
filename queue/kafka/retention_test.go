package kafka_test

import (
	"context"
	"testing"
	"time"

	"beibu/queue"
)

// A number whose record is gone by retention is free again: every node says so,
// and what takes it is dispatched, whichever node does that.
func TestRetentionFreesKeys(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	a, b := open(t, o), open(t, o)
	defer closing(t, a)
	defer closing(t, b)
	first := queue.Submission{Key: "key", ID: [16]byte{1}, Token: [16]byte{1}, Body: []byte("first")}
	if _, err := a.Admit(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	stop := dispatching(t, a)
	record(t, a, 2)
	stop()
	if err := c.DeleteRecords(o.Prefix+"log", 0, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	second := queue.Submission{Key: "key", ID: [16]byte{2}, Token: [16]byte{2}, Body: []byte("second")}
	if e, err := retry(ctx, a, second); err != nil || e.Token != second.Token {
		t.Fatalf("%v owns, %v", e.Token, err)
	}
	stop = dispatching(t, b)
	defer stop()
	published := record(t, b, 4)
	if e := published[2].Entry; e == nil || e.Token != second.Token {
		t.Errorf("changes %+v, want the second attempt", published[2])
	}
	third := queue.Submission{Key: "key", ID: [16]byte{3}, Token: [16]byte{3}, Body: []byte("third")}
	if e, err := b.Admit(t.Context(), third); err != nil || e.Token != second.Token {
		t.Errorf("%v owns, %v", e.Token, err)
	}
}

// A node that runs while retention drops what it began with lets followers
// begin with what is left.
func TestFollowAfterRetention(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	for i := range 3 {
		if _, err := q.Append(t.Context(), queue.Event{Name: "appended", Attempt: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	record(t, q, 3)
	if err := c.DeleteRecords(o.Prefix+"events", 0, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Append(t.Context(), queue.Event{Name: "appended", Attempt: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Head(t.Context()); err != nil { // it has consumed the fourth, and removed what retention removed
		t.Fatal(err)
	}
	if published := record(t, q, 2); published[0].Event.Attempt != 3 || published[1].Event.Attempt != 4 {
		t.Errorf("changes %+v", published)
	}
}
