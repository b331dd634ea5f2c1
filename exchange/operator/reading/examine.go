package reading

import (
	"context"
	"fmt"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/facts"
	"beibu/schemas"
	"beibu/signing/strict"
)

// Examine returns the document of an exchange, which are the given bytes, with what is
// found in it by the schemas and rules in force now.
func Examine(ctx context.Context, now *exchange.InForce, x exchange.Exchange, document []byte) (Document, error) {
	checked, err := now.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: x.Identity.Sender, Received: x.AcceptedAt})
	if err != nil {
		return Document{}, fmt.Errorf("check document of %s: %w", x.ID, err)
	}
	return readable(now, document, checked, x.Identity.Kind, x.AcceptedAt), nil
}

// ExamineRefused returns a refused document, which are the given bytes, with what would be
// found in it if its sender submitted it at a time. If it breaks its schema, a value about a
// person may be anywhere, so that all of it counts as personal.
func ExamineRefused(ctx context.Context, now *exchange.InForce, r exchange.Refusal, document []byte, at time.Time) (Document, error) {
	checked, err := now.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: r.Identity.Sender, Received: at})
	if err != nil {
		return Document{}, fmt.Errorf("check document of refusal %s: %w", r.ID, err)
	}
	d := readable(now, document, checked, checked.Kind(), at)
	if !checked.FitsSchema() {
		d.Personal = facts.Personal{}
	}
	return d, nil
}

// readable returns a document of a kind with what was found in it. All is personal in one
// of an unknown kind.
func readable(now *exchange.InForce, document []byte, checked exchange.Checked, kind string, at time.Time) Document {
	return Document{Bytes: document, Kind: kind, Personal: personalOf(now, kind, at), Faults: checked.Faults(), More: checked.More()}
}

// personalOf returns what is about a person in documents of a kind at a time.
func personalOf(now *exchange.InForce, kind string, at time.Time) facts.Personal {
	if known, ok := now.Checks.Schemas().Describe(schemas.Kind(kind), at); ok {
		return facts.PersonalIn(known.Facts)
	}
	return facts.Personal{}
}

// Values returns what the document of an exchange, which are the given bytes, says about
// people: the values that a reading masks. It returns false if its kind does not say what
// is about a person.
func Values(now *exchange.InForce, x exchange.Exchange, document []byte) (values []string, known bool, err error) {
	personal := personalOf(now, x.Identity.Kind, x.AcceptedAt)
	if !personal.Knows() {
		return nil, false, nil
	}
	tree, err := strict.Parse(document, strict.Limits{})
	if err != nil {
		return nil, false, fmt.Errorf("read document of %s: %w", x.ID, err)
	}
	defer tree.Release()
	var walk func(n strict.Node, within bool)
	walk = func(n strict.Node, within bool) {
		within = within || personal.Has(n)
		if text := n.Text(); within && text != "" {
			values = append(values, strings.Clone(text))
		}
		for _, a := range n.Attributes() {
			if within || personal.HasAttribute(n, tree.Local(a)) {
				values = append(values, strings.Clone(tree.Value(a)))
			}
		}
		for child := range n.Children() {
			walk(child, within)
		}
	}
	walk(tree.Root(), false)
	return values, true, nil
}
