package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/egress"
	"beibu/exchange/trace"
)

// The defaults of [Options].
const (
	DefaultTimeout     = 15 * time.Second
	DefaultConcurrency = 1
)

// The bounds of [Options].
const (
	MaxTimeout     = time.Minute
	MaxConcurrency = courier.BatchCount
)

// DefaultSteps are the waits after failures that Standard Webhooks 1.0.0 recommends.
func DefaultSteps() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Options says how to push to one receiver.
type Options struct {
	URL          string      // https
	Keys         []Key       // one signature each; at least one
	TLS          *tls.Config // our certificate and the receiver's authorities; or nil
	Timeout      time.Duration
	Concurrency  int           // documents at a time; those of one number come one after the other
	MaxBody      int           // bytes of an envelope that the receiver takes; 0 means any
	AllowPrivate bool          // the receiver may have an address that is not public
	Resolver     *net.Resolver // or nil for the system's

	dial func(ctx context.Context, network, address string) (net.Conn, error) // of tests
}

// A Carrier is a [courier.Carrier] to the address of one receiver.
type Carrier struct {
	options Options
	client  *http.Client
}

// The bounds of an answer, in bytes.
const (
	answerHeader = 16 << 10
	answerBody   = 4 << 10
)

// New returns the carrier to an address. Close releases its connections.
func New(o Options) *Carrier {
	o.Timeout, o.Concurrency = cmp.Or(o.Timeout, DefaultTimeout), cmp.Or(o.Concurrency, DefaultConcurrency)
	if o.dial == nil {
		o.dial = (&net.Dialer{Resolver: o.Resolver, Control: egress.Policy{AllowPrivate: o.AllowPrivate}.Control}).DialContext
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		settings = o.TLS.Clone()
	}
	return &Carrier{options: o, client: &http.Client{
		// Without Proxy: none of the environment. By HTTP/1.1, which shows why the receiver
		// refuses our certificate: HTTP/2 hides the alert that comes after the handshake.
		Transport: &http.Transport{
			DialContext: o.dial, TLSClientConfig: settings, TLSHandshakeTimeout: o.Timeout,
			MaxConnsPerHost: o.Concurrency, MaxIdleConnsPerHost: o.Concurrency, IdleConnTimeout: 90 * time.Second,
			MaxResponseHeaderBytes: answerHeader, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes the connections that are idle.
func (c *Carrier) Close() { c.client.CloseIdleConnections() }

// Receiver returns what a courier needs to push to a party.
func (c *Carrier) Receiver(party string, acknowledges bool) courier.Receiver {
	return courier.Receiver{
		Party: party, Carrier: c, Acknowledges: acknowledges, Together: c.options.Concurrency,
		Within: c.options.Timeout + 5*time.Second, // the timeout of each POST comes first
	}
}

// Carry is courier.Carrier's. It pushes as many as go together at the same time. The next
// call is for the others. Its error is a [courier.Error].
func (c *Carrier) Carry(ctx context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	parcels = parcels[:min(len(parcels), c.options.Concurrency)]
	outcomes, failures := make([]courier.Outcome, len(parcels)), make([]error, len(parcels))
	var all sync.WaitGroup
	for i, p := range parcels {
		all.Go(func() { outcomes[i], failures[i] = c.push(ctx, p) })
	}
	all.Wait()
	return outcomes, longest(failures)
}

// longest returns the failure after which the receiver wants to be left alone for the
// longest time, or nil.
func longest(failures []error) error {
	var worst error
	var after time.Duration = -1
	for _, err := range failures {
		if said, ok := errors.AsType[*courier.Error](err); ok && said.After > after {
			worst, after = err, said.After
		}
	}
	return worst
}

// push pushes one parcel.
func (c *Carrier) push(ctx context.Context, p courier.Parcel) (courier.Outcome, error) {
	if most := c.options.MaxBody; most > 0 && len(p.Envelope) > most {
		return courier.Outcome{State: exchange.ContentHandoverFailure, Cause: exchange.Cause{
			Code: exchange.CodePushTooLarge, Reason: fmt.Sprintf("the envelope has %d bytes, and the receiver takes %d", len(p.Envelope), most),
		}}, nil
	}
	x := p.Exchange
	header := http.Header{"Content-Type": {"application/xml"}}
	for name, value := range map[string]string{
		"Beibu-Exchange": x.ID.String(), "Beibu-Sender": url.PathEscape(x.Identity.Sender), "Beibu-Kind": url.PathEscape(x.Identity.Kind),
		"Beibu-Number": url.PathEscape(x.Identity.Number), "Beibu-Version": url.PathEscape(x.Identity.Version),
		"Beibu-Digest": "sha-256=" + hex.EncodeToString(x.Digest[:]), "Beibu-Attempt": strconv.Itoa(x.Deliveries[0].Attempt),
		trace.Header: p.Traceparent().String(),
	} {
		header.Set(name, value)
	}
	if x.Express {
		header.Set("Beibu-Express", "true")
	}
	if ids := x.AnswerTo(); len(ids) > 0 {
		header.Set("Beibu-Answer-To", strings.Join(ids, " "))
	}
	return c.post(ctx, IDOf(x.Deliveries[0]), header, p.Envelope).outcome()
}

// IDOf returns the webhook-id of an attempt to deliver.
func IDOf(d exchange.Delivery) string { return d.Exchange.String() + "-" + strconv.Itoa(d.Attempt) }

// post makes one signed request and reads the beginning of its answer.
func (c *Carrier) post(ctx context.Context, id string, header http.Header, body []byte) result {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	r := result{began: time.Now(), sent: len(body), url: c.options.URL, request: header}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL, bytes.NewReader(body))
	if err != nil {
		return r.failed(err)
	}
	header.Set("User-Agent", "Beibu")
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", strconv.FormatInt(r.began.Unix(), 10))
	header.Set("Webhook-Signature", signatures(c.options.Keys, id, r.began, body))
	request.Header = header
	answer, err := c.client.Do(request)
	if err != nil {
		return r.failed(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	r.body, err = io.ReadAll(io.LimitReader(answer.Body, answerBody))
	if err != nil {
		return r.failed(err)
	}
	r.took, r.status, r.header, r.tls = time.Since(r.began), answer.StatusCode, answer.Header, answer.TLS
	return r
}

// CheckURL returns why nothing can be pushed to an address, or nil.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("it is no URL")
	case u.Scheme != "https" || u.Hostname() == "":
		return errors.New("it must begin with https:// and a host")
	case u.User != nil:
		return errors.New("it must hold no password: a client certificate says who pushes")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return errors.New("it must hold no fragment")
	}
	return nil
}
