package traces

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"beibu/exchange/trace"
)

// Options say where spans are sent. All but Header and TLS are required.
type Options struct {
	Endpoint string      // the URL that takes traces
	Header   http.Header // of every request, such as a token
	TLS      *tls.Config // or nil, for what the machine trusts
	Ratio    float64     // of the traces that are recorded, above 0 and at most 1
	Version  string      // of the program
	Log      *zap.Logger
}

// The bounds of what waits for the collector. Beyond them, spans are dropped.
const (
	queueSpans = 4096
	batchSpans = 512
	batchWait  = 5 * time.Second
	exportTime = 30 * time.Second
	lastTime   = 3 * time.Second // for what waits when the daemon stops
)

// A Tracer records spans. The nil Tracer records none, and wraps nothing.
type Tracer struct {
	log      *zap.Logger
	provider *sdk.TracerProvider
	spans    api.Tracer
}

// New returns a tracer. It sends nothing yet.
func New(o Options) (*Tracer, error) {
	exporter, err := otlptrace.New(context.Background(), newClient(o))
	if err != nil {
		return nil, fmt.Errorf("make exporter of traces: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("read host name: %w", err)
	}
	provider := sdk.NewTracerProvider(
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "beibud"), attribute.String("service.version", o.Version),
			attribute.String("service.instance.id", rand.Text()), attribute.String("host.name", host),
		)),
		sdk.WithSampler(sampler(o.Ratio)), sdk.WithIDGenerator(ids{}),
		sdk.WithRawSpanLimits(sdk.SpanLimits{AttributeValueLengthLimit: 256, AttributeCountLimit: 16}),
		// Every bound is given, so that no variable of the environment changes it.
		sdk.WithBatcher(&reporting{SpanExporter: exporter, log: o.Log}, sdk.WithMaxQueueSize(queueSpans),
			sdk.WithMaxExportBatchSize(batchSpans), sdk.WithBatchTimeout(batchWait), sdk.WithExportTimeout(exportTime)),
	)
	return &Tracer{log: o.Log, provider: provider, spans: provider.Tracer("beibu")}, nil
}

// Shutdown sends what waits. A collector that is gone delays a stop by a few seconds, and
// is no error of it.
func (t *Tracer) Shutdown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastTime)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		t.log.Warn("last traces were not sent", zap.Error(err))
	}
}

// sampler decides by the id of a trace, so that all daemons decide alike. A caller that
// does not record its trace has ours not recorded either; one that records its own has no
// more of ours recorded than the ratio.
func sampler(ratio float64) sdk.Sampler {
	byID := sdk.TraceIDRatioBased(ratio)
	return sdk.ParentBased(byID, sdk.WithRemoteParentSampled(byID), sdk.WithRemoteParentNotSampled(sdk.NeverSample()))
}

// spanKey is that of the id which a context asks for.
type spanKey struct{}

// ids makes the ids of traces and spans.
type ids struct{}

// NewIDs is sdk.IDGenerator's.
func (g ids) NewIDs(ctx context.Context) (id api.TraceID, span api.SpanID) {
	_, _ = rand.Read(id[:]) // it never fails
	return id, g.NewSpanID(ctx, id)
}

// NewSpanID is sdk.IDGenerator's.
func (ids) NewSpanID(ctx context.Context, _ api.TraceID) (span api.SpanID) {
	if given, ok := ctx.Value(spanKey{}).(api.SpanID); ok {
		return given
	}
	_, _ = rand.Read(span[:])
	return span
}

// below returns a context in which the next span is a child of p.
func below(ctx context.Context, p trace.Parent) context.Context {
	if p.IsZero() {
		return ctx
	}
	c := api.SpanContextConfig{TraceID: p.Trace, SpanID: p.Span, Remote: true}
	if p.Sampled {
		c.TraceFlags = api.FlagsSampled
	}
	return api.ContextWithRemoteSpanContext(ctx, api.NewSpanContext(c))
}

// parentOf returns a span as the parent of what comes next.
func parentOf(s api.Span) trace.Parent {
	c := s.SpanContext()
	return trace.Parent{Trace: c.TraceID(), Span: c.SpanID(), Sampled: c.IsSampled()}
}

// A step is a span that is over.
type step struct {
	name     string
	kind     api.SpanKind
	from, to time.Time
	failed   bool
	said     []attribute.KeyValue
}

// record records a step below a parent. Clocks of two daemons differ: a step does not end
// before it began.
func (t *Tracer) record(ctx context.Context, s step) {
	_, span := t.spans.Start(ctx, s.name, api.WithSpanKind(s.kind), api.WithTimestamp(s.from))
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(s.said...)
	if s.failed {
		span.SetStatus(codes.Error, "")
	}
	if s.to.Before(s.from) {
		s.to = s.from
	}
	span.End(api.WithTimestamp(s.to))
}
