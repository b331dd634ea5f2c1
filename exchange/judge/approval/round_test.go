package approval_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange/effects"
	"beibu/exchange/judge/approval"
)

var begin = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// round returns a round of two departments side by side, then customs, then two windows.
func round() *approval.Round {
	r := &approval.Round{Exchange: uuid.UUID{8}, Round: effects.Round{Steps: []effects.Step{
		{By: []string{"ocean", "forestry"}, Days: 5}, {By: []string{"customs"}}, {By: []string{"window-vn", "window-th"}},
	}}}
	r.Apply(approval.Move{Exchange: r.Exchange, Starts: true}, begin)
	return r
}

// A decide is a decision of a test: "+ocean" approves, "-ocean" refuses.
func decide(t *testing.T, r *approval.Round, what string) approval.Code {
	t.Helper()
	m, code := r.Decide(approval.Given{By: what[1:], Approves: what[0] == '+', At: begin})
	if m != nil && code != "" {
		t.Fatalf("%s: a move and %s", what, code)
	}
	if m != nil {
		r.Apply(*m, begin)
	}
	return code
}

func TestRound(t *testing.T) {
	tests := map[string]struct {
		decisions []string
		state     approval.State
		awaited   []string
		last      approval.Code
	}{
		"starts":                           {nil, approval.Open, []string{"ocean", "forestry"}, ""},
		"side by side":                     {[]string{"+forestry"}, approval.Open, []string{"ocean"}, ""},
		"one after the other":              {[]string{"+forestry", "+ocean"}, approval.Open, []string{"customs"}, ""},
		"not yet":                          {[]string{"+ocean", "+customs"}, approval.Open, []string{"forestry"}, approval.CodeNotYet},
		"all":                              {[]string{"+ocean", "+forestry", "+customs", "+window-th", "+window-vn"}, approval.Approved, nil, ""},
		"one refusal ends it":              {[]string{"+ocean", "-forestry"}, approval.Refused, nil, ""},
		"refusal while another is awaited": {[]string{"-ocean"}, approval.Refused, nil, ""},
		"after a refusal":                  {[]string{"-ocean", "+forestry"}, approval.Refused, nil, approval.CodeClosed},
		"after the approval":               {[]string{"+ocean", "+forestry", "+customs", "+window-th", "+window-vn", "-customs"}, approval.Approved, nil, approval.CodeClosed},
		"the same once more":               {[]string{"+ocean", "+ocean"}, approval.Open, []string{"forestry"}, ""},
		"the same after the next step":     {[]string{"+ocean", "+forestry", "+ocean"}, approval.Open, []string{"customs"}, ""},
		"otherwise":                        {[]string{"+ocean", "-ocean"}, approval.Open, []string{"forestry"}, approval.CodeDecided},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := round()
			var last approval.Code
			for _, what := range test.decisions {
				last = decide(t, r, what)
			}
			if r.State != test.state || !slices.Equal(r.Awaited(), test.awaited) || last != test.last {
				t.Errorf("%s, awaits %v, last %q; want %s, %v, %q", r.State, r.Awaited(), last, test.state, test.awaited, test.last)
			}
			if refusal, refused := r.Refusal(); refused != (r.State == approval.Refused) || refused && refusal.Approves {
				t.Errorf("refusal %v %v of a round that is %s", refusal, refused, r.State)
			}
		})
	}
}

// A later version voids what was given.
func TestVoid(t *testing.T) {
	r := round()
	decide(t, r, "+ocean")
	r.Apply(approval.Move{Exchange: r.Exchange, State: approval.Void, Later: uuid.UUID{9}}, begin.Add(time.Hour))
	if r.State != approval.Void || len(r.Awaited()) > 0 || r.Later != (uuid.UUID{9}) || !r.Ended.Equal(begin.Add(time.Hour)) {
		t.Errorf("void round is %+v", r)
	}
	if code := decide(t, r, "+forestry"); code != approval.CodeVoid {
		t.Errorf("a decision on a void round has code %q", code)
	}
}

// Whatever comes in whatever order, a round is approved if and only if every party of
// every step approved, none decides before its turn, and one that has ended never changes.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := round()
		all := []string{"ocean", "forestry", "customs", "window-vn", "window-th"}
		approvals, refusals := map[string]bool{}, 0
		for range rapid.IntRange(0, 20).Draw(rt, "decisions") {
			by := rapid.SampledFrom(all).Draw(rt, "by")
			approves := rapid.IntRange(0, 9).Draw(rt, "approves") > 0
			before, given, turn := r.State, len(r.Given), slices.Contains(r.Awaited(), by)
			m, code := r.Decide(approval.Given{By: by, Approves: approves})
			switch {
			case m != nil && (!turn || code != ""):
				rt.Fatalf("%s decided out of turn in %+v", by, r)
			case m == nil && turn:
				rt.Fatalf("%s was refused in its turn: %s", by, code)
			case m == nil:
				continue
			}
			r.Apply(*m, begin)
			if before != approval.Open || len(r.Given) != given+1 {
				rt.Fatalf("a round that is %s changed", before)
			}
			if approves {
				approvals[by] = true
			} else {
				refusals++
			}
		}
		if (r.State == approval.Approved) != (len(approvals) == len(all)) || (r.State == approval.Refused) != (refusals == 1) {
			rt.Errorf("%d approvals and %d refusals: %s", len(approvals), refusals, r.State)
		}
	})
}
