package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"beibu/exchange/egress"
	"beibu/exchange/operator/alert"
)

// A Form is how notices are written.
type Form string

// The forms.
const (
	Alertmanager Form = "alertmanager" // that of its API, version 2
	Plain        Form = "plain"
)

// DefaultTimeout is that of [Options].
const DefaultTimeout = 10 * time.Second

// Options says how to send to one address.
type Options struct {
	URL          string // https, or http to a private address
	Form         Form
	Token        string // shown as a bearer token, or ""
	TLS          *tls.Config
	Timeout      time.Duration
	AllowPrivate bool // the address may be of a private network

	dial func(ctx context.Context, network, address string) (net.Conn, error) // of tests
}

// An Address is an [alert.Sink]. It is safe for concurrent use.
type Address struct {
	options Options
	client  *http.Client
}

var _ alert.Sink = (*Address)(nil)

// New returns the address. Close releases its connections.
func New(o Options) *Address {
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	if o.dial == nil {
		to, err := url.Parse(o.URL)
		policy := egress.Policy{AllowPrivate: o.AllowPrivate, OnlyPrivate: err != nil || to.Scheme != "https"}
		o.dial = (&net.Dialer{Control: policy.Control}).DialContext
	}
	return &Address{options: o, client: &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{
			DialContext: o.dial, TLSClientConfig: o.TLS, TLSHandshakeTimeout: o.Timeout, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 1,
			MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes the connections that are idle.
func (a *Address) Close() { a.client.CloseIdleConnections() }

// Refreshes is alert.Sink's: Alertmanager forgets alerts that are not sent again.
func (a *Address) Refreshes() bool { return a.options.Form == Alertmanager }

// Send is alert.Sink's.
func (a *Address) Send(ctx context.Context, now time.Time, notices []alert.Notice) error {
	var body any = plainOf(notices)
	if a.options.Form == Alertmanager {
		body = alertmanagerOf(now, notices)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write notices: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.options.URL, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("send notices: %w", hideURL(err))
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Beibu")
	if a.options.Token != "" {
		request.Header.Set("Authorization", "Bearer "+a.options.Token)
	}
	answer, err := a.client.Do(request)
	if err != nil {
		return fmt.Errorf("send notices: %w", hideURL(err))
	}
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10)) // so that the connection can be used again
	err = errors.Join(err, answer.Body.Close())
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("send notices: the address answered %d", answer.StatusCode)
	}
	if err != nil {
		return fmt.Errorf("send notices: %w", err)
	}
	return nil
}

// hideURL returns the error without the address, which may hold a token.
func hideURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// CheckURL returns why nothing can be sent to an address, or nil.
func CheckURL(text string, allowPrivate bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("it is no URL")
	case u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("it must begin with https:// or http:// and a host")
	case u.Scheme == "http" && !allowPrivate:
		return errors.New("http:// is for addresses of a private network alone, with allowPrivate: true")
	case u.User != nil:
		return errors.New("it must hold no password: secretFile has the token")
	}
	return nil
}
