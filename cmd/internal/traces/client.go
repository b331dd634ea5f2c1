package traces

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
)

// A client posts spans to a collector, as OTLP 1 says of HTTP with binary protobuf. It
// is an [otlptrace.Client]: the one of OpenTelemetry brings gRPC with it.
type client struct {
	url    string
	header http.Header
	http   *http.Client
}

func newClient(o Options) *client {
	header := o.Header.Clone()
	if header == nil {
		header = make(http.Header)
	}
	header.Set("Content-Type", "application/x-protobuf")
	header.Set("User-Agent", "Beibu")
	return &client{url: o.Endpoint, header: header, http: &http.Client{
		Transport:     &http.Transport{TLSClientConfig: o.TLS, IdleConnTimeout: 90 * time.Second, MaxIdleConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token is for the collector
	}}
}

// Start is otlptrace.Client's.
func (c *client) Start(context.Context) error { return nil }

// Stop is otlptrace.Client's.
func (c *client) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// passing are the statuses after which OTLP has the same spans sent again.
var passing = []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// UploadTraces is otlptrace.Client's. It tries again until ctx ends, unless the collector
// refuses the spans.
func (c *client) UploadTraces(ctx context.Context, spans []*wire.ResourceSpans) error {
	body, err := proto.Marshal(&wire.TracesData{ResourceSpans: spans}) // the same bytes as an ExportTraceServiceRequest
	if err != nil {
		return fmt.Errorf("write spans: %w", err)
	}
	_, err = backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, c.post(ctx, body) }, backoff.WithMaxElapsedTime(0))
	return err
}

// post makes one request.
func (c *client) post(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(err)
	}
	request.Header = c.header
	answer, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10)
	switch {
	case answer.StatusCode/100 == 2:
		return nil
	case !slices.Contains(passing, answer.StatusCode):
		return backoff.Permanent(fmt.Errorf("the collector answered %d", answer.StatusCode))
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		return backoff.RetryAfter(seconds)
	}
	return fmt.Errorf("the collector answered %d", answer.StatusCode)
}

// A reporting exporter logs that spans are not taken, and that they are again. One caller
// at a time exports.
type reporting struct {
	sdk.SpanExporter
	log     *zap.Logger
	failing bool
}

// ExportSpans is sdk.SpanExporter's. A failure is no error to the caller, which could only
// print it.
func (r *reporting) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := r.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err != nil && !r.failing && !errors.Is(err, context.Canceled):
		r.log.Warn("collector takes no traces: dropping spans until it does", zap.Int("spans", len(spans)), zap.Error(err))
	case err == nil && r.failing:
		r.log.Info("collector takes traces again")
	}
	r.failing = err != nil
	return nil
}
