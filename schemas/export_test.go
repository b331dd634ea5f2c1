package schemas

import (
	"context"
	"time"

	"beibu/signing/strict"
)

// Sure reports whether a document is accepted without the engine, and how many faults
// the engine finds in it if it is. Of a document that the engine does not read it
// returns false.
func (c *Catalog) Sure(ctx context.Context, document []byte) (sure bool, faults int, err error) {
	tree, fault := strict.ParseFaulty(document, strict.Limits{})
	if fault != nil {
		return false, 0, nil
	}
	e, known := c.find(identify(tree), time.Now())
	located, odd := hints(tree)
	if !known || odd >= 0 {
		return false, 0, nil
	}
	if sure, err = e.set.accepts(ctx, tree); err != nil || !sure {
		return false, 0, err
	}
	found, err := e.set.check(ctx, without(document, located))
	return sure, len(found), err
}
