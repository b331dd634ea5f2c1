package traces_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/traces"
	"beibu/cmd/internal/traces/tracestest"
	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/proof"
	"beibu/exchange/trace"
	"beibu/queue"
)

const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// newTracer returns a tracer and a function that returns what it has sent in the end.
func newTracer(t *testing.T, c *tracestest.Collector, ratio float64) (*traces.Tracer, func() []tracestest.Span) {
	t.Helper()
	tracer, err := traces.New(traces.Options{
		Endpoint: c.URL, Header: http.Header{"Authorization": {"Bearer token"}}, Ratio: ratio, Version: "v1", Log: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tracer, func() []tracestest.Span {
		tracer.Shutdown(t.Context())
		return c.Spans()
	}
}

// An opened exchange is one of the sender's trace.
func opened(of trace.Parent) exchange.Exchange {
	return exchange.Exchange{
		ID: uuid.UUID{0xd0, 15: 1}, Identity: proof.Identity{Sender: "qinzhou-customs", Kind: "ata-carnet", Number: "secret number"},
		AcceptedAt: time.Unix(100, 0), Trace: of, State: exchange.SubmissionAcceptance,
		Deliveries: []exchange.Delivery{{Exchange: uuid.UUID{0xd0, 15: 1}, Receiver: "window-vn", Attempt: 1, ConsignedAt: time.Unix(101, 0)}},
	}
}

type admitter struct{ queue.Admitter }

func (admitter) Admit(context.Context, queue.Submission) (queue.Entry, error) {
	return queue.Entry{}, nil
}

type steps struct{ consigned, recorded int }

func (s *steps) Consigned(x []exchange.Exchange, _ []exchange.Event) { s.consigned += len(x) }
func (s *steps) Recorded(_ context.Context, events []exchange.Event) { s.recorded += len(events) }
func (s *steps) Carry(context.Context, ...courier.Parcel) ([]courier.Outcome, error) {
	return courier.Arrived(1), nil
}

type index struct{ exchange.Exchange }

func (i index) Current(context.Context, uuid.UUID) (exchange.Exchange, error) { return i.Exchange, nil }

// travel makes all steps of one document.
func travel(t *testing.T, tracer *traces.Tracer, header string, end error) exchange.Exchange {
	t.Helper()
	ctx, done := tracer.Admission().Submission(trace.Continue(t.Context(), header), exchange.WayHTTP, "qinzhou-customs")
	if _, err := tracer.Admitter(admitter{}).Admit(ctx, queue.Submission{}); err != nil {
		t.Fatal(err)
	}
	x := opened(trace.From(ctx))
	done(exchange.Acceptance{Exchange: x}, end)
	if end != nil {
		return x
	}
	seen := &steps{}
	o := tracer.Observer(seen, index{x})
	o.Consigned([]exchange.Exchange{x}, nil)
	if outcomes, err := tracer.Receiver(courier.Receiver{Carrier: seen}).Carrier.Carry(t.Context(), courier.Parcel{Exchange: x}); err != nil || len(outcomes) != 1 {
		t.Fatal(outcomes, err)
	}
	handed := x.Deliveries[0].Event(exchange.ContentHandover, time.Unix(102, 0))
	refused := x.Deliveries[0].Event(exchange.ConsignmentRejection, time.Unix(103, 0))
	refused.Cause = exchange.Cause{Code: "secret code", Reason: "secret words"}
	replayed := refused
	replayed.Name, replayed.Attempt = exchange.ConsignmentAcceptance, 2
	o.Recorded(t.Context(), []exchange.Event{handed, refused, replayed})
	if seen.consigned != 1 || seen.recorded != 3 {
		t.Errorf("observed %+v", seen)
	}
	return x
}

// All spans of a document are one tree, which begins at the span of the sender, and what
// the receiver is given as parent is in it.
func TestOneTrace(t *testing.T) {
	c := tracestest.New(t)
	tracer, sent := newTracer(t, c, 1)
	x := travel(t, tracer, header, nil)
	spans := make(map[string]tracestest.Span)
	for _, s := range sent() {
		if s.Attributes["beibu.attempt"] == "2" {
			s.Name = "replay"
		}
		spans[s.Name] = s
		if s.Trace != header[3:35] || s.To.Before(s.From) || s.Within["service.version"] != "v1" {
			t.Errorf("%+v", s)
		}
	}
	receives := courier.Parcel{Exchange: x}.Traceparent().String()
	for name, want := range map[string][2]string{
		"submit":    {header[36:52], "SPAN_KIND_SERVER"},
		"admit":     {spans["submit"].ID, "SPAN_KIND_PRODUCER"},
		"dispatch":  {spans["submit"].ID, "SPAN_KIND_CONSUMER"},
		"deliver":   {spans["submit"].ID, "SPAN_KIND_PRODUCER"},
		"replay":    {spans["deliver"].ID, "SPAN_KIND_PRODUCER"},
		"hand over": {spans["deliver"].ID, "SPAN_KIND_CLIENT"},
	} {
		if got := spans[name]; got.Parent != want[0] || got.Kind != want[1] {
			t.Errorf("%s: %+v, want %q", name, got, want)
		}
	}
	d := spans["deliver"]
	if receives != "00-"+d.Trace+"-"+d.ID+"-01" {
		t.Errorf("the receiver is given %s, and the delivery is %+v", receives, d)
	}
	if !d.Failed || !d.From.Equal(time.Unix(101, 0)) || !d.To.Equal(time.Unix(103, 0)) || d.Attributes["beibu.state"] != string(exchange.ConsignmentRejection) {
		t.Errorf("the delivery: %+v", d)
	}
	if len(spans) != 6 || c.Header.Get("Authorization") != "Bearer token" {
		t.Errorf("%d spans, %v", len(spans), c.Header)
	}
}

// No attribute has a document number or the words of a receiver.
func TestAttributes(t *testing.T) {
	c := tracestest.New(t)
	tracer, sent := newTracer(t, c, 1)
	travel(t, tracer, "", nil)
	travel(t, tracer, "", &exchange.Error{Kind: exchange.Invalid, Err: errors.New("secret words")})
	known := []string{"beibu.exchange", "beibu.kind", "beibu.sender", "beibu.receiver", "beibu.way", "beibu.state", "beibu.attempt", "beibu.outcome"}
	values := []string{
		"d0000000-0000-0000-0000-000000000001", "ata-carnet", "qinzhou-customs", "window-vn", "http", "SubmissionAcceptance", "ContentHandover",
		"ConsignmentRejection", "ConsignmentAcceptance", "1", "2", "accepted", "invalid",
	}
	for _, s := range sent() {
		for key, value := range s.Attributes {
			if !slices.Contains(known, key) || !slices.Contains(values, value) {
				t.Errorf("%s has %s %q", s.Name, key, value)
			}
		}
		if s.Name == "submit" && s.Failed != (s.Attributes["beibu.outcome"] == "invalid") {
			t.Errorf("%+v", s)
		}
	}
}

// What is not recorded continues the trace of the sender as it was.
func TestNotRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		ratio  float64
	}{
		"the sender records nothing": {header[:54] + "0", 1},
		"beyond the ratio":           {"00-4bf92f3577b34da6ffffffffffffffff-00f067aa0ba902b7-01", 0.01},
	} {
		t.Run(name, func(t *testing.T) {
			collector := tracestest.New(t)
			tracer, sent := newTracer(t, collector, c.ratio)
			x := travel(t, tracer, c.header, nil)
			if x.Trace.String() != c.header {
				t.Errorf("continued as %v", x.Trace)
			}
			if spans := sent(); len(spans) > 0 {
				t.Errorf("sent %+v", spans)
			}
		})
	}
}

// A collector that is not ready gets the same spans again.
func TestCollectorNotReady(t *testing.T) {
	c := tracestest.New(t)
	c.Refuse(http.StatusServiceUnavailable)
	tracer, sent := newTracer(t, c, 1)
	travel(t, tracer, header, nil)
	if spans := sent(); len(spans) != 6 || c.Answers() != 2 {
		t.Errorf("%d spans, %d answers", len(spans), c.Answers())
	}
}

// A collector that takes no spans fails nothing, and the log says so.
func TestCollectorRefuses(t *testing.T) {
	c := tracestest.New(t)
	c.Refuse(http.StatusUnauthorized)
	core, lines := observer.New(zap.DebugLevel)
	tracer, err := traces.New(traces.Options{Endpoint: c.URL, Ratio: 1, Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	travel(t, tracer, header, nil)
	tracer.Shutdown(t.Context())
	if lines.FilterMessage("collector takes no traces: dropping spans until it does").Len() != 1 || c.Answers() != 1 {
		t.Errorf("%d answers, logged %v", c.Answers(), lines.All())
	}
}

// A collector that is gone does not make a stop fail.
func TestCollectorGone(t *testing.T) {
	core, lines := observer.New(zap.DebugLevel)
	tracer, err := traces.New(traces.Options{Endpoint: "http://127.0.0.1:1/v1/traces", Ratio: 1, Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	travel(t, tracer, header, nil)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	tracer.Shutdown(over)
	if lines.FilterMessage("last traces were not sent").Len() != 1 {
		t.Errorf("logged %v", lines.All())
	}
}

// Without a tracer nothing is wrapped, so that nothing is paid.
func TestNoTracer(t *testing.T) {
	var none *traces.Tracer
	seen := &steps{}
	if none.Admission() != nil || none.Admitter(admitter{}) != queue.Admitter(admitter{}) ||
		none.Observer(seen, index{}) != exchange.Observer(seen) || none.Receiver(courier.Receiver{Carrier: seen}).Carrier != courier.Carrier(seen) {
		t.Error("something is wrapped")
	}
}
