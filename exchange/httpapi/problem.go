package httpapi

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"beibu/exchange"
)

// Problem is the body of every answer that is not what was asked for
// (RFC 9457). Programs match its code, which never changes its meaning.
type Problem struct {
	Type      string   `json:"type"` // "urn:beibu:problem:" and the code
	Title     string   `json:"title"`
	Status    int      `json:"status"`
	Detail    string   `json:"detail,omitempty"`
	Instance  string   `json:"instance"` // "urn:beibu:request:" and the request id
	Code      string   `json:"code"`
	Faults    []Fault  `json:"faults,omitempty"`        // what is wrong with the document, see maxFaults
	Omitted   int      `json:"faultsOmitted,omitempty"` // how many more there are
	Retryable bool     `json:"retryable"`               // sending the same again may succeed
	RequestID string   `json:"requestId"`               // for whoever is asked for help
	Earlier   *Earlier `json:"earlier,omitempty"`       // in a conflict: the exchange that has the document number
}

// Earlier names the exchange that has a document number.
type Earlier struct {
	ExchangeID   string    `json:"exchangeId"`
	DigestSHA256 string    `json:"digestSHA256"`
	AcceptedAt   time.Time `json:"acceptedAt"`
}

// The faults in one answer. A document with more is beyond mending one by one,
// and what a stranger wrote must not make an answer that is larger than it.
const (
	maxFaults     = 500
	maxFaultBytes = 1<<20 - 4<<10 // as JSON; the rest of an answer takes less than 4 KiB
)

// few returns the first faults, never null, and how many are left out, with
// those that were left out before.
func few(faults exchange.Faults, more int) (shown []Fault, omitted int) {
	n, bytes := 0, 0
	for ; n < min(len(faults), maxFaults); n++ {
		one, err := json.Marshal(faults[n])
		bytes += len(one) + len(",")
		if err != nil || bytes > maxFaultBytes {
			break
		}
	}
	return list([]Fault(faults[:n])), more + len(faults) - n
}

// A manner says how a kind of failure is told.
type manner struct {
	status    int
	title     string
	code      string // where the failure has none of its own
	retryable bool
	hidden    bool // the cause is ours, and not shown
	wait      int  // seconds before the same is sent again; 0 where nothing is said
}

// mannerOf is the one table from kinds of failure to answers.
func mannerOf(kind exchange.Kind) manner {
	switch kind {
	case exchange.Malformed:
		return manner{status: http.StatusBadRequest, title: "The document is not XML that the exchange accepts", code: "malformed"}
	case exchange.Invalid:
		return manner{status: http.StatusUnprocessableEntity, title: "Breaks a schema or a rule", code: "invalid"}
	case exchange.Untrusted:
		return manner{status: http.StatusUnprocessableEntity, title: "The sender's signature does not count", code: "untrusted"}
	case exchange.Conflict:
		return manner{status: http.StatusConflict, title: "Another document has this number", code: "conflict"}
	case exchange.Unroutable:
		return manner{status: http.StatusUnprocessableEntity, title: "No party takes this document", code: "unroutable"}
	case exchange.Forbidden:
		return manner{status: http.StatusForbidden, title: "Not allowed", code: "forbidden"}
	case exchange.NotFound:
		return manner{status: http.StatusNotFound, title: "Not found", code: "not-found"}
	case exchange.Stale:
		return manner{status: http.StatusConflict, title: "Changed since you looked", code: "stale"}
	case exchange.Unavailable:
		return manner{
			status: http.StatusServiceUnavailable, title: "Not available now: nothing was done, send again",
			code: "unavailable", retryable: true, hidden: true, wait: retryAfter,
		}
	case exchange.InFlight:
		return manner{
			status: http.StatusConflict, title: "A document with this number is on its way in: send again in a moment",
			code: "in-flight", retryable: true, wait: inFlightAfter,
		}
	case exchange.Internal:
	}
	return manner{
		status: http.StatusInternalServerError, title: "A failure of the exchange: nothing was promised",
		code: "internal", retryable: true, hidden: true,
	}
}

// A refusal is what the door itself says no to.
type refusal struct {
	status     int
	code       string
	title      string
	detail     string
	retryAfter int // seconds; 0 where sending the same again is of no use
	cause      error
}

// Error says what was refused, for the log.
func (r *refusal) Error() string {
	if r.cause != nil {
		return r.code + ": " + r.cause.Error()
	}
	return r.code
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.cause }

// because adds the detail to a refusal.
func (r refusal) because(detail string) *refusal {
	r.detail = detail
	return &r
}

// after says in how many seconds the same may be sent again.
func (r refusal) after(seconds int) *refusal {
	r.retryAfter = seconds
	return &r
}

// What the door refuses.
var (
	errNoCredentials = &refusal{
		status: http.StatusUnauthorized, code: "credentials-missing", title: "Who is calling?",
		detail: "send an API key as a bearer token, or a client certificate",
	}
	errWrongCredentials = &refusal{
		status: http.StatusUnauthorized, code: "credentials-unknown", title: "Unknown credentials",
		detail: "the API key or client certificate is not known here",
	}
	errForbidden = &refusal{
		status: http.StatusForbidden, code: "forbidden", title: "Not allowed",
	}
	errSuspended = &refusal{
		status: http.StatusForbidden, code: exchange.CodeSuspended, title: "The party is suspended",
		detail: "an operator of the exchange has suspended this party",
	}
	errByTopic = &refusal{
		status: http.StatusForbidden, code: "delivered-by-topic", title: "Deliveries go to a topic",
		detail: "the party takes its deliveries from a topic in Kafka, and has no mailbox beside it",
	}
	errParameter = &refusal{
		status: http.StatusBadRequest, code: "parameter", title: "A parameter cannot be understood",
	}
	errOddNumber = &refusal{
		status: http.StatusBadRequest, code: exchange.CodeOddNumber, title: "A document number holds a character that none may hold",
	}
	errBody = &refusal{
		status: http.StatusBadRequest, code: "body", title: "The body cannot be understood",
	}
	errTooLarge = &refusal{
		status: http.StatusRequestEntityTooLarge, code: "too-large", title: "The body is too large",
	}
	errMediaType = &refusal{
		status: http.StatusUnsupportedMediaType, code: "media-type", title: "The body has the wrong type",
	}
	errNoRoute = &refusal{
		status: http.StatusNotFound, code: "not-found", title: "Not found", detail: "there is nothing at this address",
	}
	errMethod = &refusal{
		status: http.StatusMethodNotAllowed, code: "method", title: "The method is not allowed here",
	}
	errSlow = &refusal{
		status: http.StatusRequestTimeout, code: "slow", title: "The body came too slowly", retryAfter: 1,
	}
	errBusy = &refusal{
		status: http.StatusServiceUnavailable, code: "busy", title: "Too much at once: nothing was done, send again", retryAfter: 1,
		detail: "as many documents are worked on as may be at once",
	}
	errMemory = &refusal{
		status: http.StatusServiceUnavailable, code: "memory-full", title: "Too much at once: nothing was done, send again", retryAfter: 1,
		detail: "the documents that are worked on take all the memory that is set aside for them",
	}
	errQuota = &refusal{
		status: http.StatusTooManyRequests, code: "quota-exceeded", title: "The party's quota is used up: nothing was done, send again later",
	}
	errShare = &refusal{
		status: http.StatusServiceUnavailable, code: "share-used", title: "Too much at once: nothing was done, send again", retryAfter: 1,
		detail: "the party has its share of what may be worked on at once; what is left is for the others",
	}
)

// retryAfter is how long, in seconds, a caller is asked to wait when something
// that the exchange stands on is down.
const retryAfter = 2

// inFlightAfter is the same where another request is at work on the number. It
// is answered within milliseconds; where its node has died, the claim lapses.
const inFlightAfter = 1

// problemOf turns a failure into what the caller is told of it, and into how
// many seconds it should wait before it sends the same again, or 0.
func problemOf(err error, requestID string) (p Problem, wait int) {
	if r, ok := errors.AsType[*refusal](err); ok {
		p = Problem{Status: r.status, Title: r.title, Detail: r.detail, Code: r.code, Retryable: r.retryAfter > 0}
		wait = r.retryAfter
	} else {
		p, wait = domainProblem(err)
	}
	p.Type = "urn:beibu:problem:" + p.Code
	p.Instance = "urn:beibu:request:" + requestID
	p.RequestID = requestID
	return p, wait
}

// domainProblem tells a failure of the domain. A call that ran out of time
// promised nothing, whatever it was doing.
func domainProblem(err error) (p Problem, wait int) {
	kind := exchange.KindOf(err)
	if kind == exchange.Internal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		kind = exchange.Unavailable
	}
	how := mannerOf(kind)
	p = Problem{Status: how.status, Title: how.title, Code: how.code, Retryable: how.retryable}
	failure, ok := errors.AsType[*exchange.Error](err)
	if !ok || how.hidden {
		return p, how.wait
	}
	p.Code = cmp.Or(failure.Code, how.code)
	if len(failure.Faults) > 0 {
		p.Faults, p.Omitted = few(failure.Faults, failure.More)
		p.Detail = failure.Faults[0].Message.EN
	}
	if failure.Err != nil {
		p.Detail = failure.Err.Error()
	}
	if e := failure.Earlier; e != nil && kind == exchange.Conflict {
		p.Earlier = &Earlier{
			ExchangeID: e.ID.String(), DigestSHA256: hex.EncodeToString(e.Digest[:]), AcceptedAt: e.AcceptedAt.UTC(),
		}
	}
	return p, how.wait
}

// encodeProblem writes a problem, and mends its status where it cannot.
func encodeProblem(p *Problem) []byte {
	body, err := json.Marshal(p)
	if err != nil { // a time beyond the year 9999, and no more
		body = []byte(`{"type":"urn:beibu:problem:internal","status":500,"code":"internal"}`)
		p.Status = http.StatusInternalServerError
	}
	return body
}

// problem answers with a problem and the body that says it.
func (c *call) problem(p Problem, body []byte, wait int) {
	h := c.Header()
	h.Set("Content-Type", mediaProblem)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if wait > 0 {
		h.Set("Retry-After", strconv.Itoa(wait))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="beibu"`) // RFC 6750 section 3
	}
	c.WriteHeader(p.Status)
	c.send(body)
}
