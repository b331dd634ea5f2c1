package operator_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/exchange/operator"
	"beibu/exchange/proof"
)

// shelf is a list of exchanges, oldest first, and one of refusals, newest first.
type shelf struct {
	all     []exchange.Exchange
	refused []exchange.Refusal
	err     error
}

// Refusals is operator.RefusalLister's.
func (s *shelf) Refusals(_ context.Context, q exchange.RefusalQuery) (page []exchange.Refusal, next int64, err error) {
	for _, r := range s.refused {
		found := !slices.ContainsFunc(q.Terms, func(group []lookup.Term) bool { return !slices.ContainsFunc(group, r.FoundBy) })
		switch {
		case !found, q.Kind != "" && q.Kind != r.Identity.Kind, q.Number != "" && q.Number != r.Identity.Number,
			q.Sender != "" && q.Sender != r.Identity.Sender:
		case q.Limit > 0 && len(page) == q.Limit:
			return page, 1, s.err
		default:
			page = append(page, r)
		}
	}
	return page, 0, s.err
}

func (s *shelf) put(kind, number string, keys lookup.Keys) {
	s.all = append(s.all, exchange.Exchange{
		ID: uuid.New(), Sequence: int64(len(s.all) + 1), Identity: proof.Identity{Sender: "port", Kind: kind, Number: number}, Keys: keys,
	})
}

// Exchanges is operator.Lister's.
func (s *shelf) Exchanges(_ context.Context, q exchange.Query) (page []exchange.Exchange, next int64, err error) {
	if s.err != nil {
		return nil, 0, s.err
	}
	for _, x := range slices.Backward(s.all) {
		found := !slices.ContainsFunc(q.Terms, func(group []lookup.Term) bool { return !slices.ContainsFunc(group, x.FoundBy) })
		switch {
		case !found, q.Kind != "" && q.Kind != x.Identity.Kind, q.Number != "" && q.Number != x.Identity.Number,
			q.Party != "" && q.Party != x.Identity.Sender, q.Before > 0 && x.Sequence >= q.Before:
		case q.Limit > 0 && len(page) == q.Limit:
			return page, page[len(page)-1].Sequence, nil
		default:
			page = append(page, x)
		}
	}
	return page, 0, nil
}

func words(l operator.Lane) string {
	var out []string
	for _, x := range l.Exchanges {
		out = append(out, x.Identity.Number)
	}
	for _, c := range l.Cited {
		here := "missing"
		if c.Exchange != nil {
			here = "here"
		} else if c.Refusal != nil {
			here = "refused: " + c.Refusal.Code
		}
		out = append(out, fmt.Sprintf("%s %s by %s %s", c.Kind, c.Number, strings.Join(c.By, "+"), here))
	}
	return strings.Join(out, ", ")
}

// A lane has what names the truck or the container, and what that cites.
func TestLane(t *testing.T) {
	s := &shelf{}
	sps := lookup.Citation{Kind: "sps-certificate", Number: "VN-1"}
	origin := lookup.Citation{Kind: "certificate-of-origin", Number: "E-1"}
	s.put("sps-certificate", "VN-1", lookup.Keys{Containers: []string{"BBGU4061125"}})
	s.put("import-declaration", "D-1", lookup.Keys{Vehicles: []string{"桂F83127"}, Containers: []string{"BBGU4061125"}, Cites: []lookup.Citation{sps, origin}})
	s.put("transit-declaration", "T-1", lookup.Keys{Vehicles: []string{"桂F83127"}, Cites: []lookup.Citation{sps, {Kind: "response", Number: "\u200b"}}})
	s.put("import-declaration", "D-2", lookup.Keys{Vehicles: []string{"OTHER"}})
	refuse := func(number, code string, as uuid.UUID) {
		s.refused = append(s.refused, exchange.Refusal{Identity: proof.Identity{Sender: "port", Kind: "certificate-of-origin", Number: number}, Code: code, AcceptedAs: as})
	}
	refuse("E-2", "invalid", uuid.Nil)
	refuse("E-2", "malformed", uuid.Nil)
	refuse("E-3", "invalid", uuid.New())
	s.put("import-declaration", "D-3", lookup.Keys{Vehicles: []string{"X1"}, Cites: []lookup.Citation{
		{Kind: "certificate-of-origin", Number: "E-2"}, {Kind: "certificate-of-origin", Number: "E-3"},
	}})
	lanes := operator.Lanes{Journal: s, Refusals: s}
	for _, test := range []struct {
		query operator.LaneQuery
		want  string
		next  int64
	}{
		{operator.LaneQuery{Key: "桂f·83127"}, "D-1, T-1, sps-certificate VN-1 by D-1+T-1 here, certificate-of-origin E-1 by D-1 missing, response \u200b by T-1 missing", 0},
		{operator.LaneQuery{Key: "bbgu 406112-5"}, "VN-1, D-1, sps-certificate VN-1 by D-1 here, certificate-of-origin E-1 by D-1 missing", 0},
		{operator.LaneQuery{Key: "bbgu4061125", Limit: 1}, "D-1, sps-certificate VN-1 by D-1 here, certificate-of-origin E-1 by D-1 missing", 2},
		{operator.LaneQuery{Key: "bbgu4061125", Before: 2}, "VN-1", 0},
		{operator.LaneQuery{Key: "other", Party: "stranger"}, "", 0},
		{operator.LaneQuery{Key: "x1"}, "D-3, certificate-of-origin E-2 by D-3 refused: invalid, certificate-of-origin E-3 by D-3 missing", 0},
	} {
		lane, err := lanes.Show(t.Context(), test.query)
		if got := words(lane); err != nil || got != test.want || lane.Next != test.next {
			t.Errorf("%+v: %s, next %d, %v; want %s", test.query, got, lane.Next, err, test.want)
		}
	}
}

// Citations beyond the bound are counted.
func TestManyCitations(t *testing.T) {
	s := &shelf{}
	for i := range 3 {
		keys := lookup.Keys{Vehicles: []string{"A1"}}
		for n := range 40 {
			keys.Cites = append(keys.Cites, lookup.Citation{Kind: "sps-certificate", Number: fmt.Sprint(i*40 + n)})
		}
		s.put("import-declaration", fmt.Sprint(i), keys)
	}
	lane, err := operator.Lanes{Journal: s, Refusals: s}.Show(t.Context(), operator.LaneQuery{Key: "A1"})
	if err != nil || len(lane.Cited) != operator.MaxCited || lane.Omitted != 120-operator.MaxCited {
		t.Errorf("%d cited, %d omitted, %v", len(lane.Cited), lane.Omitted, err)
	}
}

func TestLaneFails(t *testing.T) {
	s := &shelf{}
	if _, err := (operator.Lanes{Journal: s, Refusals: s}).Show(t.Context(), operator.LaneQuery{Key: " -. "}); exchange.KindOf(err) != exchange.BadRequest {
		t.Errorf("a key of nothing: %v", err)
	}
	s.err = errors.New("the disk is gone")
	if _, err := (operator.Lanes{Journal: s, Refusals: s}).Show(t.Context(), operator.LaneQuery{Key: "A1"}); !errors.Is(err, s.err) {
		t.Errorf("a broken index: %v", err)
	}
}

// A lane shows what was refused and that nothing cites: of each document the newest
// refusal, unless the document was accepted since.
func TestRefusedOfLane(t *testing.T) {
	s := &shelf{}
	s.put("import-declaration", "D-1", lookup.Keys{Vehicles: []string{"A1"}, Cites: []lookup.Citation{{Kind: "ata-carnet", Number: "CITED"}}})
	refuse := func(number, code, plate string, as uuid.UUID) {
		s.refused = append(s.refused, exchange.Refusal{
			ID: uuid.New(), Identity: proof.Identity{Sender: "port", Kind: "ata-carnet", Number: number}, Code: code, AcceptedAs: as,
			Keys: lookup.Keys{Containers: []string{plate}},
		})
	}
	refuse("CITED", "invalid", "A1", uuid.Nil)
	refuse("R-1", "invalid", "A1", uuid.Nil)
	refuse("R-1", "malformed", "A1", uuid.Nil)
	refuse("", "invalid", "A1", uuid.Nil)
	refuse("", "malformed", "A1", uuid.Nil)
	refuse("R-2", "invalid", "A1", uuid.New())
	refuse("R-3", "invalid", "B2", uuid.Nil)
	lanes := operator.Lanes{Journal: s, Refusals: s}
	shown := func(q operator.LaneQuery) (string, bool) {
		lane, err := lanes.Show(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range lane.Refused {
			out = append(out, r.Identity.Number+" "+r.Code)
		}
		return strings.Join(out, ", "), lane.RefusedMore
	}
	for _, test := range []struct {
		query operator.LaneQuery
		want  string
	}{
		{operator.LaneQuery{Key: "a-1"}, " malformed,  invalid, R-1 invalid"},
		{operator.LaneQuery{Key: "a-1", Before: 9}, ""},
		{operator.LaneQuery{Key: "a-1", Party: "stranger"}, ""},
		{operator.LaneQuery{Key: "b2"}, "R-3 invalid"},
	} {
		if got, more := shown(test.query); got != test.want || more {
			t.Errorf("%+v: %q, more %v; want %q", test.query, got, more, test.want)
		}
	}
	for i := range operator.MaxRefused {
		refuse(fmt.Sprint(i), "invalid", "B2", uuid.Nil)
	}
	if got, more := shown(operator.LaneQuery{Key: "b2"}); !more || strings.Count(got, ",") != operator.MaxRefused-1 {
		t.Errorf("more %v: %s", more, got)
	}
}
