package queuetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beibu/queue"
)

var appending = []promise{
	{"events are kept whole and in order", eventsWhole},
	{"events of every kind of subject", subjectsWhole},
	{"all or none", allOrNone},
	{"no events change nothing", noEvents},
	{"limits of an event", eventLimits},
	{"lists of many callers keep their order, and end at the answer", listsKeepOrder},
	{"a canceled append is unavailable", canceledAppend},
}

var following = []promise{
	{"one order for all, now and later", oneOrder},
	{"from any sequence", fromAnywhere},
	{"owning entries only, whole", ownersOnly},
	{"waits for new changes", followWakes},
	{"outlives reopening", recordOutlives},
	{"an error of fold ends it", foldError},
	{"end of context is no error", followEnds},
	{"head is the newest sequence", headIsNewest},
}

func eventsWhole(t *testing.T, s *store) {
	t.Helper()
	events := []queue.Event{
		happened([16]byte{1}, "SubmissionAcceptance", 0),
		{Subject: queue.ExchangeSubject([16]byte{2}), Name: "bare", At: time.Unix(0, 0)},
		{Subject: queue.ExchangeSubject([16]byte{1}), Receiver: "广西商务厅", Name: "any \x00 byte \xff", Attempt: 1 << 20, At: accepted, Detail: []byte{0, 0xff}},
		{Subject: queue.ExchangeSubject([16]byte{3}), Receiver: strings.Repeat("r", queue.MaxName), Name: strings.Repeat("n", queue.MaxName), At: accepted, Detail: make([]byte, queue.MaxDetail)},
		{},
	}
	s.append(events...)
	s.append(events[0])
	want := append(slices.Clone(events), events[0]) // the same event twice is in the record twice
	for i := range want {
		want[i] = keptEvent(want[i])
	}
	same(t, "events", eventsOf(s.changes(0, len(want))), want)
}

// subjectsWhole appends events of subjects, with and without an exchange in the
// record, and reads them again after reopening.
func subjectsWhole(t *testing.T, s *store) {
	t.Helper()
	want := []queue.Event{happened([16]byte{1}, "before", 0)}
	for _, name := range queue.SubjectKinds() {
		kind, ok := queue.ParseSubjectKind(name)
		if !ok || kind.String() != name {
			t.Fatalf("kind %q is %v", name, kind)
		}
		if kind == queue.SubjectExchange {
			continue
		}
		for _, id := range []string{"hk", "参与方", strings.Repeat("i", queue.MaxSubject), "sixteen bytes ID"} {
			e := happened([16]byte{}, "of "+name, 0)
			e.Subject, e.Receiver = queue.Subject{Kind: kind, ID: id}, ""
			want = append(want, e)
		}
	}
	want = append(want, happened([16]byte{2}, "after", 0))
	s.append(want...)
	s.append(want[1])
	want = append(want, want[1])
	for i := range want {
		want[i] = keptEvent(want[i])
	}
	same(t, "events", eventsOf(s.changes(0, len(want))), want)
	s.reopen()
	same(t, "events after reopening", eventsOf(s.changes(0, len(want))), want)
}

func allOrNone(t *testing.T, s *store) {
	t.Helper()
	bad := happened([16]byte{1}, "bad", 0)
	bad.Detail = make([]byte, queue.MaxDetail+1)
	good := happened([16]byte{1}, "good", 0)
	if _, err := s.q.Append(t.Context(), good, bad, good); !errors.Is(err, queue.ErrInvalid) {
		t.Fatalf("error %v, want %v", err, queue.ErrInvalid)
	}
	if at := s.head(); at != 0 {
		t.Errorf("head %d after nothing was appended", at)
	}
	many := make([]queue.Event, 2000)
	for i := range many {
		many[i] = happened([16]byte{1}, fmt.Sprint(i), i)
	}
	s.append(many...)
	for i, e := range eventsOf(s.changes(0, len(many))) {
		if e.Attempt != i {
			t.Fatalf("got event %d, want %d", e.Attempt, i)
		}
	}
}

func noEvents(t *testing.T, s *store) {
	t.Helper()
	s.append()
	if at := s.head(); at != 0 {
		t.Errorf("head %d, want 0", at)
	}
}

func eventLimits(t *testing.T, s *store) {
	t.Helper()
	bad := map[string]queue.Event{
		"name":                             {Name: strings.Repeat("n", queue.MaxName+1)},
		"receiver":                         {Receiver: strings.Repeat("r", queue.MaxName+1)},
		"detail":                           {Detail: make([]byte, queue.MaxDetail+1)},
		"attempt":                          {Attempt: -1},
		"unknown kind of subject":          {Subject: queue.Subject{Kind: queue.SubjectKind(len(queue.SubjectKinds())), ID: "id"}},
		"exchange with a text":             {Subject: queue.Subject{ID: "id"}},
		"party with the id of an exchange": {Subject: queue.Subject{Kind: queue.SubjectParty, ID: "id", Exchange: [16]byte{1}}},
		"party without an id":              {Subject: queue.Subject{Kind: queue.SubjectParty}},
		"party with a long id":             {Subject: queue.Subject{Kind: queue.SubjectParty, ID: strings.Repeat("i", queue.MaxSubject+1)}},
		"party with an id that is no text": {Subject: queue.Subject{Kind: queue.SubjectParty, ID: "\xff"}},
	}
	for what, e := range bad {
		if _, err := s.q.Append(t.Context(), e); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: error %v, want %v", what, err, queue.ErrInvalid)
		}
	}
	if at := s.head(); at != 0 {
		t.Errorf("head %d, want 0", at)
	}
}

func listsKeepOrder(t *testing.T, s *store) {
	t.Helper()
	const callers, lists, each = 8, 10, 5
	var wg sync.WaitGroup
	var answers [callers][lists]int64
	for c := range callers {
		wg.Go(func() {
			for l := range lists {
				var events []queue.Event
				for e := range each {
					events = append(events, happened([16]byte{byte(c)}, "e", l*each+e))
				}
				var err error
				if answers[c][l], err = s.q.Append(t.Context(), events...); err != nil {
					t.Errorf("append: %v", err)
				}
			}
		})
	}
	wg.Wait()
	next := make(map[[16]byte]int)
	for _, change := range s.changes(0, callers*lists*each) {
		e, id := change.Event, change.Event.Subject.Exchange
		if at := answers[id[0]][e.Attempt/each]; change.Sequence > at {
			t.Errorf("caller %d: event %d has the sequence %d, and the answer was %d", id[0], e.Attempt, change.Sequence, at)
		}
		if e.Attempt != next[id] {
			t.Fatalf("caller %d: got event %d, want %d", id[0], e.Attempt, next[id])
		}
		next[id]++
	}
}

func canceledAppend(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.q.Append(ctx, happened([16]byte{1}, "late", 0))
	if !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v and %v", err, queue.ErrUnavailable, context.Canceled)
	}
}

func oneOrder(t *testing.T, s *store) {
	t.Helper()
	const n = 60
	stop := s.dispatch(consign)
	all := make([][]queue.Change, 3)
	var followers, callers sync.WaitGroup
	for i := range 2 { // two follow while it happens
		followers.Go(func() { all[i] = s.changes(0, 3*n) })
	}
	for _, sub := range numbered(n) {
		callers.Go(func() { s.admit(sub) })
	}
	callers.Wait()
	followers.Wait()
	all[2] = s.changes(0, 3*n) // and one afterwards
	if err := stop(); err != nil {
		t.Fatalf("dispatch: %v", err)
	}
	same(t, "second follower", all[1], all[0])
	same(t, "later follower", all[2], all[0])
	last := int64(0)
	for _, c := range all[0] {
		if c.Sequence <= last || (c.Entry == nil) == (c.Event == nil) {
			t.Fatalf("change %d after %d: %+v", c.Sequence, last, c)
		}
		last = c.Sequence
	}
	s.consigned(n)
}

// recorded is the record of n documents that were admitted and dispatched.
func recorded(t *testing.T, s *store, n int) []queue.Change {
	t.Helper()
	stop := s.dispatch(consign)
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	all := s.changes(0, 3*n)
	if err := stop(); err != nil {
		t.Fatalf("dispatch: %v", err)
	}
	return all
}

func fromAnywhere(t *testing.T, s *store) {
	t.Helper()
	all := recorded(t, s, 5)
	for i, c := range all[:len(all)-1] {
		same(t, fmt.Sprintf("record above %d", c.Sequence), s.changes(c.Sequence, len(all)-i-1), all[i+1:])
	}
	same(t, "record above -1", s.changes(-1, len(all)), all)
}

func ownersOnly(t *testing.T, s *store) {
	t.Helper()
	var want []queue.Entry
	for _, sub := range numbered(10) {
		want = append(want, s.admit(sub))
		s.admit(submit(sub.Key, "late"))
	}
	same(t, "entries", entriesOf(s.dispatchedRecord(len(want), quiet)), want)
}

func followWakes(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := patient(t)
	defer cancel()
	seen, ended := make(chan queue.Change, 16), make(chan error, 1)
	go func() {
		ended <- s.q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
			for _, c := range changes {
				seen <- c
			}
			return nil
		})
	}()
	for i := range 5 { // each waits until the one before is received
		s.append(happened([16]byte{1}, "new", i))
		if c := <-seen; c.Event == nil || c.Event.Attempt != i {
			t.Errorf("change %+v, want event %d", c, i)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("follow: %v", err)
	}
}

func recordOutlives(t *testing.T, s *store) {
	t.Helper()
	const n = 10
	all := recorded(t, s, n)
	s.reopen()
	same(t, "record after reopening", s.changes(0, 3*n), all)
	s.append(happened([16]byte{9}, "after", 0))
	if c := s.changes(all[len(all)-1].Sequence, 1); c[0].Event == nil || c[0].Event.Name != "after" {
		t.Errorf("change %+v, want the event appended after reopening", c[0])
	}
}

func foldError(t *testing.T, s *store) {
	t.Helper()
	s.append(happened([16]byte{1}, "first", 0))
	broken := errors.New("fold broken")
	ctx, cancel := patient(t)
	defer cancel()
	err := s.q.Follow(ctx, 0, func(context.Context, []queue.Change) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func followEnds(t *testing.T, s *store) {
	t.Helper()
	s.append(happened([16]byte{1}, "first", 0))
	ctx, cancel := patient(t)
	calls := 0
	err := s.q.Follow(ctx, 0, func(context.Context, []queue.Change) error {
		calls++
		cancel()
		return nil
	})
	if err != nil || calls != 1 {
		t.Errorf("follow: %v after %d calls", err, calls)
	}
	if err := s.q.Follow(ctx, 0, func(context.Context, []queue.Change) error { return nil }); err != nil {
		t.Errorf("follow with an ended context: %v", err)
	}
}

func headIsNewest(t *testing.T, s *store) {
	t.Helper()
	if at := s.head(); at != 0 {
		t.Errorf("head %d of nothing", at)
	}
	const n = 30
	var heads []int64 // behind each Append
	for i := range n {
		at := s.append(happened([16]byte{1}, "first", i), happened([16]byte{1}, "second", i))
		heads = append(heads, s.head())
		if at != heads[i] {
			t.Errorf("append %d returned %d, and the head is %d", i, at, heads[i])
		}
	}
	appended := s.changes(0, 2*n)
	for i, at := range heads {
		if want := appended[2*i+1].Sequence; at != want {
			t.Errorf("head %d behind append %d, want %d", at, i, want)
		}
	}
	s.reopen()
	if at := s.head(); at != heads[n-1] {
		t.Errorf("head %d after reopening, want %d", at, heads[n-1])
	}
	s.admit(submit("key", "content"))
	all := s.dispatchedRecord(1, quiet)
	if at := s.head(); at != all[len(all)-1].Sequence {
		t.Errorf("head %d, want %d", at, all[len(all)-1].Sequence)
	}
}
