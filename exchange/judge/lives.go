package judge

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge/lifecycle"
	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// readLife reads the life of a document.
const readLife = `SELECT text FROM life WHERE kind = ? AND number = ?`

// Life returns the life of a document, and false if it has none.
func (l *Ledger) Life(ctx context.Context, of effects.Account) (life lifecycle.Life, found bool, err error) {
	err = l.Query(ctx, readLife, func(row sqlitefile.Row) error {
		found = true
		return readText(row.Blob(0), &life)
	}, of.Kind, of.Number)
	return life, found, failed("read life", err)
}

// alike returns the lives of a kind whose latest contents have a likeness, some at most.
func (l *Ledger) alike(ctx context.Context, kind, likeness string) (all []lifecycle.Life, err error) {
	err = l.Query(ctx, `SELECT text FROM life WHERE kind = ? AND likeness = ? AND likeness <> '' ORDER BY number LIMIT 20`, func(row sqlitefile.Row) error {
		var one lifecycle.Life
		err := readText(row.Blob(0), &one)
		all = append(all, one)
		return err
	}, kind, likeness)
	return all, failed("read lives that are alike", err)
}

// life returns the life of a document, or nil if it has none.
func (t *tentative) life(ctx context.Context, of effects.Account) (*lifecycle.Life, error) {
	if l, ok := t.lives[of]; ok {
		return l, nil
	}
	l, found, err := t.ledger.Life(ctx, of)
	if err != nil {
		return nil, err
	}
	if t.lives[of] = nil; found {
		t.lives[of] = &l
	}
	return t.lives[of], nil
}

// live moves the lives on which a document acts.
func (t *tentative) live(ctx context.Context, c Case, v *Verdict) error {
	for _, act := range c.Effects.Acts {
		of := c.document()
		if act.On != nil {
			of = *act.On
		}
		l, err := t.life(ctx, of)
		if err != nil {
			return err
		}
		if l == nil {
			l = &lifecycle.Life{Document: of}
		}
		a := acting{c, act, *l, v}
		if act.On != nil && l.First.Sender != "" && l.First.Sender != c.Sender && l.Latest.Sender != c.Sender && !a.byOthers() {
			a.refuse(lifecycle.CodeAnother, l.First.Sender)
			continue
		}
		if err := t.act(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// act moves one life by a legal act, and adds the fault of an illegal one.
func (t *tentative) act(ctx context.Context, a acting) error {
	own := a.act.On == nil
	table, ok := lifecycle.TableOf(a.life.Document.Kind)
	// Without a table its number alone is known; and a person may have given it the number.
	if !ok || own && a.c.Decided {
		if own {
			a.v.Moves = append(a.v.Moves, lifecycle.Move{Document: a.life.Document, Does: a.act.Does, To: lifecycle.Issued, Content: true})
		}
		return nil
	}
	step, legal := table.Next(a.life.State, a.act.Does)
	if !legal || step.Unseen {
		a.refuse(lifecycle.Code(a.act.Does, a.life.State))
	}
	if !legal {
		return nil
	}
	a.checkDays()
	if a.act.Does == effects.Claim {
		if err := t.checkClaim(ctx, a); err != nil {
			return err
		}
	}
	if own && !table.Unordered && lifecycle.Older(a.c.Version, a.life.Latest.Version) {
		a.refuse(lifecycle.CodeOlder, a.c.Version, a.life.Latest.Version)
	}
	if own && step.To == lifecycle.Issued && a.life.State == lifecycle.Unknown {
		if err := t.compare(ctx, a); err != nil {
			return err
		}
	}
	if a.act.Does == effects.Use || !own && a.life.State == lifecycle.Unknown && !a.byOthers() {
		return nil // nothing changes, or there is nothing to change
	}
	move := lifecycle.Move{Document: a.life.Document, Does: a.act.Does, To: step.To, Day: a.act.Day, Content: own || a.act.Does == effects.Claim}
	if a.act.Does == effects.Replace && !own {
		by := a.c.document()
		move.Other = &by
	}
	a.v.Moves = append(a.v.Moves, move)
	return nil
}

// compare warns of certificates in force that say the same of the same goods.
func (t *tentative) compare(ctx context.Context, a acting) error {
	if a.act.Likeness == "" {
		return nil
	}
	found, err := t.ledger.alike(ctx, a.life.Document.Kind, a.act.Likeness)
	if err != nil {
		return err
	}
	for _, l := range t.lives { // those of verdicts that are not in the record yet
		if l != nil && l.Document.Kind == a.life.Document.Kind && l.Latest.Likeness == a.act.Likeness {
			found = append(slices.DeleteFunc(found, func(one lifecycle.Life) bool { return one.Document == l.Document }), *l)
		}
	}
	slices.SortFunc(found, func(x, y lifecycle.Life) int { return strings.Compare(x.Document.Number, y.Document.Number) })
	replaced := func(of effects.Account) bool {
		return slices.ContainsFunc(a.c.Effects.Acts, func(one effects.Act) bool { return one.Does == effects.Replace && one.On != nil && *one.On == of })
	}
	for _, l := range found {
		if l.Document != a.life.Document && l.State == lifecycle.Issued && l.First.Sender == a.c.Sender && !replaced(l.Document) {
			acting{a.c, a.act, l, a.v}.refuse(lifecycle.CodeAlike)
			return nil
		}
	}
	return nil
}

// An acting is an act of a case on a life.
type acting struct {
	c    Case
	act  effects.Act
	life lifecycle.Life
	v    *Verdict
}

// byOthers reports whether the act is one of parties that have not sent the document.
func (a acting) byOthers() bool {
	return a.act.Does == effects.Use || a.life.Document.Kind == effects.KindClaim
}

// checkDays compares the day of the act with those of the life.
func (a acting) checkDays() {
	until, day := a.life.Latest.Until, a.act.Day
	drawn := a.act.On != nil && slices.Contains(a.c.Effects.Drawn(), *a.act.On) // its account compares the days
	switch {
	case a.act.Does == effects.Use && until != "" && day > until && !drawn:
		a.refuse(lifecycle.CodeExpired, day, until)
	case a.act.Does == effects.Prove && a.life.Day != "" && a.life.State != lifecycle.Proved:
		if due := months(a.life.Claimed, lifecycle.MonthsForProof); due != "" && day > due {
			a.refuse(lifecycle.CodeProveLate, day, due)
		}
	}
}

// checkClaim compares the day of a claim with the last day of its carnet, if that is known.
func (t *tentative) checkClaim(ctx context.Context, a acting) error {
	carnet, err := t.life(ctx, a.life.Document.Claimed())
	if err != nil || carnet == nil {
		return err
	}
	if latest := months(carnet.Latest.Until, lifecycle.MonthsToClaim); latest != "" && a.act.Day > latest {
		a.refuse(lifecycle.CodeClaimLate, a.act.Day, latest)
	}
	return nil
}

// months returns a day so many months later, or "" if it is none.
func months(day string, n int) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return values.AddMonths(at, n).Format(time.DateOnly)
}

// refuse adds the fault of a rule. The severity of the rule says what becomes of the
// document.
func (a acting) refuse(code string, args ...string) {
	r := lifecycle.RuleOf(code, a.life.Document.Kind)
	since := a.life.Since.Format(time.DateOnly)
	values := append([]string{a.life.Document.String(), cmp.Or(a.life.Day, since), a.life.By.String()}, args...)
	var pairs []string
	for i, value := range values {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), value)
	}
	word := strings.NewReplacer(pairs...)
	a.v.Faults = append(a.v.Faults, exchange.Fault{
		Code: code, Severity: r.Severity.String(), Path: a.act.Path, Source: r.Source,
		Message: exchange.Text{EN: word.Replace(r.EN), ZH: word.Replace(r.ZH)},
	})
}

// move moves the lives as a verdict does.
func (t *tentative) move(c Case, v Verdict) {
	for _, m := range v.Moves {
		var l lifecycle.Life
		if before := t.lives[m.Document]; before != nil {
			l = *before
		}
		l = l.After(m, c.content(), v.At)
		t.lives[m.Document] = &l
	}
}

// move applies a move to the life of its document.
func move(w *projection.Writer, c Case, v Verdict, m lifecycle.Move) error {
	var life lifecycle.Life
	err := w.Query(readLife, func(row sqlitefile.Row) error { return readText(row.Blob(0), &life) }, m.Document.Kind, m.Document.Number)
	if err != nil {
		return err
	}
	life = life.After(m, c.content(), v.At)
	text, err := json.Marshal(life)
	if err != nil {
		return fmt.Errorf("write life: %w", err)
	}
	err = w.Exec(`INSERT INTO life (kind, number, likeness, text) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET likeness = excluded.likeness, text = excluded.text`,
		m.Document.Kind, m.Document.Number, life.Latest.Likeness, text)
	return failed("write life", err)
}
