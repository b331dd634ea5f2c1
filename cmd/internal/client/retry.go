package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The waits between two calls, if the daemon asks for none.
const (
	firstWait = 250 * time.Millisecond
	maxWait   = 8 * time.Second
)

// Persist makes a call, and repeats it while that may help: the daemon is away, busy,
// or asks to be called later. It waits for as long as Retry-After says (RFC 9110
// section 10.2.3), and otherwise twice as long each time. It returns the last error if
// the next wait would exceed patience. The call must do no harm if it is made twice.
func Persist[T any](ctx context.Context, patience time.Duration, call func(context.Context) (T, error)) (T, error) {
	var last error // and not the end of ctx, or a wait
	attempt := func() (T, error) {
		value, err := call(ctx)
		if last = err; err == nil || passing(err) {
			return value, after(err, time.Now())
		}
		return value, backoff.Permanent(err)
	}
	value, _ := backoff.Retry(ctx, attempt,
		backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: firstWait, Multiplier: 2, MaxInterval: maxWait}),
		backoff.WithMaxElapsedTime(max(patience, 1))) // 0 would be without end
	return value, last
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

// after returns the error by which backoff waits for as long as the daemon asked for,
// or err if it did not ask.
func after(err error, now time.Time) error {
	if p := ProblemOf(err); p != nil {
		if seconds, err := strconv.Atoi(p.RetryAfter); err == nil && seconds >= 0 {
			return backoff.RetryAfter(min(seconds, 86_400))
		}
		if at, err := http.ParseTime(p.RetryAfter); err == nil {
			return &backoff.RetryAfterError{Duration: max(0, at.Sub(now))}
		}
	}
	return err
}
