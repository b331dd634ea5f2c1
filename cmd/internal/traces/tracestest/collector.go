// Package tracestest has a collector of traces for tests.
package tracestest

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A Span is one span that the collector took.
type Span struct {
	Instance           string // which process recorded it
	Name               string
	Trace, ID, Parent  string // hexadecimal
	Kind               string
	Failed             bool
	From, To           time.Time
	Attributes, Within map[string]string // of the span, and of the process
}

// A Collector takes spans by OTLP over HTTP.
type Collector struct {
	URL    string // of its traces
	Header http.Header

	t       *testing.T
	mu      sync.Mutex
	spans   []Span   // guarded by mu
	refuse  []int    // guarded by mu; the statuses of the next answers
	answers int      // guarded by mu
	bodies  [][]byte // guarded by mu; what was taken
}

// New returns a collector that listens until the test ends.
func New(t *testing.T) *Collector {
	t.Helper()
	c := &Collector{t: t}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.URL = server.URL + "/v1/traces"
	return c
}

// Refuse has the next requests answered with statuses.
func (c *Collector) Refuse(statuses ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = statuses
}

// Answers returns how many requests were answered.
func (c *Collector) Answers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answers
}

// Bodies returns what was taken as it came: all that spans say, whatever Span has of it.
// Texts are in it as they are.
func (c *Collector) Bodies() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([][]byte(nil), c.bodies...)
}

// Spans returns what was taken.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// ServeHTTP is http.Handler's.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers++
	c.Header = r.Header.Clone()
	if len(c.refuse) > 0 {
		w.WriteHeader(c.refuse[0])
		c.refuse = c.refuse[1:]
		return
	}
	c.bodies = append(c.bodies, body)
	var data wire.TracesData
	if err == nil {
		err = proto.Unmarshal(body, &data)
	}
	if media := r.Header.Get("Content-Type"); err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || media != "application/x-protobuf" {
		c.t.Errorf("%s %s of %q: %v", r.Method, r.URL.Path, media, err)
	}
	for _, of := range data.GetResourceSpans() {
		process := attributes(of.GetResource().GetAttributes())
		for _, scope := range of.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.spans = append(c.spans, spanOf(s, process))
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func spanOf(s *wire.Span, process map[string]string) Span {
	return Span{
		Instance: process["service.instance.id"], Name: s.GetName(), Kind: s.GetKind().String(),
		Trace: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()), Parent: hex.EncodeToString(s.GetParentSpanId()),
		Failed: s.GetStatus().GetCode() == wire.Status_STATUS_CODE_ERROR,
		From:   moment(s.GetStartTimeUnixNano()), To: moment(s.GetEndTimeUnixNano()),
		Attributes: attributes(s.GetAttributes()), Within: process,
	}
}

func moment(nanoseconds uint64) time.Time { return time.Unix(0, int64(nanoseconds)) }

func attributes(all []*common.KeyValue) map[string]string {
	m := make(map[string]string, len(all))
	for _, a := range all {
		switch v := a.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			m[a.GetKey()] = v.StringValue
		case *common.AnyValue_IntValue:
			m[a.GetKey()] = fmt.Sprint(v.IntValue)
		default:
			m[a.GetKey()] = fmt.Sprint(v)
		}
	}
	return m
}
