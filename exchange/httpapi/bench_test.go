package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"beibu/exchange/httpapi"
)

// numbered makes documents of one size, each with a number of its own.
type numbered struct {
	before, after []byte
	next          atomic.Int64
}

func newNumbered(tb testing.TB) *numbered {
	tb.Helper()
	before, after, found := bytes.Cut(carnet(tb, "NUMBER-IN-A-BENCHMARK"), []byte("NUMBER-IN-A-BENCHMARK"))
	if !found {
		tb.Fatal("the sample has no number")
	}
	return &numbered{before: before, after: bytes.ReplaceAll(after, []byte("NUMBER-IN-A-BENCHMARK"), []byte("X"))}
}

func (n *numbered) document() []byte {
	number := strconv.FormatInt(n.next.Add(1), 10)
	return bytes.Join([][]byte{n.before, n.after}, []byte(number))
}

// discard is a ResponseWriter that keeps the status alone.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkAccept accepts documents through the handler, without a network:
// everything that a document costs from its header to its receipt.
func BenchmarkAccept(b *testing.B) {
	w := newWorld(b, httpapi.Limits{})
	documents := newNumbered(b)
	b.SetBytes(int64(len(documents.document())))
	b.SetParallelism(32) // 64 clients on two cores
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(http.MethodPost, "/v1/documents", bytes.NewReader(documents.document()))
			r.Header.Set("Authorization", "Bearer "+port)
			r.Header.Set("Content-Type", "application/xml")
			got := discard{header: make(http.Header)}
			w.server.ServeHTTP(&got, r)
			if got.status != http.StatusAccepted {
				b.Errorf("status %d", got.status)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}

// BenchmarkAcceptOverHTTP is BenchmarkAccept over loopback, with 64 clients
// that share the two cores.
func BenchmarkAcceptOverHTTP(b *testing.B) {
	w := newWorld(b, httpapi.Limits{})
	w.client.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	documents := newNumbered(b)
	b.SetBytes(int64(len(documents.document())))
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := post(w, documents.document()); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}

func post(w *world, document []byte) error {
	r, err := http.NewRequest(http.MethodPost, w.url+"/v1/documents", bytes.NewReader(document)) //nolint:noctx // a benchmark ends by itself
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+port)
	r.Header.Set("Content-Type", "application/xml")
	a, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer shut(w.t, a.Body)
	if _, err := io.Copy(io.Discard, a.Body); err != nil {
		return err
	}
	if a.StatusCode != http.StatusAccepted {
		return fmt.Errorf("status %d", a.StatusCode)
	}
	return nil
}

// BenchmarkReceive fetches deliveries in pages of 50, reads the envelope of each, and
// acknowledges them, through the handler, without a network: everything that a delivery
// costs after its consignment.
func BenchmarkReceive(b *testing.B) {
	w := newWorld(b, httpapi.Limits{})
	documents := newNumbered(b)
	for range b.N {
		w.answer(b, http.StatusAccepted, port, http.MethodPost, "/v1/documents", "application/xml", documents.document())
	}
	w.awaitIndex()
	b.ReportAllocs()
	b.ResetTimer()
	for received := 0; received < b.N; {
		var mail httpapi.MailboxPage
		page := w.answer(b, http.StatusOK, receiver, http.MethodGet, "/v1/mailbox?limit=50&wait=10s", "", nil)
		if err := json.Unmarshal(page, &mail); err != nil {
			b.Fatal(err)
		}
		acks := httpapi.Acks{}
		for _, d := range mail.Deliveries {
			w.answer(b, http.StatusOK, receiver, http.MethodGet, d.Envelope, "", nil)
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: httpapi.Accepted})
		}
		body, err := json.Marshal(acks)
		if err != nil {
			b.Fatal(err)
		}
		w.answer(b, http.StatusOK, receiver, http.MethodPost, "/v1/mailbox/acks", "application/json", body)
		received += len(acks.Acks)
	}
}

// answer returns the body of the answer to a call through the handler.
func (w *world) answer(b *testing.B, status int, caller, method, path, media string, body []byte) []byte {
	b.Helper()
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+caller)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	got := httptest.NewRecorder()
	w.server.ServeHTTP(got, r)
	if got.Code != status {
		b.Fatalf("%s %s: status %d: %s", method, path, got.Code, got.Body)
	}
	return got.Body.Bytes()
}
