package judge

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/approval"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/judge/ledger/carnet"
	"beibu/exchange/judge/lifecycle"
	"beibu/exchange/rules"
)

// A tentative state is the ledger with the postings of verdicts that are not in the
// record yet. It is of one revision, or its verdicts are void.
type tentative struct {
	expected

	ledger   *Ledger
	revision int64
	lives    map[effects.Account]*lifecycle.Life // read so far; nil if there is none
	decided  map[uuid.UUID][]string              // the receivers of what has a verdict now
	rounds   rounds
	carnets  map[effects.Account]*carnet.Carnet // read so far; nil if there is none
}

func newTentative(l *Ledger, revision int64) *tentative {
	return &tentative{
		expected{make(map[effects.Account]*ledger.Account), make(map[string][]drawing)},
		l, revision, make(map[effects.Account]*lifecycle.Life),
		make(map[uuid.UUID][]string), newRounds(l), make(map[effects.Account]*carnet.Carnet),
	}
}

// account returns an account, or nil if there is none.
func (t *tentative) account(ctx context.Context, of effects.Account) (*ledger.Account, error) {
	if a, ok := t.accounts[of]; ok {
		return a, nil
	}
	a, found, err := t.ledger.Account(ctx, of)
	if err != nil {
		return nil, err
	}
	if t.accounts[of] = nil; found {
		t.accounts[of] = &a
	}
	return t.accounts[of], nil
}

// read reads what documents draw.
func (t *tentative) read(ctx context.Context, documents ...string) error {
	for _, by := range documents {
		if _, ok := t.drawings[by]; ok {
			continue
		}
		all, err := t.ledger.positionsBy(ctx, by)
		if err != nil {
			return err
		}
		t.drawings[by] = all
	}
	return nil
}

// decide returns the verdict on a case, and moves the state as it does.
func (t *tentative) decide(ctx context.Context, c Case, now time.Time) (Verdict, error) {
	v := Verdict{Exchange: c.Exchange, At: now, Revision: t.revision, Outcome: Consign}
	round, err := t.rounds.of(ctx, c.Exchange)
	if err != nil {
		return v, err
	}
	if round != nil && round.State != approval.Approved {
		return t.unapproved(round, v), nil
	}
	if err := t.read(ctx, c.citing().By); err != nil {
		return v, err
	}
	steps := []func(context.Context, Case, *Verdict) error{
		t.owning, t.opening, t.draw, t.giveBack, t.clear, t.openCarnet, t.moveGoods, t.live, t.decides,
	}
	for _, step := range steps {
		if err := step(ctx, c, &v); err != nil {
			return v, err
		}
		if v.isDecided() {
			break
		}
	}
	holds := v.Faults.Has(rules.Hold) && !c.Released
	refuses := v.Faults.Has(rules.Reject)
	slices.SortStableFunc(v.Faults, func(a, b exchange.Fault) int { return cmp.Compare(worst(a), worst(b)) })
	switch v.Faults, v.Omitted = v.Faults.Bounded(); {
	case refuses: // all or nothing
		v.Postings, v.Moves, v.Rounds, v.Carnets = nil, nil, nil, nil
		if !c.Released || c.Effects.Round != nil { // what a person released has gone to all its receivers
			v.Outcome = Reject
		}
	case holds:
		v.Postings, v.Moves, v.Rounds, v.Carnets, v.Outcome = nil, nil, nil, nil, Hold
	case c.Effects.Round != nil && round == nil && v.SameAs == uuid.Nil:
		if err := t.ask(ctx, c, &v); err != nil {
			return v, err
		}
	}
	t.rounds.apply(c, v)
	t.decided[c.Exchange] = c.Receivers
	t.revision++
	for _, p := range v.Postings {
		if err := apply(t, c, p); err != nil {
			return v, err
		}
	}
	t.move(c, v)
	t.postCarnets(c, v)
	return v, nil
}

// worst returns how bad a fault is, the worst first.
func worst(f exchange.Fault) int {
	return slices.Index([]string{rules.Reject.String(), rules.Hold.String(), rules.Warn.String()}, f.Severity)
}
