package answer

import "beibu/exchange"

// AuditEvent is one event of the record whose subject is no exchange.
type AuditEvent struct {
	Sequence int64          `json:"sequence"` // in the record, which orders all events
	Subject  AuditSubject   `json:"subject"`
	Name     exchange.State `json:"name"`
	At       Time           `json:"at"`
	Actor    string         `json:"actor,omitempty"`
	Reason   string         `json:"reason,omitempty"`

	Disclosure *exchange.Disclosure `json:"disclosure,omitempty"` // which personal data was read, if it is about that
}

// AuditSubject is what an event is about.
type AuditSubject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// AuditEventOf returns an event as answers show it.
func AuditEventOf(e exchange.Event) AuditEvent {
	return AuditEvent{
		Sequence: e.Sequence, Subject: AuditSubject{Kind: e.Subject.Kind.String(), ID: e.Subject.ID},
		Name: e.Name, At: TimeOf(e.At), Actor: e.Cause.Actor, Reason: e.Cause.Reason, Disclosure: e.Disclosure,
	}
}
