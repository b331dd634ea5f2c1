package exchange

import (
	"context"
	"time"

	"github.com/google/uuid"

	"beibu/queue"
)

// BreakGlassUsed is the name of the event of an action by which a break-glass account
// began to be used.
const BreakGlassUsed State = "BreakGlassUsed"

// PersonalDataRead is the name of the event of an action by which somebody of the staff
// read personal data.
const PersonalDataRead State = "PersonalDataRead"

// RefusalsExamined is the name of the event of an action by which somebody of the staff
// examined refused documents, whose bytes are kept, again.
const RefusalsExamined State = "RefusalsExamined"

// A Disclosure says which personal data was read: of an exchange, or of a refused document.
type Disclosure struct {
	Exchange uuid.UUID `json:"exchange,omitzero"`
	Refusal  uuid.UUID `json:"refusal,omitzero"`
	Form     string    `json:"form"`            // in which it was read: one of the forms
	Field    string    `json:"field,omitempty"` // path of the element that was unmasked; "" if all were
}

// The forms of a disclosure.
const (
	FormDocument = "document" // the bytes that the sender sent
	FormEnvelope = "envelope" // the sealed envelope, with the document in it
	FormReading  = "reading"  // the document as people read it
)

// The names of events of an action by which a session at the console began and ended. The
// reason of the first is by what the person signed in.
const (
	SignedIn          State = "SignedIn"
	SignedOut         State = "SignedOut"
	SignedOutByIssuer State = "SignedOutByIssuer" // an issuer of identities has ended sessions of a person
)

// A Session says of an event of an action which session at the console began or ended. An
// issuer of identities ends sessions by its own names for them.
type Session struct {
	ID      string    `json:"id,omitempty"`      // of the one that a browser keeps; "" if an issuer ends sessions
	Issuer  string    `json:"issuer,omitempty"`  // that signed the person in; "" if a credential did
	Subject string    `json:"subject,omitempty"` // by which the issuer knows the person
	SID     string    `json:"sid,omitempty"`     // the session at the issuer, or "" if it names none
	Token   string    `json:"token,omitempty"`   // the id of the logout token of the issuer
	Issued  time.Time `json:"issued,omitzero"`   // when the issuer issued its token
}

// The names of events of a party.
const (
	PartySuspended State = "PartySuspended" // an operator suspended it
	PartyResumed   State = "PartyResumed"   // an operator let it in again
	PartyTested    State = "PartyTested"    // somebody asked for a test of the address to which its deliveries are pushed
	BreakerOpened  State = "BreakerOpened"  // it failed several times in a row: one delivery at a time is tried
	BreakerClosed  State = "BreakerClosed"  // it takes deliveries again
)

// An AuditLog returns the events of the record whose subject is no exchange: what
// operators did, and what happened to parties, keys and runs. The events of an
// exchange are its timeline.
type AuditLog interface {
	// Audit returns the events that fit, in the order of the record or, if the query
	// says so, newest first, and the sequence to continue after, or 0 at the end.
	Audit(ctx context.Context, q AuditQuery) (page []Event, next int64, err error)
}

// An AuditQuery narrows a list of events. Zero fields do not narrow.
type AuditQuery struct {
	Kind  queue.SubjectKind // never SubjectExchange, if it narrows
	ID    string            // of the subject; needs Kind
	Since time.Time         // happened at or after
	Down  bool              // newest first
	After int64             // the sequence to continue after, in the order of the list; 0 is its beginning
	Limit int               // 1 to MaxPage; 0 means DefaultPage
}
