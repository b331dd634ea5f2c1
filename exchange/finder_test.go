package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/queue"
)

// A ruling answers what a test says.
type ruling func(id uuid.UUID) (queue.Entry, error)

func (d ruling) Decided(_ context.Context, id [16]byte) (queue.Entry, error) { return d(id) }

// undecided is the answer if nothing is decided.
func undecided(uuid.UUID) (queue.Entry, error) {
	return queue.Entry{}, fmt.Errorf("find decision: %w", queue.ErrNotFound)
}

// Whoever was answered 202 finds the exchange, however long its dispatch takes.
func TestFinder(t *testing.T) {
	entry := queue.Entry{
		ID: uuid.New(), Key: "qinzhou/ata-carnet/A-1/1", At: time.Unix(1, 0).UTC(), Position: 1, Body: 1,
		Head: []byte(`{"sender":"qinzhou","kind":"ata-carnet","number":"A-1","size":7,"schema":"v1","receivers":["window-vn"]}`),
	}
	for name, test := range map[string]struct {
		decided func(r *exchangetest.Record) ruling
		want    exchange.State
		kind    exchange.Kind // of the error, if there is no state
	}{
		"not dispatched": {
			decided: func(*exchangetest.Record) ruling {
				return func(uuid.UUID) (queue.Entry, error) { return entry, nil }
			},
			want: exchange.SubmissionAcceptance,
		},
		"dispatched just before its decision is asked for": {
			decided: func(r *exchangetest.Record) ruling {
				return func(id uuid.UUID) (queue.Entry, error) {
					err := r.Publish(t.Context(), queue.Change{Entry: &entry}, queue.Change{Event: &queue.Event{
						Subject: queue.ExchangeSubject(entry.ID), Receiver: "window-vn", Name: string(exchange.ContentConsignment), Attempt: 1, At: entry.At,
					}})
					if err != nil {
						t.Error(err)
					}
					return undecided(id)
				}
			},
			want: exchange.ContentConsignment,
		},
		"unknown": {
			decided: func(*exchangetest.Record) ruling { return undecided },
			kind:    exchange.NotFound,
		},
		"not to be known": {
			decided: func(*exchangetest.Record) ruling {
				return func(uuid.UUID) (queue.Entry, error) { return queue.Entry{}, queue.ErrUnavailable }
			},
			kind: exchange.Unavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := exchangetest.NewRecord(t)
			f := &exchange.Finder{
				Journal: r, Undispatched: test.decided(r), Recorder: &exchange.Recorder{Appender: r, Feed: r, Fold: r},
			}
			x, err := f.Exchange(t.Context(), entry.ID)
			if test.want == "" {
				if e, ok := errors.AsType[*exchange.Error](err); !ok || e.Kind != test.kind {
					t.Errorf("error %v, want one of kind %s", err, test.kind)
				}
				return
			}
			if err != nil || x.State != test.want || x.Identity.Number != "A-1" || x.Size != 7 || x.Body != 1 || len(x.Receivers) != 1 {
				t.Errorf("found %+v, %v; want it in state %s", x, err, test.want)
			}
		})
	}
}
