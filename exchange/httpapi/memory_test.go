package httpapi

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange/admission"
)

// The largest document is taken under the least memory that may be set.
func TestLargestDocumentFits(t *testing.T) {
	for _, limit := range []int{1 << 10, 100_000, 1 << 20} {
		s := echo(t, admission.Limits{Document: limit, Memory: 1}, Limits{}, echoXML)
		for _, packed := range []bool{false, true} {
			body := bytes.Repeat([]byte("<a>广西</a>"), limit/13)
			body = append(body, make([]byte, limit-len(body))...)
			if answer := post(t, s, "a", body, packed); answer.Code != http.StatusOK && !packed || answer.Code == http.StatusServiceUnavailable {
				t.Errorf("%d bytes, packed %t: %d %s", limit, packed, answer.Code, answer.Body)
			}
		}
	}
}

// post sends a document as a party.
func post(tb testing.TB, s *Server, party string, body []byte, packed bool) *httptest.ResponseRecorder {
	tb.Helper()
	from := io.Reader(bytes.NewReader(body))
	if packed {
		from = bytes.NewReader(pack(tb, int64(len(body)), bytes.NewReader(body)))
	}
	r := httptest.NewRequest(http.MethodPost, "/", from)
	r.Header.Set("Content-Type", mediaXML)
	r.Header.Set("Party", party)
	if packed {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	return answer
}

// A document for which there is no memory is refused before it has any.
func TestRefusedBeforeMemoryIsUsed(t *testing.T) {
	const size = 4 << 20
	s := echo(t, admission.Limits{Document: size, Memory: admission.MemoryFor(size + 1)}, Limits{}, echoXML)
	other := s.ticketOf("other")
	if err := other.Reserve(size - 256<<10); err != nil {
		t.Fatal(err)
	}
	body := bytes.Repeat([]byte("x"), size)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer := post(t, s, "a", body, false)
	runtime.ReadMemStats(&after)
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" || !bytes.Contains(answer.Body.Bytes(), []byte("memory-full")) {
		t.Errorf("%d %v %s", answer.Code, answer.Header(), answer.Body)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > size/4 {
		t.Errorf("%d bytes were used for a document that was refused", used)
	}
	other.Release()
	if answer := post(t, s, "a", body, false); answer.Code != http.StatusOK {
		t.Errorf("there is memory again: %d %.200s", answer.Code, answer.Body)
	}
}

// A party that floods the API with requests that never end keeps nobody else
// out, and is let in again itself once they were cut off.
func TestSlowFloodLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, admission.Limits{Document: 64 << 10, Memory: 8 * admission.MemoryFor(firstBuffer)}, Limits{Body: 30 * time.Second}, echoXML)
		door := serve(t, s.HTTP())
		send := func(party string, announced int) *bufio.Reader {
			conn := door.dial()
			t.Cleanup(func() { shut(t, conn) })
			_, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: beibu\r\nParty: %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n<a/>", party, announced)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			return bufio.NewReader(conn)
		}
		expect := func(what string, from *bufio.Reader, status int) {
			t.Helper()
			answer, err := http.ReadResponse(from, nil)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			defer shut(t, answer.Body)
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != status {
				t.Errorf("%s: %d %s, want %d", what, answer.StatusCode, body, status)
			}
		}
		var flood []*bufio.Reader
		for range 4 { // half of the room
			flood = append(flood, send("a", 1000))
		}
		expect("the fifth of a party", send("a", 1000), http.StatusServiceUnavailable)
		expect("another party", send("b", 4), http.StatusOK)
		for _, one := range flood {
			expect("one that never ends", one, http.StatusRequestTimeout)
		}
		expect("the party once its flood is over", send("a", 4), http.StatusOK)
	})
}
