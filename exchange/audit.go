package exchange

import (
	"context"
	"time"

	"beibu/queue"
)

// BreakGlassUsed is the name of the event of an action by which a break-glass account
// began to be used.
const BreakGlassUsed State = "BreakGlassUsed"

// The names of events of a party.
const (
	PartySuspended State = "PartySuspended" // an operator suspended it
	PartyResumed   State = "PartyResumed"   // an operator let it in again
	PartyTested    State = "PartyTested"    // somebody asked for a test of the address to which its deliveries are pushed
)

// An AuditLog returns the events of the record whose subject is no exchange: what
// operators did, and what happened to parties, keys and runs. The events of an
// exchange are its timeline.
type AuditLog interface {
	// Audit returns the events that fit, oldest first by the record, and the
	// sequence to continue after, or 0 at the end.
	Audit(ctx context.Context, q AuditQuery) (page []Event, next int64, err error)
}

// An AuditQuery narrows a list of events. Zero fields do not narrow.
type AuditQuery struct {
	Kind  queue.SubjectKind // never SubjectExchange, if it narrows
	ID    string            // of the subject; needs Kind
	Since time.Time         // happened at or after
	After int64             // the sequence to continue after
	Limit int               // 1 to MaxPage; 0 means DefaultPage
}
