package webhook

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/egress"
)

// The classes of failures without an answer.
const (
	classDNS         = "dns"
	classAddress     = "address-refused"
	classCertificate = exchange.CodePushCertificate
	classTLS         = "tls"
	classTimeout     = "timeout"
	classConnect     = "connect"
	classConnection  = "connection"
)

// classes says in words what the classes are.
var classes = map[string]string{
	classDNS: "the name does not resolve", classAddress: "the address is not allowed",
	classCertificate: "a certificate is not trusted", classTLS: "the TLS handshake failed", classTimeout: "no answer in time",
	classConnect: "no connection", classConnection: "the connection ended before the answer",
}

// maxAfter bounds how long a receiver may ask to be left alone.
const maxAfter = 24 * time.Hour

// A Refusal is the body by which a receiver refuses a document for good, with status 422
// and the content type application/json: a code of its own, and a reason for people.
type Refusal struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// result is what came of one request.
type result struct {
	began   time.Time
	url     string
	request http.Header
	sent    int // bytes
	took    time.Duration
	status  int // 0 if there was no answer
	header  http.Header
	body    []byte // the beginning
	tls     *tls.ConnectionState
	err     error // if status is 0
}

func (r result) failed(err error) result {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // without the address, which may hold a token
	}
	r.took, r.err = time.Since(r.began), err
	return r
}

// class names what came of it: http- and a status, or a class of failure.
func (r result) class() string {
	if r.err == nil {
		return "http-" + strconv.Itoa(r.status)
	}
	op, isOp := errors.AsType[*net.OpError](r.err)
	_, isDNS := errors.AsType[*net.DNSError](r.err)
	_, isVerification := errors.AsType[*tls.CertificateVerificationError](r.err)
	_, isRecord := errors.AsType[tls.RecordHeaderError](r.err)
	timeout, isNet := errors.AsType[net.Error](r.err)
	switch {
	case isDNS:
		return classDNS
	case errors.Is(r.err, egress.ErrAddress):
		return classAddress
	case isVerification, isOp && op.Op == "remote error" && refusesCertificate(op.Err):
		return classCertificate
	case errors.Is(r.err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return classTimeout
	case isRecord, isOp && (op.Op == "remote error" || op.Op == "local error"):
		return classTLS
	case isOp && op.Op == "dial":
		return classConnect
	}
	return classConnection
}

// refusals are the TLS alerts by which a server refuses the certificate of a client
// (RFC 8446 section 6.2).
var refusals = []tls.AlertError{42, 43, 44, 45, 46, 48, 116}

// refusesCertificate reports whether an alert is one of refusals. The type of an alert
// is not exported, so that its words are compared.
func refusesCertificate(alert error) bool {
	return slices.ContainsFunc(refusals, func(one tls.AlertError) bool { return one.Error() == alert.Error() })
}

// attempt returns the line that the timeline shows: what was sent, what came back, and
// nothing of what either says. That is in what said returns, and the courier masks it.
func (r result) attempt() exchange.Cause {
	words := r.answered()
	if r.err != nil {
		words = classes[r.class()]
	}
	return exchange.Cause{Code: r.class(), Reason: fmt.Sprintf("POST of %d bytes: %s, after %d ms", r.sent, words, r.took.Milliseconds())}
}

// answered describes an answer.
func (r result) answered() string {
	words := "answered " + strconv.Itoa(r.status)
	if kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type")); err == nil && len(kind) <= maxKind {
		words += " " + kind
	}
	switch {
	case len(r.body) == answerBody:
		words += fmt.Sprintf(" of %d bytes or more", answerBody)
	case len(r.body) > 0:
		words += fmt.Sprintf(" of %d bytes", len(r.body))
	}
	if wait := retryAfter(r.header, r.began); wait > 0 {
		words += ", asking to wait " + wait.Round(time.Second).String()
	}
	return words
}

// maxKind bounds the media type of an answer that is shown, in bytes.
const maxKind = 60

// ofTheDocument are the statuses that are about the document: the receiver is there, and
// may take others.
var ofTheDocument = []int{
	http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
	http.StatusUnprocessableEntity, http.StatusInternalServerError,
}

// outcome returns what became of the parcel, and the failure of the receiver, if it is
// the receiver that failed.
func (r result) outcome() (courier.Outcome, error) {
	o := courier.Outcome{Attempt: r.attempt(), Said: r.said()}
	failure := &courier.Error{Err: r.err, After: retryAfter(r.header, r.began)}
	if r.err == nil {
		failure.Err = fmt.Errorf("the receiver answered %d", r.status)
	} else if class := r.class(); class == classConnection {
		failure.Err = errors.New(classes[class]) // the error may quote what came, and is logged
	}
	refusal, refuses := r.refusal()
	switch {
	case r.err == nil && r.status/100 == 2:
		o.State = exchange.ContentHandover
		return o, nil
	case refuses:
		o.State, o.Cause = exchange.ConsignmentRejection, refusal
		return o, nil
	case r.status == http.StatusGone:
		o.State, o.Cause = exchange.ConsignmentRejection, exchange.Cause{Code: exchange.CodePushGone, Reason: "the receiver's address is gone (410)"}
	case r.class() == classCertificate:
		o.State, o.Cause = exchange.ContentHandoverFailure, exchange.Cause{Code: exchange.CodePushCertificate, Reason: "the receiver's certificate is not trusted, or ours is not"}
	case r.err == nil && slices.Contains(ofTheDocument, r.status):
		o.Failure = failure
		return o, nil
	}
	failure.Refused = r.err == nil && r.status/100 == 4 && r.status != http.StatusTooManyRequests && r.status != http.StatusRequestTimeout ||
		o.State != ""
	return o, failure
}

// refusal returns why the receiver refuses the document for good, if it does: what it
// could have said in an acknowledgement.
func (r result) refusal() (exchange.Cause, bool) {
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	if err != nil || r.status != http.StatusUnprocessableEntity || kind != "application/json" {
		return exchange.Cause{}, false
	}
	var said Refusal
	if json.Unmarshal(r.body, &said) != nil {
		return exchange.Cause{}, false
	}
	if (exchange.Ack{Code: said.Code, Reason: said.Reason}).Check() != nil {
		return exchange.Cause{}, false
	}
	return exchange.Cause{Code: said.Code, Reason: said.Reason}, true
}

// retryAfter returns for how long the receiver asks to be left alone (RFC 9110 section
// 10.2.3), up to a bound.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Duration(min(max(seconds, 0), int64(maxAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxAfter)
}
