package httpapi

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// CountConsole returns a handler that answers as another does, the console, and counts its
// requests beside those of the API. A route is a pattern of an [http.ServeMux] in it.
func (s *Server) CountConsole(console http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted, body, began := &countedAnswer{ResponseWriter: w}, &countedBody{ReadCloser: r.Body}, time.Now()
		r = r.WithContext(r.Context()) // a copy, which shows the pattern afterwards
		r.Body = body
		s.metrics.inFlight.Inc()
		defer func() {
			s.metrics.inFlight.Dec()
			s.metrics.count(answered{
				surface: surfaceConsole, route: routeOf(r.Pattern), method: r.Method, status: counted.status, received: body.read, sent: counted.sent,
				took: time.Since(began), followed: w.Header().Get("Content-Type") == mediaEvents,
			})
		}()
		console.ServeHTTP(counted, r)
		if counted.status == 0 {
			counted.status = http.StatusOK // net/http says so
		}
	})
}

// mediaEvents is the media type of pages that follow the record.
const mediaEvents = "text/event-stream"

// routeOf returns the path of a pattern, or "" of that for pages that do not exist.
func routeOf(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	return strings.TrimSuffix(path, "{$}")
}

// A countedAnswer notes the status and the bytes of an answer.
type countedAnswer struct {
	http.ResponseWriter

	status, sent int
}

// Unwrap lets http.ResponseController reach the connection.
func (c *countedAnswer) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader notes the status.
func (c *countedAnswer) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write counts what is sent.
func (c *countedAnswer) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.sent += n
	return n, err
}

// A countedBody counts what is read of a request.
type countedBody struct {
	io.ReadCloser

	read int
}

// Read counts.
func (c *countedBody) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.read += n
	return n, err
}
