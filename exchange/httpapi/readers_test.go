package httpapi_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"beibu/exchange/admission"
	"beibu/exchange/httpapi"
)

// inMemory is a listener whose connections have no buffers: what a caller does
// not read, the server holds.
type inMemory struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func (l *inMemory) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dialled:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *inMemory) Close() error   { close(l.closed); return nil }
func (l *inMemory) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// dial returns a connection to the server of a world.
func (w *world) dial() func() net.Conn {
	l := &inMemory{dialled: make(chan net.Conn), closed: make(chan struct{})}
	server := w.server.HTTP()
	ended := make(chan error)
	go func() { ended <- server.Serve(l) }()
	w.t.Cleanup(func() {
		if err := server.Close(); err != nil {
			w.t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			w.t.Error(err)
		}
	})
	return func() net.Conn {
		ours, theirs := net.Pipe()
		l.dialled <- theirs
		return ours
	}
}

// held returns the bytes that the metrics say requests hold.
func (w *world) held() int {
	w.t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "beibu_documents_in_flight_bytes" {
			return int(f.GetMetric()[0].GetGauge().GetValue())
		}
	}
	w.t.Fatal("no metric says what requests hold")
	return 0
}

// Forty who fetch one large document and do not read it stay within the memory
// that is set aside, which the metrics show: some are given the document, the
// others are refused, and what they held is free once they are gone.
func TestSlowReadersStayWithinMemory(t *testing.T) {
	const memory = 32 << 20
	w := newWorld(t, httpapi.Limits{}, admission.Limits{Memory: memory})
	document := carnet(t, "CN/4501/26/large")
	document = append(bytes.TrimRight(document, "\n"), ("<!--" + strings.Repeat("x", 6_700_000) + "-->")...)
	path := "/v1/exchanges/" + w.submit(document).ExchangeID + "/document"
	w.awaitIndex()
	dial := w.dial()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	open, refused := 0, 0
	var conns []net.Conn
	for n := range 40 {
		conn := dial()
		conns = append(conns, conn)
		as := []string{port, receiver}[n%2]
		if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: beibu\r\nAuthorization: Bearer %s\r\n\r\n", path, as); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // its connection is closed below
		if err != nil {
			t.Fatal(err)
		}
		switch answer.StatusCode {
		case http.StatusOK:
			open++
		case http.StatusServiceUnavailable:
			refused++
			body, err := io.ReadAll(answer.Body)
			if text := string(body); err != nil || !strings.Contains(text, `"memory-full"`) && !strings.Contains(text, `"share-used"`) {
				t.Errorf("refused with %s (%v)", text, err)
			}
		default:
			t.Errorf("status %d", answer.StatusCode)
		}
		if held := w.held(); held < open*len(document) || held > memory {
			t.Errorf("%d bytes held for %d documents of %d bytes", held, open, len(document))
		}
	}
	if open == 0 || refused == 0 {
		t.Errorf("%d have the document, and %d are refused", open, refused)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if more := int(after.HeapAlloc) - int(before.HeapAlloc); more > memory {
		t.Errorf("%d MB more are in use", more>>20)
	}
	for _, conn := range conns {
		shut(t, conn)
	}
	for w.held() > 0 { // until the server has noticed
		runtime.Gosched()
	}
}
