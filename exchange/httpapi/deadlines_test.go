package httpapi

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange/admission"
)

// pipes is a listener whose connections are in memory, so that a test can run
// a real server on fake time.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func listenPipes() *pipes { return &pipes{dialled: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p *pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p.dialled <- theirs
	return ours
}

// serve runs a server on pipes until the test ends.
func serve(t *testing.T, h *http.Server) *pipes {
	t.Helper()
	p := listenPipes()
	done := make(chan error)
	go func() { done <- h.Serve(p) }()
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p
}

// shut closes what a test has read, and fails if that fails.
func shut(tb testing.TB, c io.Closer) {
	tb.Helper()
	if err := c.Close(); err != nil {
		tb.Error(err)
	}
}

func TestSlowBodyIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, admission.Limits{}, Limits{Body: 30 * time.Second}, echoXML)
		conn := serve(t, s.HTTP()).dial()
		start := time.Now()
		_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: beibu\r\nContent-Type: application/xml\r\nContent-Length: 1000\r\n\r\n<a>")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer shut(t, answer.Body)
		if answer.StatusCode != http.StatusRequestTimeout || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%d with %v", answer.StatusCode, answer.Header)
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("cut off after %s", took)
		}
	})
}

// A caller that never reads its answer is let go of.
func TestUnreadAnswerIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, admission.Limits{Request: time.Minute}, Limits{Body: 10 * time.Second}, func(_ *Server, c *call) error {
			c.bytes(http.StatusOK, mediaXML, make([]byte, 1<<20))
			return nil
		})
		conn := serve(t, s.HTTP()).dial()
		if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: beibu\r\nContent-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-time.After(71 * time.Second)
		synctest.Wait()
		if got, err := io.ReadAll(conn); err != nil || len(got) >= 1<<20 {
			t.Errorf("%d bytes came late (%v)", len(got), err)
		}
	})
}

// A caller that takes its answer at the least rate gets all of it, and one that is
// slower is cut off, and holds nothing any more.
func TestSlowReaderIsCutOff(t *testing.T) {
	const size, slowest = 1 << 20, 8 << 10
	for _, c := range []struct {
		rate  int // bytes a second
		whole bool
	}{{slowest + slowest/8, true}, {slowest - slowest/4, false}} {
		synctest.Test(t, func(t *testing.T) {
			s := echo(t, admission.Limits{}, Limits{Slowest: slowest}, func(_ *Server, c *call) error {
				c.bytes(http.StatusOK, mediaXML, make([]byte, size))
				return nil
			})
			conn := serve(t, s.HTTP()).dial()
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: beibu\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			got, second := 0, make([]byte, c.rate)
			for {
				n, err := io.ReadFull(conn, second)
				if got += n; err != nil || got >= size {
					break
				}
				<-time.After(time.Second)
			}
			if whole := got >= size; whole != c.whole {
				t.Errorf("%d bytes at %d a second", got, c.rate)
			}
			shut(t, conn)
			synctest.Wait()
			if _, bytes := s.admission.InUse(); bytes != 0 {
				t.Errorf("%d bytes are held for it", bytes)
			}
		})
	}
}

// A handler may work for longer than a body may take to arrive.
func TestBodyDeadlineEndsWithTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, admission.Limits{}, Limits{Body: 10 * time.Second}, func(s *Server, c *call) error {
			if _, err := s.readXML(c); err != nil {
				return err
			}
			select {
			case <-c.request.Context().Done():
				return context.Cause(c.request.Context())
			case <-time.After(time.Minute):
			}
			c.bytes(http.StatusOK, mediaXML, []byte("<done/>"))
			return nil
		})
		conn := serve(t, s.HTTP()).dial()
		_, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: beibu\r\nContent-Type: application/xml\r\nContent-Length: 4\r\n\r\n<a/>")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer shut(t, answer.Body)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("status %d", answer.StatusCode)
		}
	})
}

func TestHugeHeaderIsRefused(t *testing.T) {
	s := echo(t, admission.Limits{}, Limits{}, echoXML)
	server := httptest.NewUnstartedServer(s)
	server.Config = s.HTTP()
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/", strings.NewReader("<a/>"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Huge", strings.Repeat("x", 64<<10))
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, answer.Body)
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", answer.StatusCode)
	}
}
