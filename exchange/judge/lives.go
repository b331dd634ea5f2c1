package judge

import (
	"context"
	"encoding/json"
	"fmt"

	"beibu/exchange/effects"
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
		if _, err := t.life(ctx, c.document()); err != nil {
			return err
		}
		v.Moves = append(v.Moves, lifecycle.Move{Document: c.document(), Does: act.Does, To: lifecycle.Issued, Content: true})
	}
	return nil
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
	text, err := json.Marshal(life.After(m, c.content(), v.At))
	if err != nil {
		return fmt.Errorf("write life: %w", err)
	}
	err = w.Exec(`INSERT INTO life (kind, number, text) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text`, m.Document.Kind, m.Document.Number, text)
	return failed("write life", err)
}
