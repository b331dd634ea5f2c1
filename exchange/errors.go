package exchange

import (
	"errors"
	"fmt"
	"time"

	"beibu/exchange/lookup"
	"beibu/exchange/proof"
)

// A Kind classes a failure by what the caller can do about it. Each interface (HTTP
// status, exit code, metric label) has one table of kinds.
type Kind uint8

// The kinds of failure.
const (
	Internal        Kind = iota // a fault of ours: logged in full, shown without detail
	Malformed                   // not the XML that the exchange accepts: correct and send again
	Invalid                     // breaks a schema or a business rule: correct and send again
	Untrusted                   // signature absent, broken, unwanted or by a key that does not count
	Conflict                    // another content has this document number
	Unroutable                  // no party takes this document
	Forbidden                   // the caller may not do or see this
	NotFound                    // there is no such thing, or none that the caller may see
	Stale                       // the thing changed since the caller looked
	Unavailable                 // whether it was done is unknown: the same may be sent again
	InFlight                    // a document with this number is on its way in: send again in a moment
	BadRequest                  // the request, not the document in it, cannot be understood
	Unauthenticated             // the caller is not known
	TooLarge                    // beyond a limit on size
	OverQuota                   // the party has used up its quota: nothing was done, send again later
	Overloaded                  // too much at once: nothing was done, send again in a moment
	kinds                       // the number of kinds
)

// String returns the kind as metrics and logs name it.
func (k Kind) String() string {
	return [kinds]string{
		"internal", "malformed", "invalid", "untrusted", "conflict", "unroutable",
		"forbidden", "not-found", "stale", "unavailable", "in-flight",
		"bad-request", "unauthenticated", "too-large", "over-quota", "overloaded",
	}[k]
}

// Kinds returns every kind, so that a table can be tested for a row each.
func Kinds() []Kind {
	all := make([]Kind, 0, kinds)
	for k := range kinds {
		all = append(all, k)
	}
	return all
}

// An Error is a failure of the domain.
type Error struct {
	Op         string         // the operation that failed: "route document"
	Kind       Kind           // what the caller can do about it
	Code       string         // stable, for programs; "" if the kind says it all
	Faults     Faults         // the faults of the document, if it is the reason
	More       int            // faults that were found beyond those
	Identity   proof.Identity // of the document, as far as it is known
	Keys       lookup.Keys    // that a document of a known kind is found by, if it is refused
	Earlier    *Exchange      // the exchange that has the document number, in a conflict
	Holder     string         // the attempt that has claimed the document number, if Kind is InFlight
	RetryAfter time.Duration  // when the same may be sent again; 0 means as Kind says
	Err        error          // the cause, or nil; shown outside only if Kind is not Internal or Unavailable
}

// Error returns the operation and its cause.
func (e *Error) Error() string {
	switch {
	case e.Err != nil:
		return e.Op + ": " + e.Err.Error()
	case len(e.Faults) > 0:
		return fmt.Sprintf("%s: %s (%d faults)", e.Op, e.Faults[0].Message.EN, len(e.Faults)+e.More)
	}
	return e.Op + ": " + e.Kind.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Text returns the text of the failure for people: its cause, or else the first
// fault. A cause that is no Reason has no Chinese.
func (e *Error) Text() Text {
	if reason, ok := errors.AsType[Reason](e.Err); ok {
		return Text(reason)
	}
	if e.Err != nil {
		return Text{EN: e.Err.Error()}
	}
	if len(e.Faults) > 0 {
		return e.Faults[0].Message
	}
	return Text{}
}

// A Reason is a cause that people read, in the two languages of the exchange.
type Reason Text

// Because returns a Reason. Both formats take the same arguments in the same
// order, or by their index.
func Because(en, zh string, args ...any) Reason {
	return Reason{EN: fmt.Sprintf(en, args...), ZH: fmt.Sprintf(zh, args...)}
}

// Error returns the reason in English.
func (r Reason) Error() string { return r.EN }

// KindOf returns the kind of the first Error in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
