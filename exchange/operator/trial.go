package operator

import (
	"context"
	"errors"
	"slices"

	"beibu/exchange"
	"beibu/exchange/rules"
)

// A Trial is what would become of a document, of which nothing is kept.
type Trial struct {
	Kind      string // "" if it was not recognised
	Valid     bool
	Signature exchange.Signature // if there is one and it counts
	Faults    exchange.Faults
	More      int      // faults that were found beyond those
	Receivers []string // of a valid document
	// Obstacles keep a valid document from going anywhere.
	Obstacles exchange.Faults
	Routes    []Taken
}

// Outcome returns what the document would come to.
func (t Trial) Outcome() Outcome {
	switch {
	case !t.Valid || len(t.Obstacles) > 0:
		return WouldRefuse
	case t.Faults.Has(rules.Hold):
		return WouldHold
	}
	return WouldAccept
}

// Taken is a route that takes a document.
type Taken struct {
	Route     string
	Receivers []string
}

// Try returns what would become of a document if its sender submitted it now. What the
// document answers is looked up as for a submission. A sender of "" may send everything, and
// has received nothing that it could answer.
//
// It fails with an [*exchange.Error] of kind Unavailable if the index does not show the
// record before ctx ends.
func Try(ctx context.Context, now *exchange.InForce, known *exchange.Correspondence, doc exchange.Document) (Trial, error) {
	checked, err := now.Checks.Find(ctx, doc)
	if err != nil {
		return Trial{}, &exchange.Error{Op: "check document", Kind: exchange.Internal, Err: err}
	}
	out := Trial{Kind: checked.Kind(), Valid: checked.Valid(), Faults: checked.Faults(), More: checked.More()}
	if !out.Valid {
		return out, nil
	}
	trusted, err := now.Verify(checked)
	if failure, ok := errors.AsType[*exchange.Error](err); ok && failure.Kind == exchange.Untrusted {
		out.Valid, out.Faults, out.More = false, failure.Faults, failure.More
	} else if err != nil {
		return Trial{}, err
	}
	if !out.Valid {
		return out, nil
	}
	out.Signature = trusted.Signature()
	answered, err := known.Find(ctx, doc.Sender, checked.Facts())
	if err != nil {
		return Trial{}, err
	}
	to, obstacles := now.Preview(checked, answered)
	out.Receivers, out.Obstacles, out.Faults = to.Receivers, obstacles, append(out.Faults, to.Held...)
	out.Routes = taken(now, checked, answered, out.Receivers)
	return out, nil
}

// taken returns the routes by which a document goes to its receivers, in their order.
func taken(now *exchange.InForce, checked exchange.Checked, answered *exchange.Answered, receivers []string) []Taken {
	var all []Taken
	for _, route := range now.Routes.Table() {
		alone, err := exchange.NewRoutes([]exchange.Route{route}, now.Parties)
		if err != nil || !slices.Contains(route.Kinds, checked.Kind()) {
			continue
		}
		only := *now
		only.Routes = alone
		to, _ := only.Preview(checked, answered)
		found := slices.DeleteFunc(to.Receivers, func(id string) bool { return !slices.Contains(receivers, id) })
		if len(found) > 0 {
			all = append(all, Taken{route.Name, found})
		}
	}
	return all
}
