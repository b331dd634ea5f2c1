package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

// The waits between two calls, if the daemon asks for none.
const (
	firstWait = 250 * time.Millisecond
	maxWait   = 8 * time.Second
)

// Persist makes a call, and makes it again while that may help: the daemon is
// away, busy, or asks to be called later. It waits as long as Retry-After says
// (RFC 9110 section 10.2.3), else twice as long each time, and gives up with
// the last error once patience would be over. Only calls that do no harm when
// they are made twice may be made so.
func Persist[T any](ctx context.Context, patience time.Duration, call func(context.Context) (T, error)) (T, error) {
	end := time.Now().Add(patience)
	for attempt := 0; ; attempt++ {
		value, err := call(ctx)
		if err == nil || !passing(err) || ctx.Err() != nil {
			return value, err
		}
		now := time.Now()
		wait := waitAfter(err, attempt, now)
		if now.Add(wait).After(end) {
			return value, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return value, err
		case <-timer.C:
		}
	}
}

// passing reports whether a failure may pass by itself.
func passing(err error) bool {
	if p := ProblemOf(err); p != nil {
		switch p.Status {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return p.Retryable
	}
	if misconfigured(err) {
		return false
	}
	_, away := errors.AsType[*Unanswered](err) // refused, reset, cut off
	return away
}

// misconfigured reports whether both ends have to be set up in another way before
// they can speak: TLS, or the name of the server.
func misconfigured(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	dns, named := errors.AsType[*net.DNSError](err)
	return certificate || alert || record || named && dns.IsNotFound || errors.Is(err, http.ErrSchemeMismatch)
}

// waitAfter returns how long to wait after a failure.
func waitAfter(err error, attempt int, now time.Time) time.Duration {
	if p := ProblemOf(err); p != nil {
		if seconds, err := strconv.Atoi(p.RetryAfter); err == nil && seconds >= 0 {
			return time.Duration(min(seconds, 86_400)) * time.Second
		}
		if at, err := http.ParseTime(p.RetryAfter); err == nil {
			return max(0, at.Sub(now))
		}
	}
	return min(firstWait<<min(attempt, 10), maxWait)
}
