package judge

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/lifecycle"
	"beibu/exchange/rules"
	"beibu/queue/sqlitefile"
)

// CodeAnother is the code of a document whose number another sender's document has.
const CodeAnother = "ledger.number-of-another"

// owning decides whether the sender may use the number of the document, which belongs to its
// issuer across all senders. Another content under the number by another sender is refused,
// or waits for a person, as the map of parties says; the issuer itself may send a later
// version of what another party has sent for it. The same content by another sender is
// linked to the first exchange, and does nothing again.
func (t *tentative) owning(ctx context.Context, c Case, v *Verdict) error {
	if c.Decided || !effects.IsIssued(c.Kind) || len(c.Effects.Acts) == 0 {
		return nil
	}
	l, err := t.life(ctx, c.document())
	if err != nil {
		return err
	}
	if l == nil { // as of what was decided before lives were kept
		a, err := t.account(ctx, c.document())
		if err == nil && a != nil && a.Sender != c.Sender {
			v.Faults = append(v.Faults, anothers(c, lifecycle.Content{Sender: a.Sender, Exchange: a.Exchange}))
		}
		return err
	}
	for _, known := range []lifecycle.Content{l.First, l.Latest} {
		if known.Digest == c.Digest && known.Sender != c.Sender {
			return t.link(ctx, c, v, l, known)
		}
	}
	later := slices.Contains(c.Effects.Issuer.Of(), c.Sender) && c.Version != l.Latest.Version
	if c.Sender != l.First.Sender && c.Sender != l.Latest.Sender && !later {
		v.Faults = append(v.Faults, anothers(c, l.Latest))
	}
	return nil
}

// link links a document to the first exchange of the same content. It goes only to receivers
// that have not got these bytes yet.
func (t *tentative) link(ctx context.Context, c Case, v *Verdict, l *lifecycle.Life, first lifecycle.Content) error {
	had, err := t.receivers(ctx, first.Exchange)
	if err != nil {
		return err
	}
	had = slices.Concat(had, l.Sent)
	v.SameAs = first.Exchange
	var sent []string
	for _, r := range c.Receivers {
		if slices.Contains(had, r) {
			v.Had = append(v.Had, r)
		} else {
			sent = append(sent, r)
		}
	}
	if len(sent) > 0 {
		v.Moves = append(v.Moves, lifecycle.Move{Document: c.document(), Does: effects.Issue, To: l.State, Sent: sent})
	}
	return nil
}

// receivers returns those of an exchange that has a verdict.
func (t *tentative) receivers(ctx context.Context, id uuid.UUID) (all []string, err error) {
	if all, ok := t.decided[id]; ok {
		return all, nil
	}
	err = t.ledger.Query(ctx, `SELECT exchange, at, text FROM verdict WHERE exchange = ?`, func(row sqlitefile.Row) error {
		d, err := readDecided(row)
		all = d.receivers
		return err
	}, id[:])
	return all, failed("read receivers of an exchange", err)
}

// isDecided reports whether nothing else is to be decided on a document: its number is of
// another, or it is linked.
func (v *Verdict) isDecided() bool {
	return v.SameAs != uuid.Nil || slices.ContainsFunc(v.Faults, func(f exchange.Fault) bool { return f.Code == CodeAnother })
}

// anothers is the fault of a document whose number another sender's document has.
func anothers(c Case, known lifecycle.Content) exchange.Fault {
	fault := exchange.Fault{
		Code: CodeAnother, Severity: rules.Reject.String(), Source: "one number of a carnet, a licence or a certificate is of one issuer",
		Message: exchange.Text{
			EN: fmt.Sprintf("%s %s is already known with another content from party %s, as exchange %s; the number is of its issuer", c.Kind, c.Number, known.Sender, known.Exchange),
			ZH: fmt.Sprintf("%s 已由参与方 %s 以另一内容发出（交换编号 %s），编号属于其签发方", c.Number, known.Sender, known.Exchange),
		},
	}
	if i := c.Effects.Issuer; i != nil {
		fault.Path = i.Path
		if i.Hold && !c.Released {
			fault.Severity = rules.Hold.String()
		}
	}
	return fault
}
