package schemas

import (
	"context"
	"time"

	"beibu/signing/strict"
)

// Verdicts reports whether a document is accepted at once, and whether the engine finds it
// valid. Of a document that neither of them reads it returns false.
func (c *Catalog) Verdicts(ctx context.Context, document []byte) (sure, valid bool, err error) {
	tree, fault := strict.ParseFaulty(document, strict.Limits{})
	if fault != nil {
		return false, false, nil
	}
	e, known := c.find(identify(tree), time.Now())
	located, odd := hints(tree)
	if !known || odd >= 0 {
		return false, false, nil
	}
	if sure, err = e.set.accepts(ctx, tree); err != nil {
		return false, false, err
	}
	found, err := e.set.check(ctx, without(document, located))
	return sure, len(found) == 0, err
}
