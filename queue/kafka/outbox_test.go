package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
	"beibu/queue/kafka"
)

// silence makes the brokers accept what is produced without an answer, until resume.
// The channel receives each request that they keep waiting.
func silence(c *kfake.Cluster) (waiting <-chan struct{}, resume func()) {
	waits, leave := make(chan struct{}, 16), make(chan struct{})
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		select {
		case waits <- struct{}{}:
		default:
		}
		c.SleepControl(func() { <-leave })
		return nil, nil, false
	})
	return waits, sync.OnceFunc(func() { close(leave) })
}

// The messages of callers that gave up still take memory. If there is too much of it,
// further calls fail at once. When the brokers answer again, the queue continues by
// itself.
func TestUnansweredIsBounded(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.MaxBody, o.Unanswered = 8<<20, 1 // one largest message is the least
	q := open(t, o)
	defer closing(t, q)
	waiting, resume := silence(c)
	defer resume()

	caller, giveUp := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := q.Admit(caller, queue.Submission{Key: "left behind", Body: make([]byte, 6<<20)})
		left <- err
	}()
	<-waiting
	giveUp()
	if err := <-left; !errors.Is(err, queue.ErrUnavailable) {
		t.Fatalf("left behind: %v", err)
	}

	if n := q.Unanswered(); n != 6<<20+int64(len("left behind")) {
		t.Errorf("%d bytes are said to be left behind", n)
	}

	patient, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next := queue.Submission{Key: "next", Token: [16]byte{1}, Body: make([]byte, 3<<20)}
	if _, err := q.Admit(patient, next); !errors.Is(err, queue.ErrUnavailable) || patient.Err() != nil {
		t.Errorf("6 MiB wait and 3 are added, and 8 may wait: %v, and the caller's time is up: %v", err, patient.Err())
	}
	resume()
	if e, err := admitted(patient, q, next); err != nil || e.Token != next.Token {
		t.Errorf("the brokers answer again: %v owns, %v", e.Token, err)
	}
	if n := q.Unanswered(); n != 0 {
		t.Errorf("the brokers answer again: %d bytes are said to be left behind", n)
	}
}

// What a caller gave up may still be sent, and is sent as it was, whatever the caller
// has done with its bytes since.
func TestUnansweredIsNotTheCallers(t *testing.T) {
	c := cluster(t)
	q := open(t, settings(c.ListenAddrs()))
	defer closing(t, q)
	waiting, resume := silence(c)
	defer resume()

	caller, giveUp := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := q.Admit(caller, queue.Submission{Key: "key", Body: []byte("sent")})
		first <- err
	}()
	<-waiting // so that the next message of its partition waits in the writer
	body := []byte("not sent yet")
	for alone := int64(len("key") + len(body)); q.Unanswered() < alone; {
		brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := q.Admit(brief, queue.Submission{Key: "key", Body: body}); !errors.Is(err, queue.ErrUnavailable) {
			t.Fatalf("nothing is answered: %v", err)
		}
		cancel()
	}
	clear(body)
	giveUp()
	if err := <-first; !errors.Is(err, queue.ErrUnavailable) {
		t.Fatalf("nothing is answered: %v", err)
	}
	resume()
	e, err := admitted(t.Context(), q, queue.Submission{Key: "key", Token: [16]byte{1}, Body: []byte("the last")})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for position := range e.Body {
		switch sent, err := q.Body(t.Context(), position); {
		case err == nil && string(sent) == "not sent yet":
			found++
		case err == nil && string(sent) != "sent":
			t.Errorf("the brokers have %q", sent)
		}
	}
	if found == 0 {
		t.Error("what waited was not sent")
	}
}

// admitted admits again and again until that is done, or ctx ends.
func admitted(ctx context.Context, q *kafka.Queue, s queue.Submission) (e queue.Entry, err error) {
	for ctx.Err() == nil {
		if e, err = q.Admit(ctx, s); err == nil {
			return e, nil
		}
	}
	return e, err
}

// What the brokers refused, or what was never written, is not counted permanently.
func TestRefusedIsNotUnanswered(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.MaxBody, o.Unanswered = 8<<20, 1
	q := open(t, o)
	defer closing(t, q)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 4 {
		c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "body", Count: 1})
		if _, err := q.Admit(t.Context(), queue.Submission{Key: fmt.Sprint("refused at first ", i), Body: make([]byte, 3<<20)}); err != nil {
			t.Fatalf("refused at first: %v", err)
		}
		if _, err := q.Append(ended, queue.Event{Name: "late", Detail: make([]byte, 64<<10)}); !errors.Is(err, queue.ErrUnavailable) {
			t.Fatalf("late: %v", err)
		}
	}
	patient, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := admitted(patient, q, queue.Submission{Key: "key", Body: make([]byte, 8<<20)}); err != nil {
		t.Errorf("a largest message: %v", err)
	}
}
