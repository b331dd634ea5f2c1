package httpapi

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/operator"
	"beibu/queue"
)

// noRecord is the record of a server that refuses no document.
type noRecord struct{}

func (noRecord) Append(context.Context, ...queue.Event) (int64, error) {
	return 0, queue.ErrUnavailable
}

func (noRecord) Keep(context.Context, []byte, time.Time) (int64, error) {
	return 0, queue.ErrUnavailable
}

func (noRecord) Kept(context.Context, int64) ([]byte, error) { return nil, queue.ErrNotFound }

func (noRecord) KeptBytes(context.Context, string, time.Time) (bytes, sequence int64, err error) {
	return 0, 0, nil
}

// echo returns a server that answers POST / with the document that it read,
// through everything that comes before a handler.
func echo(tb testing.TB, admitted admission.Limits, limits Limits, handler func(*Server, *call) error) *Server {
	tb.Helper()
	s := &Server{current: &access.Current{}, limits: limits.Filled(), log: zap.NewNop(), mux: http.NewServeMux()}
	registry := prometheus.NewRegistry()
	var err error
	s.admission, err = admission.New(admission.Options{Current: s.current, Intake: &exchange.Intake{}, Record: noRecord{}, Keeper: noRecord{}, Ledger: noRecord{}, Limits: FilledAdmission(admitted), Metrics: registry})
	if err != nil {
		tb.Fatal(err)
	}
	parties, err := exchange.NewParties(nil)
	if err != nil {
		tb.Fatal(err)
	}
	s.current.Store(&access.InForce{InForce: &exchange.InForce{Parties: parties}})
	s.connections = NewConnections(s.limits.Connections, s.limits.PerAddress, s.limits.Silence)
	if s.metrics, err = newMetrics(registry, s.connections, &operator.BreakGlass{}); err != nil {
		tb.Fatal(err)
	}
	s.mount(route{"/", access.ReadPublic, func(c *call) error { return handler(s, c) }})
	return s
}

// ticketOf returns the ticket of a call of a party.
func (s *Server) ticketOf(party string) *admission.Ticket {
	// The party has every right, and the ticket is there without memory, too.
	t, _ := s.admission.Admit(s.current.Load().InForce, access.Principal{Name: party, Party: party}, access.ReadPublic)
	return t
}

// echoXML takes the caller to be of the party that it says.
func echoXML(s *Server, c *call) error {
	c.ticket.Release()
	c.ticket = s.ticketOf(c.request.Header.Get("Party"))
	body, err := s.readXML(c)
	if err != nil {
		return err
	}
	defer s.buffers.put(body)
	c.bytes(http.StatusOK, mediaXML, *body)
	return nil
}

// pack compresses with gzip.
func pack(tb testing.TB, size int64, from io.Reader) []byte {
	tb.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.CopyN(z, from, size); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return packed.Bytes()
}

// zeros reads as zeros without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestBodies(t *testing.T) {
	const limit = 64 << 10
	full := bytes.Repeat([]byte("<a>广西</a>"), limit/14)
	full = append(full, bytes.Repeat([]byte{'x'}, limit-len(full))...)
	mixed := make([]byte, 8<<10) // compresses, but not a hundredfold
	letters := rand.New(rand.NewPCG(1, 2))
	for i := range mixed {
		mixed[i] = byte('a' + letters.IntN(26))
	}
	packed := pack(t, int64(len(mixed)), bytes.NewReader(mixed))
	broken := bytes.Clone(packed)
	broken[len(broken)-6] ^= 1 // in the checksum
	cases := []struct {
		name, media, coding string
		body                []byte
		chunked             bool
		status              int
		code                string
		want                []byte
	}{
		{name: "plain", media: "application/xml", body: mixed, status: 200, want: mixed},
		{name: "text", media: "text/xml", body: mixed, status: 200, want: mixed},
		{name: "with charset", media: `application/xml; charset="UTF-8"`, body: mixed, status: 200, want: mixed},
		{name: "empty", media: "application/xml", status: 200, want: []byte{}},
		{name: "chunked", media: "application/xml", body: mixed, chunked: true, status: 200, want: mixed},
		{name: "just fits", media: "application/xml", body: full, status: 200, want: full},
		{name: "just fits, chunked", media: "application/xml", body: full, chunked: true, status: 200, want: full},
		{name: "one byte more", media: "application/xml", body: append(bytes.Clone(full), 'x'), status: 413, code: "too-large"},
		{name: "one byte more, chunked", media: "application/xml", body: append(bytes.Clone(full), 'x'), chunked: true, status: 413, code: "too-large"},
		{name: "gzip", media: "application/xml", coding: "gzip", body: packed, status: 200, want: mixed},
		{name: "GZIP", media: "application/xml", coding: "GZIP", body: packed, status: 200, want: mixed},
		{name: "identity", media: "application/xml", coding: "identity", body: mixed, status: 200, want: mixed},
		{name: "gzip above the limit", media: "application/xml", coding: "gzip", body: pack(t, limit+1, zeros{}), status: 413, code: "too-large"},
		{name: "gzip above the ratio", media: "application/xml", coding: "gzip", body: pack(t, 32<<10, zeros{}), status: 413, code: "too-large"},
		{name: "not gzip", media: "application/xml", coding: "gzip", body: mixed, status: 400, code: "body"},
		{name: "half a gzip", media: "application/xml", coding: "gzip", body: packed[:len(packed)/2], status: 400, code: "body"},
		{name: "broken gzip", media: "application/xml", coding: "gzip", body: broken, status: 400, code: "body"},
		{name: "two codings", media: "application/xml", coding: "gzip, gzip", body: packed, status: 415, code: "media-type"},
		{name: "deflate", media: "application/xml", coding: "deflate", body: mixed, status: 415, code: "media-type"},
		{name: "no type", body: mixed, status: 415, code: "media-type"},
		{name: "JSON", media: "application/json", body: []byte("{}"), status: 415, code: "media-type"},
		{name: "another charset", media: "application/xml; charset=gb18030", body: mixed, status: 415, code: "media-type"},
		{name: "broken type", media: "application/xml; charset", body: mixed, status: 415, code: "media-type"},
	}
	server := httptest.NewServer(echo(t, admission.Limits{Document: limit}, Limits{}, echoXML))
	defer server.Close()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var body io.Reader = bytes.NewReader(c.body)
			if c.chunked {
				body = io.MultiReader(body) // hides the length
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/", body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", c.media)
			if c.coding != "" {
				r.Header.Set("Content-Encoding", c.coding)
			}
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer shut(t, answer.Body)
			got, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != c.status || !strings.Contains(string(got), c.code) {
				t.Errorf("%d %.300s, want %d %q", answer.StatusCode, got, c.status, c.code)
			}
			if c.want != nil && !bytes.Equal(got, c.want) {
				t.Errorf("%d bytes came back of %d", len(got), len(c.want))
			}
		})
	}
}

// A gzip bomb costs no more memory than the limit on a document allows.
func TestGzipBombIsCheap(t *testing.T) {
	const limit = 1 << 20
	bomb := pack(t, 256<<20, zeros{}) // 256 KB that would be 256 MB
	s := echo(t, admission.Limits{Document: limit}, Limits{}, echoXML)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(bomb))
	r.Header.Set("Content-Type", "application/xml")
	r.Header.Set("Content-Encoding", "gzip")
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	runtime.ReadMemStats(&after)
	if answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", answer.Code)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4*limit {
		t.Errorf("%d bytes were allocated under a limit of %d", used, limit)
	}
}

// What a sender announces is not set aside before it comes.
func TestAnnouncedLengthIsNotBelieved(t *testing.T) {
	s := echo(t, admission.Limits{}, Limits{}, echoXML)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("<a/>"))
	r.Header.Set("Content-Type", "application/xml")
	r.ContentLength = 8 << 20
	s.ServeHTTP(httptest.NewRecorder(), r)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 256<<10 {
		t.Errorf("%d bytes were allocated for a body of 4", used)
	}
}

// FuzzUnpack holds that no gzip body gets past the limit or the ratio.
func FuzzUnpack(f *testing.F) {
	f.Add(pack(f, 4<<10, zeros{}))
	f.Add(pack(f, 100, strings.NewReader(strings.Repeat("<a>口岸</a>", 40))))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte{})
	const limit = 8 << 10
	s := echo(f, admission.Limits{Document: limit}, Limits{}, echoXML)
	f.Fuzz(func(t *testing.T, packed []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(packed))
		r.Header.Set("Content-Type", "application/xml")
		r.Header.Set("Content-Encoding", "gzip")
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, r)
		switch n := answer.Body.Len(); {
		case answer.Code == 200 && (n > limit || n > maxRatio*len(packed)):
			t.Errorf("%d bytes came out of %d", n, len(packed))
		case answer.Code != 200 && answer.Code != 400 && answer.Code != 413:
			t.Errorf("status %d", answer.Code)
		}
	})
}

// BenchmarkAPI is what the API itself costs: middleware, routing, reading
// 10 KB and answering them, with no document looked at.
func BenchmarkAPI(b *testing.B) {
	s := echo(b, admission.Limits{}, Limits{}, echoXML)
	document := bytes.Repeat([]byte("<a>北部湾</a>"), 10<<10/16)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(document))
		r.Header.Set("Content-Type", "application/xml")
		s.ServeHTTP(discard{}, r)
	}
}

// discard is a ResponseWriter that keeps nothing.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) WriteHeader(int)             {}
func (discard) Write(b []byte) (int, error) { return len(b), nil }
