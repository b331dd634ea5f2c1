package journal_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/queue"
)

// happen adds an event of a subject that is no exchange, and returns it as it is to
// be read.
func (r *record) happen(kind queue.SubjectKind, id string, name exchange.State, cause exchange.Cause) exchange.Event {
	r.tb.Helper()
	e := exchange.Event{
		Sequence: r.next(), Subject: queue.Subject{Kind: kind, ID: id}, Name: name, At: r.now(), Cause: cause,
	}
	var detail []byte
	if cause != (exchange.Cause{}) {
		detail, _ = json.Marshal(cause)
	}
	r.changes = append(r.changes, queue.Change{Sequence: e.Sequence, Event: &queue.Event{
		Subject: e.Subject, Name: string(name), At: e.At, Detail: detail,
	}})
	return e
}

// A record with events of other subjects between those of exchanges gives the
// exchanges of one without, and lists the events in the order of the record.
func TestAudit(t *testing.T) {
	r := &record{tb: t}
	cause := exchange.Cause{Actor: "operator", Reason: "key lost"}
	first := r.happen(queue.SubjectParty, "window-vn", exchange.PartySuspended, cause)
	id := r.accept(document{Number: "1", Receivers: []string{"window-vn"}})
	r.skew = -time.Hour // a clock that is behind
	second := r.happen(queue.SubjectParty, "window-vn", exchange.PartyResumed, exchange.Cause{Actor: "operator", Reason: "found"})
	r.skew = 0
	r.event(id, "window-vn", exchange.ContentConsignment, 1)
	third := r.happen(queue.SubjectAction, uuid.Nil.String(), "SomethingNew", exchange.Cause{})
	fourth := r.happen(queue.SubjectParty, "window-th", exchange.PartySuspended, cause)
	j := r.folded()
	x, err := j.Exchange(t.Context(), id)
	if err != nil || len(x.Events) != 2 || len(x.Deliveries) != 1 {
		t.Errorf("exchange %+v, %v", x, err)
	}
	for name, test := range map[string]struct {
		query exchange.AuditQuery
		want  []exchange.Event
		next  int64
	}{
		"all":            {exchange.AuditQuery{}, []exchange.Event{first, second, third, fourth}, 0},
		"first page":     {exchange.AuditQuery{Limit: 2}, []exchange.Event{first, second}, second.Sequence},
		"second page":    {exchange.AuditQuery{Limit: 2, After: second.Sequence}, []exchange.Event{third, fourth}, 0},
		"behind the end": {exchange.AuditQuery{After: fourth.Sequence}, nil, 0},
		"parties":        {exchange.AuditQuery{Kind: queue.SubjectParty}, []exchange.Event{first, second, fourth}, 0},
		"one party":      {exchange.AuditQuery{Kind: queue.SubjectParty, ID: "window-vn", Limit: 1}, []exchange.Event{first}, first.Sequence},
		"another kind":   {exchange.AuditQuery{Kind: queue.SubjectKey, ID: "window-vn"}, nil, 0},
		"newest first":   {exchange.AuditQuery{Down: true, Limit: 3}, []exchange.Event{fourth, third, second}, second.Sequence},
		"older ones":     {exchange.AuditQuery{Down: true, After: second.Sequence}, []exchange.Event{first}, 0},
		"newest of one":  {exchange.AuditQuery{Kind: queue.SubjectParty, ID: "window-vn", Down: true}, []exchange.Event{second, first}, 0},
		"newest since":   {exchange.AuditQuery{Since: first.At, Down: true}, []exchange.Event{fourth, third, first}, 0},
		"since":          {exchange.AuditQuery{Since: first.At}, []exchange.Event{first, third, fourth}, 0},
	} {
		page, next, err := j.Audit(t.Context(), test.query)
		if diff := cmp.Diff(test.want, page); diff != "" || next != test.next || err != nil {
			t.Errorf("%s: next %d, want %d, %v\n%s", name, next, test.next, err, diff)
		}
	}
}

// An index that is emptied forgets the events of other subjects too.
func TestAuditOfAnotherRecord(t *testing.T) {
	r := &record{tb: t}
	r.happen(queue.SubjectParty, "window-vn", exchange.PartySuspended, exchange.Cause{})
	j := r.folded()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := j.Run(ctx, emptied{cancel}); err != nil {
		t.Error(err)
	}
	if page, _, err := j.Audit(t.Context(), exchange.AuditQuery{}); len(page) > 0 || err != nil {
		t.Errorf("%+v, %v", page, err)
	}
}

// emptied is the feed of a queue that was made again.
type emptied struct{ cancel context.CancelFunc }

func (emptied) Head(context.Context) (int64, error) { return 0, nil }

func (e emptied) Follow(context.Context, int64, func(context.Context, []queue.Change) error) error {
	e.cancel()
	return nil
}

var _ exchange.AuditLog = (*journal.Journal)(nil)
