package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange/httpapi"
)

// A client that writes all of a large request before it reads gets its answer,
// whatever the request is refused for.
func TestRefusedUploadIsReadToItsEnd(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, c := range []struct {
		what   string
		path   string
		key    string
		media  string
		size   int
		status int
	}{
		{"too large", "/v1/documents", port, "application/xml", 9 << 20, http.StatusRequestEntityTooLarge},
		{"wrong key", "/v1/documents", "wrong", "application/xml", 5 << 20, http.StatusUnauthorized},
		{"wrong media type", "/v1/documents", port, "application/json", 5 << 20, http.StatusUnsupportedMediaType},
		{"no such path", "/v1/nothing", port, "application/xml", 5 << 20, http.StatusNotFound},
		{"wrong method", "/v1/exchanges", port, "application/xml", 5 << 20, http.StatusMethodNotAllowed},
		{"large JSON", "/v1/mailbox/acks", port, "application/json", 5 << 20, http.StatusRequestEntityTooLarge},
	} {
		t.Run(c.what, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer shut(t, conn)
			_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: beibu\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
				c.path, c.key, c.media, c.size, strings.Repeat("x", c.size))
			if err != nil {
				t.Fatalf("write: %v", err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("read: %v", err)
			}
			defer shut(t, answer.Body)
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != c.status {
				t.Errorf("%d, want %d: %s (%v)", answer.StatusCode, c.status, body, err)
			}
		})
	}
}

// A client that waits to be asked for its body is refused without it.
func TestRefusedUploadIsNotAskedFor(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	conn := w.dial()()
	defer shut(t, conn)
	if _, err := io.WriteString(conn, "POST /v1/documents HTTP/1.1\r\nHost: beibu\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, answer.Body)
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d", answer.StatusCode)
	}
}
