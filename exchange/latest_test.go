package exchange_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts/codes"
	"beibu/exchange/proof"
)

// Of the answers of a party the one whose entry is the last in the record counts, in
// whatever order they come to count.
func TestLatestAnswer(t *testing.T) {
	answers := []exchange.LatestAnswer{
		{Party: "vn", Verdict: codes.Rejected, Sequence: 3},
		{Party: "la", Verdict: codes.Received, Sequence: 4},
		{Party: "vn", Verdict: codes.Accepted, Sequence: 7},
		{Party: "vn", Verdict: codes.Unclear, Sequence: 5},
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}} {
		var all []exchange.LatestAnswer
		for _, i := range order {
			all = answers[i].Add(all)
		}
		if !slices.Equal(all, []exchange.LatestAnswer{answers[1], answers[2]}) {
			t.Errorf("in the order %v: %+v", order, all)
		}
	}
}

// Every filter has its name, and selects by what the party of the query may see.
func TestAnswerFilter(t *testing.T) {
	x := exchange.Exchange{
		Identity: proof.Identity{Sender: "port"},
		Latest:   []exchange.LatestAnswer{{Party: "vn", Verdict: codes.Rejected}, {Party: "la", Verdict: codes.Accepted}},
	}
	fitting := map[string]string{
		"": "yes accepted rejected", "port": "yes accepted rejected", "vn": "yes rejected", "la": "yes accepted", "th": "no",
	}
	for party, want := range fitting {
		var got []string
		for _, f := range exchange.AnswerFilters() {
			if words := f.Words(); words.EN == "" || words.ZH == "" {
				t.Errorf("%s has no name: %+v", f, words)
			}
			if q := (exchange.Query{Party: party, Answered: f}); q.FitsAnswers(&x) {
				got = append(got, string(f))
			}
		}
		slices.Sort(got)
		expected := slices.Sorted(strings.FieldsSeq(want))
		if !slices.Equal(got, expected) {
			t.Errorf("for %q: %v, want %v", party, got, expected)
		}
	}
	if q := (exchange.Query{}); !q.FitsAnswers(&x) {
		t.Error("no filter leaves something out")
	}
}

// A party that answers again corrects what it said: the newest counts, and the earlier ones
// stay on the page of the exchange. So it is also if one was held and is released later.
func TestCorrectedAnswer(t *testing.T) {
	parties, routes := answering(exchange.UnknownHold, exchange.SenderAnswered, "party:addressee?")
	w := exchangetest.NewWorld(t, parties, routes)
	x := sent(t, w, "qinzhou", carnet(t, number))
	held, err := w.Accept(t.Context(), from("window-vn", reply{number: number, code: "RE", twice: "NONE", addressee: "promotion"}.bytes(t, "R-1")))
	if err != nil || held.Exchange.State != exchange.SubmissionHeld {
		t.Fatalf("%+v, %v", held.Exchange, err)
	}
	w.Await(t, held.Exchange, func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld })
	show := func(verdict codes.Verdict, replies int) exchange.Exchange {
		t.Helper()
		got, err := w.Journal.Exchange(t.Context(), x.ID)
		if err != nil || len(got.Latest) != 1 || got.Latest[0].Verdict != verdict || len(got.Replies) != replies {
			t.Errorf("latest %+v, replies %+v, %v", got.Latest, got.Replies, err)
		}
		return got
	}
	first := sent(t, w, "window-vn", reply{number: number, code: "RE"}.bytes(t, "R-2"))
	show(codes.Rejected, 1)
	second := sent(t, w, "window-vn", reply{number: number}.bytes(t, "R-3"))
	show(codes.Accepted, 2)
	hold := exchange.Hold{Journal: w.Journal, Recorder: w.Recorder}
	if err := hold.Decide(t.Context(), exchange.Verdict{Exchange: held.Exchange.ID, Release: true, Actor: "anna", Reason: "known", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	got := show(codes.Accepted, 3)
	if l := got.Latest[0]; l.Exchange != second.ID || l.Party != "window-vn" || l.Kind != "response" || !l.At.Equal(second.AcceptedAt) || l.Code != "AP" || l.Sequence != second.Sequence {
		t.Errorf("%+v", l)
	}
	for i, id := range []uuid.UUID{held.Exchange.ID, first.ID, second.ID} {
		if r := got.Replies[i]; r.Exchange != id || got.Earlier(r) != (id != second.ID) {
			t.Errorf("reply %d is %+v, earlier %t", i, r, got.Earlier(r))
		}
	}
	for filter, want := range map[exchange.AnswerFilter]int{exchange.AnyAnswer: 1, "accepted": 1, "rejected": 0} {
		page, _, err := w.Journal.Exchanges(t.Context(), exchange.Query{Kind: "ata-carnet", Answered: filter})
		if err != nil || len(page) != want {
			t.Errorf("%s: %d exchanges, %v", filter, len(page), err)
		}
	}
}

// The newest answer of each party is shown, however many another party gives after it.
func TestManyAnswers(t *testing.T) {
	parties, routes := answering("", exchange.SenderAnswered)
	w := exchangetest.NewWorld(t, parties, routes)
	x := sent(t, w, "qinzhou", carnet(t, number))
	one := sent(t, w, "promotion", reply{number: number, code: "RE"}.bytes(t, "ONE"))
	var last exchange.Exchange
	const many = 55
	for i := range many {
		got, err := w.Accept(t.Context(), from("window-vn", reply{number: number}.bytes(t, fmt.Sprintf("R-%d", i))))
		if err != nil {
			t.Fatal(err)
		}
		last = got.Exchange
	}
	w.Await(t, last, exchangetest.Consigned)
	got, err := w.Journal.Exchange(t.Context(), x.ID)
	if err != nil || len(got.Replies) != 51 || got.MoreReplies != many+1-51 || got.Replies[0].Exchange != one.ID || got.Earlier(got.Replies[0]) || len(got.Latest) != 2 {
		t.Errorf("%d replies, %d more, the first %+v; latest %+v, %v", len(got.Replies), got.MoreReplies, got.Replies[0], got.Latest, err)
	}
}
