package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange/answer"
)

// answered returns a problem with a status and a Retry-After header.
func answered(status int, retryAfter string) error {
	return fmt.Errorf("call: %w", &Problem{Problem: answer.Problem{Status: status, Code: "x"}, RetryAfter: retryAfter})
}

var away = &Unanswered{Server: "s", Err: errors.New("connection refused")}

func TestPersist(t *testing.T) {
	tests := map[string]struct {
		failures []error // one a call; then it succeeds
		calls    int
		took     time.Duration
		fails    bool
	}{
		"at once":                    {nil, 1, 0, false},
		"away, each wait doubled":    {[]error{away, away, away}, 4, 1750 * time.Millisecond, false},
		"busy, as long as asked":     {[]error{answered(503, "3"), answered(429, "2")}, 3, 5 * time.Second, false},
		"until a date":               {[]error{answered(503, "Sat, 01 Jan 2000 00:00:07 GMT")}, 2, 7 * time.Second, false},
		"a date that is over":        {[]error{answered(503, "Sat, 01 Jan 1994 00:00:07 GMT")}, 2, 0, false},
		"a header that says nothing": {[]error{answered(503, "soon")}, 2, firstWait, false},
		"longer than patience lasts": {[]error{answered(503, "121")}, 1, 0, true},
		"refused":                    {[]error{answered(422, "")}, 1, 0, true},
		"a proxy without a server":   {[]error{answered(502, "")}, 2, firstWait, false},
		"another certificate":        {[]error{&Unanswered{Err: &tls.CertificateVerificationError{}}}, 1, 0, true},
		"no certificate of ours":     {[]error{&Unanswered{Err: tls.AlertError(116)}}, 1, 0, true},
		"no such host":               {[]error{&Unanswered{Err: &net.DNSError{IsNotFound: true}}}, 1, 0, true},
		"no TLS there":               {[]error{&Unanswered{Err: http.ErrSchemeMismatch}}, 1, 0, true},
		"of our own":                 {[]error{errors.New("x")}, 1, 0, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started, calls := time.Now(), 0
				_, err := Persist(t.Context(), 2*time.Minute, func(context.Context) (int, error) {
					calls++
					if calls <= len(test.failures) {
						return 0, test.failures[calls-1]
					}
					return 1, nil
				})
				if took := time.Since(started); calls != test.calls || took != test.took || (err != nil) != test.fails {
					t.Errorf("%d calls in %s: %v", calls, took, err)
				}
			})
		})
	}
}

// A daemon that stays away is given up with the last error, within patience.
func TestPersistGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		_, err := Persist(t.Context(), time.Minute, func(context.Context) (int, error) { return 0, away })
		if took := time.Since(started); took > time.Minute || took < 50*time.Second || !errors.Is(err, away) {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// Whoever is interrupted waits no longer.
func TestPersistInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		started := time.Now()
		_, err := Persist(ctx, time.Minute, func(context.Context) (int, error) { return 0, answered(503, "30") })
		if took := time.Since(started); took != time.Second || err == nil {
			t.Errorf("after %s: %v", took, err)
		}
	})
}
