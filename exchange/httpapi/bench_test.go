package httpapi_test

import (
	"bytes"
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
