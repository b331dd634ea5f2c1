package timestamps

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// An Authority answers queries over HTTP (RFC 3161 §3.4).
type Authority struct {
	url    string
	client *http.Client
}

// NewAuthority returns the authority at an address. A query ends after timeout. The
// settings in secure are used if the address is https; if they are nil, those of the
// machine are used.
func NewAuthority(url string, timeout time.Duration, secure *tls.Config) *Authority {
	return newAuthority(url, timeout, &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure, IdleConnTimeout: time.Minute, MaxIdleConns: 1,
		TLSHandshakeTimeout: timeout, MaxResponseHeaderBytes: largestHeaders,
	})
}

func newAuthority(url string, timeout time.Duration, transport http.RoundTripper) *Authority {
	return &Authority{url: url, client: &http.Client{
		Timeout: timeout, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// errDown is the error if the authority gave no answer.
var errDown = errors.New("the time-stamping authority cannot be reached")

// The most that is read of an answer, in bytes.
const (
	largestAnswer  = 64 << 10
	largestHeaders = 16 << 10
)

// Ask sends a query and returns the answer, which may be a refusal.
func (a *Authority) Ask(ctx context.Context, query []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(query))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDown, err)
	}
	request.Header.Set("Content-Type", "application/timestamp-query")
	request.Header.Set("Accept", "application/timestamp-reply")
	response, err := a.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDown, err)
	}
	said, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	err = errors.Join(err, response.Body.Close())
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errDown, err)
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: it answered %s", errDown, response.Status)
	case len(said) > largestAnswer:
		return nil, fmt.Errorf("%w: its answer is larger than %d bytes", errDown, largestAnswer)
	}
	return said, nil
}
