package journal

import (
	"context"
	"fmt"

	"beibu/exchange/projection"
)

// A Journal is an index of the record in a SQLite file. It is an
// [exchange.Journal] and an [exchange.Fold]. It is safe for concurrent use.
//
// [projection.Projection.Changed] of a receiver is closed when a delivery to it
// opens, for the first time or by a replay.
type Journal struct {
	*projection.Projection
}

// Open opens the index at path, or makes it. A file there that is damaged or of
// another version is moved to path.aside, and the record is folded again: Rebuilt
// says why. Only one Journal may have a path open.
func Open(ctx context.Context, path string) (*Journal, error) {
	p, err := projection.Open(ctx, path, definition())
	if err != nil {
		return nil, err
	}
	return &Journal{p}, nil
}

// definition returns what the index is to package projection.
func definition() projection.Definition {
	return projection.Definition{
		Name: "index", Application: application, Tables: tables(), Meaning: fmt.Sprint(states, "deliveries with envelopes of their own", "sessions of the audit", "turns"), Fold: fold(),
	}
}
