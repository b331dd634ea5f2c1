package replay_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
)

// numbered documents fail alike.
func numbered(i int) document { return document{number: fmt.Sprint(i)} }

func TestPlanNarrows(t *testing.T) {
	w := newWorld(t, 6, func(i int) document {
		d := document{number: fmt.Sprint(i), receiver: []string{"window-vn", "window-th"}[i%2]}
		if i >= 4 {
			d.kind, d.cause, d.sender = "import-licence", "QUOTA", "promotion"
		}
		return d
	})
	for name, test := range map[string]struct {
		query replay.Query
		want  int
	}{
		"one receiver":       {to("window-vn"), 3},
		"two receivers":      {to("window-vn", "window-th"), 6},
		"twice the same":     {to("window-vn", "window-vn"), 3},
		"since then":         {replay.Query{Since: began}, 3},
		"since later":        {replay.Query{Since: began.Add(time.Second)}, 0},
		"until then":         {replay.Query{Until: began}, 0},
		"until later":        {replay.Query{Until: began.Add(time.Second)}, 3},
		"kind":               {replay.Query{Kind: "ata-carnet"}, 2},
		"kind of none":       {replay.Query{Kind: "response"}, 0},
		"sender":             {replay.Query{Sender: "promotion"}, 1},
		"number":             {replay.Query{Number: "2"}, 1},
		"cause":              {replay.Query{Cause: "QUOTA"}, 1},
		"cause of none":      {replay.Query{Cause: "expired"}, 0},
		"all of one":         {replay.Query{Kind: "import-licence", Sender: "promotion", Number: "4", Cause: "QUOTA"}, 1},
		"number of another":  {replay.Query{Number: "1"}, 0},
		"receiver of nobody": {to("qinzhou"), 0},
	} {
		if len(test.query.Receivers) == 0 {
			test.query.Receivers = []string{"window-vn"}
		}
		if plan := w.plan(test.query); plan.Matched != test.want || plan.Eligible != test.want || len(plan.Shown) != test.want || plan.Bytes != int64(10*test.want) {
			t.Errorf("%s: %d matched, %d eligible, %d shown, %d bytes; want %d", name, plan.Matched, plan.Eligible, len(plan.Shown), plan.Bytes, test.want)
		}
	}
	if _, err := w.runs.Planner.Plan(t.Context(), replay.Query{}, w.scope()); codeOf(err) != "receiver-missing" {
		t.Errorf("without a receiver: %v", err)
	}
	shares := w.plan(to("window-vn", "window-th")).Receivers
	kinds := []string{"ata-carnet", "import-licence"}
	want := []replay.Share{{Receiver: "window-th", Deliveries: 3, Bytes: 30, Kinds: kinds}, {Receiver: "window-vn", Deliveries: 3, Bytes: 30, Kinds: kinds}}
	if diff := cmp.Diff(want, shares); diff != "" {
		t.Error(diff)
	}
}

// codeOf returns the code of an error, or "".
func codeOf(err error) string {
	if failure, ok := errors.AsType[*exchange.Error](err); ok {
		return failure.Code
	}
	return ""
}

// A misspelt cause is an error that names those that there are.
func TestPlanUnknownCause(t *testing.T) {
	w := newWorld(t, 3, numbered)
	for cause, want := range map[string]string{"HS-UNKNOWN": "", "expired": "", "not-kept": "", "HS-UNHEARD": "HS-UNKNOWN (3)"} {
		q := replay.Query{Receivers: []string{"promotion"}, Cause: cause, Since: began.Add(time.Hour)}
		_, err := w.runs.Planner.Plan(t.Context(), q, w.scope())
		if want == "" && err != nil || want != "" && (codeOf(err) != "unknown-cause" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", cause, err)
		}
	}
}

// What is left out is counted, with the reason, and nothing is cut silently.
func TestPlanLeavesOut(t *testing.T) {
	w := newWorld(t, 7, func(i int) document {
		d := document{number: fmt.Sprint(i)}
		switch i {
		case 1:
			d.receiver = "gone"
		case 2:
			d.receiver = "window-vn"
		case 3:
			d.cause = exchange.CodeNotKept
		}
		return d
	})
	w.request(replay.Query{Receivers: []string{"promotion"}, Number: "4"})
	s := w.scope()
	s.Suspended = func(party string) bool { return party == "window-vn" }
	s.Within = func(x exchange.Exchange) bool { return x.Identity.Number != "5" }
	plan, err := w.runs.Planner.Plan(t.Context(), to("gone", "promotion", "window-vn"), s)
	w.must(err)
	want := []replay.LeftOut{
		{Reason: replay.OutOfScope, Deliveries: 1},
		{Reason: replay.UnknownReceiver, Deliveries: 1},
		{Reason: replay.Suspended, Deliveries: 1},
		{Reason: replay.NotKept, Deliveries: 1},
		{Reason: replay.InAnotherRun, Deliveries: 1},
	}
	if plan.Matched != 7 || plan.Eligible != 2 || !slices.Equal(plan.LeftOut, want) {
		t.Errorf("%d matched, %d eligible, left out %+v", plan.Matched, plan.Eligible, plan.LeftOut)
	}
}

// The digest is of the deliveries and their attempts.
func TestPlanDigest(t *testing.T) {
	w := newWorld(t, 2, numbered)
	first := w.plan(to("promotion"))
	if again := w.plan(to("promotion")); again.Digest != first.Digest {
		t.Error("the same plan has two digests")
	}
	if other := w.plan(replay.Query{Receivers: []string{"promotion"}, Number: "1"}); other.Digest == first.Digest {
		t.Error("another plan has the same digest")
	}
	run := w.request(to("promotion"))
	w.pass()
	w.pass()
	w.say(exchange.ConsignmentRejection, "OTHER", w.items(run.ID, replay.Started)...)
	_, err := w.runs.Cancel(t.Context(), w.decision(run, "anna"))
	w.must(err)
	if later := w.plan(to("promotion")); later.Eligible != 2 || later.Digest == first.Digest {
		t.Error("the same deliveries at other attempts have the same digest")
	}
}

// Another person approves what is large or crosses a border, unless the receiver itself
// asks.
func TestPlanNeedsApproval(t *testing.T) {
	w := newWorld(t, 4, func(i int) document {
		return document{number: fmt.Sprint(i), receiver: []string{"promotion", "promotion", "promotion", "window-vn"}[i]}
	})
	w.policy.ApproveAbove = 2
	w.restart()
	for _, test := range []struct {
		receiver, party string
		number          string
		want            []string
	}{
		{"promotion", "", "1", nil},
		{"promotion", "", "", []string{replay.NeedsCount}},
		{"window-vn", "", "", []string{replay.NeedsBorder}},
		{"promotion,window-vn", "", "", []string{replay.NeedsCount, replay.NeedsBorder}},
		{"window-vn", "window-vn", "", nil},
		{"promotion", "promotion", "", nil},
	} {
		s := w.scope()
		s.Party = test.party
		plan, err := w.runs.Planner.Plan(t.Context(), replay.Query{Receivers: strings.Split(test.receiver, ","), Number: test.number}, s)
		if err != nil || !slices.Equal(plan.Approval, test.want) {
			t.Errorf("to %s by %q: %v, %v; want %v", test.receiver, test.party, plan.Approval, err, test.want)
		}
	}
}

// Of 25,000 failed deliveries, those of one cause begin at the 15,000th: all are found,
// and a run of all the others does not touch them.
func TestPlanLarge(t *testing.T) {
	const n, first = 25_000, 15_000
	w := newWorld(t, n, func(i int) document {
		d := document{number: fmt.Sprint(i), express: i%3 == 0}
		if i >= first && i%2 == 0 {
			d.cause = "QUOTA"
		}
		return d
	})
	q := replay.Query{Receivers: []string{"promotion"}, Cause: "QUOTA"}
	if plan := w.plan(q); plan.Matched != 5_000 || plan.Eligible != 5_000 || len(plan.Shown) != replay.MaxShown || plan.Takes(50) != 100*time.Second {
		t.Errorf("%d matched, %d eligible, %d shown, takes %s", plan.Matched, plan.Eligible, len(plan.Shown), plan.Takes(50))
	}
	all := w.plan(to("promotion"))
	if all.Matched != n || all.Eligible != n || len(all.LeftOut) != 0 {
		t.Errorf("%d matched, %d eligible, left out %v", all.Matched, all.Eligible, all.LeftOut)
	}
	run := w.finish(w.request(q).ID)
	if run.Status != replay.Finished || run.Counts.Acknowledged != 5_000 {
		t.Errorf("%s: %+v", run.Status, run.Counts)
	}
	if rest := w.plan(to("promotion")); rest.Matched != n-5_000 {
		t.Errorf("%d fail afterwards", rest.Matched)
	}
}
