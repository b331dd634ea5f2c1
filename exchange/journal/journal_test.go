package journal_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/proof"
	"beibu/queue"
)

var (
	_ exchange.Journal = (*journal.Journal)(nil)
	_ exchange.Fold    = (*journal.Journal)(nil)
)

func TestExchange(t *testing.T) {
	r := &record{tb: t}
	refused := exchange.Cause{Code: "wrong-window", Reason: "not for us", Actor: "clerk"}
	id := r.accept(document{
		Sender: "qinzhou-customs", Kind: "ata-carnet", Number: "CN 0001", Size: 10, Schema: "ubl-2.4",
		Receivers: []string{"window-vn", "promotion"}, Express: true, Faults: []string{"ATA-9"},
	})
	r.event(id, "window-vn", exchange.ContentConsignment, 1)
	r.event(id, "promotion", exchange.ContentConsignment, 1)
	r.event(id, "window-vn", exchange.ConsignmentRejection, 1, refused)
	r.event(id, "promotion", exchange.ConsignmentAcceptance, 1)
	r.event(id, "promotion", exchange.ConsignmentAcceptance, 1) // a duplicate: no step
	r.event(id, "promotion", exchange.ConsignmentRejection, 1)  // too late: no step
	got := show(t, r.folded(), id)

	entry := r.changes[0].Entry
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	want := exchange.Exchange{
		ID: id, Identity: proof.Identity{Sender: "qinzhou-customs", Kind: "ata-carnet", Number: "CN 0001"},
		Digest: entry.Digest, Size: 10, AcceptedAt: at(0), Position: entry.Position, Sequence: 1, Body: 100, Schema: "ubl-2.4",
		Receivers: []string{"window-vn", "promotion"}, Express: true, Faults: []string{"ATA-9"},
		State: exchange.ConsignmentRejection,
		Deliveries: []exchange.Delivery{ // in route order
			{Exchange: id, Receiver: "window-vn", Attempt: 1, State: exchange.ConsignmentRejection, ConsignedAt: at(1), ChangedAt: at(3), Cause: refused},
			{Exchange: id, Receiver: "promotion", Attempt: 1, State: exchange.ConsignmentAcceptance, ConsignedAt: at(2), ChangedAt: at(4)},
		},
		Events: []exchange.Event{
			{Sequence: 1, Exchange: id, Name: exchange.SubmissionAcceptance, At: at(0)},
			{Sequence: 2, Exchange: id, Receiver: "window-vn", Name: exchange.ContentConsignment, Attempt: 1, At: at(1)},
			{Sequence: 3, Exchange: id, Receiver: "promotion", Name: exchange.ContentConsignment, Attempt: 1, At: at(2)},
			{Sequence: 4, Exchange: id, Receiver: "window-vn", Name: exchange.ConsignmentRejection, Attempt: 1, At: at(3), Cause: refused},
			{Sequence: 5, Exchange: id, Receiver: "promotion", Name: exchange.ConsignmentAcceptance, Attempt: 1, At: at(4)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUnknown(t *testing.T) {
	r := &record{tb: t}
	r.event(uuid.New(), "window-vn", exchange.ContentConsignment, 1) // of an exchange that the record lost
	j := r.folded()
	if j.Sequence() != 1 {
		t.Errorf("the cursor is %d, want 1", j.Sequence())
	}
	_, err := j.Exchange(t.Context(), uuid.New())
	if exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("got %v, want NotFound", err)
	}
}

func TestHeld(t *testing.T) {
	consign := func(r *record, id uuid.UUID) { r.event(id, "window-vn", exchange.ContentConsignment, 1) }
	refuse := func(r *record, id uuid.UUID) { r.event(id, "", exchange.SubmissionRejection, 0) }
	judge := func(r *record, id uuid.UUID) {
		refuse(r, id)
		r.changes[len(r.changes)-1].Event.Detail = []byte(`{"verdict":{"faults":[{"code":"ledger.exceeded"}]}}`)
	}
	judgeAsked := func(r *record, id uuid.UUID) {
		refuse(r, id)
		r.changes[len(r.changes)-1].Event.Detail = []byte(`{"verdict":{"faults":[{"code":"approval.refused"}],"asked":true}}`)
	}
	acknowledge := func(r *record, id uuid.UUID) { r.event(id, "window-vn", exchange.ConsignmentAcceptance, 1) }
	again := func(r *record, id uuid.UUID) { r.event(id, "window-vn", exchange.ContentConsignment, 2) }
	tests := map[string]struct {
		held  bool
		steps []func(*record, uuid.UUID)
		want  exchange.State
		moves int
	}{
		"waits":                    {held: true, want: exchange.SubmissionHeld},
		"released":                 {held: true, steps: []func(*record, uuid.UUID){consign}, want: exchange.ContentConsignment, moves: 1},
		"refused":                  {held: true, steps: []func(*record, uuid.UUID){refuse}, want: exchange.SubmissionRejection, moves: 1},
		"released, refusal late":   {held: true, steps: []func(*record, uuid.UUID){consign, refuse}, want: exchange.ContentConsignment, moves: 1},
		"refused, release late":    {held: true, steps: []func(*record, uuid.UUID){refuse, consign}, want: exchange.SubmissionRejection, moves: 1},
		"never held, never so":     {steps: []func(*record, uuid.UUID){refuse}, want: exchange.SubmissionAcceptance},
		"refused by a verdict":     {steps: []func(*record, uuid.UUID){judge}, want: exchange.SubmissionRejection, moves: 1},
		"a verdict, a step late":   {steps: []func(*record, uuid.UUID){judge, consign}, want: exchange.SubmissionRejection, moves: 1},
		"a verdict too late":       {steps: []func(*record, uuid.UUID){consign, judge}, want: exchange.ContentConsignment, moves: 1},
		"asked, then refused":      {steps: []func(*record, uuid.UUID){consign, judgeAsked, acknowledge, again}, want: exchange.SubmissionRejection, moves: 3},
		"never held, and on route": {steps: []func(*record, uuid.UUID){consign}, want: exchange.ContentConsignment, moves: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := &record{tb: t}
			id := r.accept(document{Number: "1", Held: test.held, Receivers: []string{"window-vn"}})
			for _, step := range test.steps {
				step(r, id)
			}
			x := show(t, r.folded(), id)
			if x.State != test.want || len(x.Events) != test.moves+1 {
				t.Errorf("%s after %d steps, want %s after %d", x.State, len(x.Events)-1, test.want, test.moves)
			}
			if last := x.Events[len(x.Events)-1]; last.Verdict != nil && last.Verdict.Faults[0].Code != "ledger.exceeded" {
				t.Errorf("the verdict has %+v", last.Verdict)
			}
			if first := x.Events[0].Name; (first == exchange.SubmissionHeld) != test.held {
				t.Errorf("the timeline begins with %s", first)
			}
		})
	}
}

// What is no part of a record is refused, and nothing of the batch is kept.
func TestFoldAllOrNothing(t *testing.T) {
	r := &record{tb: t}
	r.accept(document{Number: "1", Receivers: []string{"window-vn"}})
	good := r.changes[0]
	bad := map[string]queue.Change{
		"neither":      {Sequence: 2},
		"out of order": {Sequence: 1, Event: &queue.Event{}},
		"no head":      {Sequence: 2, Entry: &queue.Entry{ID: uuid.New(), Position: 2, Head: []byte("{")}},
		"no detail":    {Sequence: 2, Event: &queue.Event{Detail: []byte("[")}},
	}
	for name, change := range bad {
		t.Run(name, func(t *testing.T) {
			j := open(t)
			if err := j.Fold(t.Context(), []queue.Change{good, change}); err == nil {
				t.Fatal("folded")
			}
			if _, err := j.Exchange(t.Context(), good.Entry.ID); j.Sequence() != 0 || exchange.KindOf(err) != exchange.NotFound {
				t.Errorf("is at %d with the good half: %v", j.Sequence(), err)
			}
			if err := j.Fold(t.Context(), []queue.Change{good}); err != nil {
				t.Errorf("does not continue: %v", err)
			}
		})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := open(t).Fold(ended, r.changes); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// An entry that is published again under another sequence, as no queue should do,
// changes nothing.
func TestEntryPublishedAgain(t *testing.T) {
	r := &record{tb: t}
	id := r.accept(document{Number: "1", Receivers: []string{"window-vn"}})
	r.event(id, "window-vn", exchange.ContentConsignment, 1)
	again := *r.changes[0].Entry
	again.Position = 3
	j := r.folded()
	want := show(t, j, id)
	if err := j.Fold(t.Context(), []queue.Change{{Sequence: 3, Entry: &again}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, show(t, j, id)); diff != "" {
		t.Error(diff)
	}
}

func TestWaitAndChanged(t *testing.T) {
	r := &record{tb: t}
	id := r.accept(document{Number: "1", Receivers: []string{"window-vn"}})
	r.event(id, "window-vn", exchange.ContentConsignment, 1)
	r.event(id, "window-vn", exchange.ContentHandover, 1)
	j := open(t)
	closed := func(c <-chan struct{}) bool {
		select {
		case <-c:
			return true
		default:
			return false
		}
	}
	all, mine, other := j.Changed(""), j.Changed("window-vn"), j.Changed("window-la")
	if err := j.Fold(t.Context(), r.changes[:1]); err != nil {
		t.Fatal(err)
	}
	if !closed(all) || closed(mine) {
		t.Error("an entry is a change, but opens no delivery")
	}
	if err := j.Fold(t.Context(), r.changes[1:2]); err != nil {
		t.Fatal(err)
	}
	if !closed(mine) || closed(other) {
		t.Error("a consignment opens a delivery to its receiver alone")
	}
	mine = j.Changed("window-vn")
	if err := j.Fold(t.Context(), r.changes[2:]); err != nil {
		t.Fatal(err)
	}
	if closed(mine) {
		t.Error("a hand-over opens nothing")
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &record{tb: t}
		r.accept(document{Number: "1"})
		r.accept(document{Number: "2"})
		j := open(t)
		done := make(chan error, 1)
		go func() { done <- j.Wait(t.Context(), 2) }()
		for i := range r.changes {
			synctest.Wait()
			select {
			case err := <-done:
				t.Fatalf("returned at %d: %v", j.Sequence(), err)
			default:
			}
			if err := j.Fold(context.Background(), r.changes[i:i+1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		if err := j.Wait(ctx, 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}
