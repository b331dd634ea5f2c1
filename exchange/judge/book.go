package judge

import (
	"encoding/json"
	"fmt"
	"slices"

	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// A book has accounts and their positions: the rows of the ledger, or what a leader expects
// them to be.
type book interface {
	// open gives an account its terms. It makes the account if there is none.
	open(of effects.Account, t ledger.Terms) error
	// position returns the position of a document, or nil if it has none.
	position(of effects.Account, by string) (*ledger.Position, error)
	// post replaces a position, which is nil if there is none, in an account that is open.
	post(of effects.Account, before *ledger.Position, now ledger.Position) error
}

// apply applies a posting of a case.
func apply(b book, c Case, p ledger.Posting) error {
	if opening := c.Effects.Opens; p.Opens && opening != nil {
		if err := b.open(p.Account, ledger.TermsOf(*opening, c.Exchange, c.Sender)); err != nil {
			return err
		}
		for _, w := range ledger.WrittenOff(*opening) {
			before, err := b.position(p.Account, w.By)
			if err != nil {
				return err
			}
			if before != nil {
				w.Citing = before.Citing
			}
			if err := b.post(p.Account, before, w); err != nil {
				return err
			}
		}
	}
	if p.Position == nil {
		return nil
	}
	before, err := b.position(p.Account, p.Position.By)
	if err != nil {
		return err
	}
	return b.post(p.Account, before, *p.Position)
}

// errNotOpen is the error of a posting on an account that was never opened.
func errNotOpen(of effects.Account) error {
	return fmt.Errorf("posting on account %s, which is not open", of)
}

// rows are the book that a fold writes.
type rows struct{ w *projection.Writer }

func (r rows) open(of effects.Account, t ledger.Terms) error {
	terms, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write account: %w", err)
	}
	return failed("write account", r.w.Exec(`INSERT INTO account (kind, number, terms, totals) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET terms = excluded.terms`, of.Kind, of.Number, terms, []byte("{}")))
}

func (r rows) position(of effects.Account, by string) (p *ledger.Position, err error) {
	err = r.w.Query(`SELECT text FROM position WHERE document = ? AND kind = ? AND number = ?`, func(row sqlitefile.Row) error {
		p = new(ledger.Position)
		return readText(row.Blob(0), p)
	}, by, of.Kind, of.Number)
	return p, failed("read position", err)
}

func (r rows) post(of effects.Account, before *ledger.Position, now ledger.Position) error {
	var t ledger.Totals
	found := false
	err := r.w.Query(`SELECT totals FROM account WHERE kind = ? AND number = ?`, func(row sqlitefile.Row) error {
		found = true
		return readText(row.Blob(0), &t)
	}, of.Kind, of.Number)
	if err == nil && !found {
		err = errNotOpen(of)
	}
	if err != nil {
		return err
	}
	t.Post(before, now)
	totals, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("write totals: %w", err)
	}
	text, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("write position: %w", err)
	}
	err = r.w.Exec(`UPDATE account SET totals = ? WHERE kind = ? AND number = ?`, totals, of.Kind, of.Number)
	switch {
	case err != nil:
	case before == nil:
		err = r.w.Exec(`INSERT INTO position (document, kind, number, made, sender, text) VALUES (?, ?, ?, ?, ?, ?)`, now.By, of.Kind, of.Number, t.Made, now.Sender, text)
	default:
		err = r.w.Exec(`UPDATE position SET sender = ?, text = ? WHERE document = ? AND kind = ? AND number = ?`, now.Sender, text, now.By, of.Kind, of.Number)
	}
	return failed("write position", err)
}

// A drawing is what a document draws on an account.
type drawing struct {
	on       effects.Account
	position ledger.Position
}

// expected is the book of what verdicts that are not in the record yet have posted.
type expected struct {
	accounts map[effects.Account]*ledger.Account // read so far; nil if there is none
	drawings map[string][]drawing                // by document, as far as they were read
}

func (e expected) open(of effects.Account, t ledger.Terms) error { //nolint:unparam // as book has it
	if e.accounts[of] == nil {
		e.accounts[of] = new(ledger.Account)
	}
	e.accounts[of].Terms = t
	return nil
}

func (e expected) position(of effects.Account, by string) (*ledger.Position, error) { //nolint:unparam // as book has it
	all := e.drawings[by]
	if at := slices.IndexFunc(all, func(d drawing) bool { return d.on == of }); at >= 0 {
		p := all[at].position
		return &p, nil
	}
	return nil, nil
}

func (e expected) post(of effects.Account, before *ledger.Position, now ledger.Position) error {
	a := e.accounts[of]
	if a == nil {
		return errNotOpen(of)
	}
	a.Post(before, now)
	all := slices.DeleteFunc(e.drawings[now.By], func(d drawing) bool { return d.on == of })
	e.drawings[now.By] = append(all, drawing{of, now})
	return nil
}
