package httpapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// crowd has a party bring documents until one is refused, and returns how many
// there are in and the refusal.
func crowd(r *room, party string) (in int, err error) {
	for {
		if err = r.enter(party).work(); err != nil {
			return in, err
		}
		in++
	}
}

// However much one party brings, there is room for the next.
func TestRoomIsShared(t *testing.T) {
	r := newRoom(Limits{InFlight: 24}, nil)
	for i, want := range []int{12, 6, 3, 1, 1, 1} {
		party := fmt.Sprintf("party %d", i)
		in, err := crowd(r, party)
		full := i == 5 // the last place
		if in != want || full != errors.Is(err, errBusy) || full == errors.Is(err, errShare) {
			t.Errorf("%s has %d places (%v), want %d", party, in, err, want)
		}
	}
}

// Two that flood at the same time, one document each in turn, come to a third
// each.
func TestRoomOfTwoWhoFlood(t *testing.T) {
	r := newRoom(Limits{InFlight: 30}, nil)
	in := map[string]int{}
	for range 30 {
		for _, party := range []string{"a", "b"} {
			if r.enter(party).work() == nil {
				in[party]++
			}
		}
	}
	if in["a"] != 10 || in["b"] != 10 {
		t.Errorf("places %v, want 10 each of 30", in)
	}
}

// What is left is free again, and nothing of it is forgotten or kept.
func TestRoomIsGivenBack(t *testing.T) {
	r := newRoom(Limits{InFlight: 2, Memory: 4 * Memory(1000)}, nil)
	for range 3 {
		a, b := r.enter("a"), r.enter("b")
		for _, err := range []error{a.hold(1000), a.hold(500), a.work(), b.hold(2000), b.work()} {
			if err != nil {
				t.Error(err)
			}
		}
		if places, bytes := r.inUse(); places != 2 || bytes != Memory(1000)+Memory(2000) {
			t.Errorf("%d places and %d bytes in use", places, bytes)
		}
		a.leave()
		b.leave()
	}
	if places, bytes := r.inUse(); places != 0 || bytes != 0 || len(r.places.held) != 0 || len(r.bytes.held) != 0 {
		t.Errorf("%d places and %d bytes in use of an empty room: %v %v", places, bytes, r.places.held, r.bytes.held)
	}
}

// What others hold for requests that are over is free for nobody, and is shown.
func TestRoomCountsWhatIsLeftBehind(t *testing.T) {
	left := int64(0)
	r := newRoom(Limits{InFlight: 4, Memory: 4 * Memory(1000)}, func() int64 { return left })
	left = 3 * Memory(1000)
	first, second := r.enter("a"), r.enter("b")
	if err := first.hold(1000); err != nil {
		t.Error(err)
	}
	if err := second.hold(1000); !errors.Is(err, errMemory) {
		t.Errorf("beside what is left behind: %v", err)
	}
	if _, bytes := r.inUse(); bytes != 4*Memory(1000) {
		t.Errorf("%d bytes in use", bytes)
	}
	left = 0
	if err := second.hold(1000); err != nil {
		t.Error(err)
	}
}

// A party's only document may have all that is free; a second one may not.
func TestRoomForTheLargest(t *testing.T) {
	r := newRoom(Limits{InFlight: 2, Memory: Memory(8<<20) + Memory(16<<10)}, nil)
	only, second := r.enter("a"), r.enter("a")
	for size := 16 << 10; size <= 8<<20; size *= 2 {
		if err := only.hold(size); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
	}
	only.leave()
	if err := errors.Join(only.hold(16<<10), second.hold(16<<10)); err != nil {
		t.Fatal(err)
	}
	if err := only.hold(8 << 20); !errors.Is(err, errShare) {
		t.Errorf("beside a second one: %v", err)
	}
}

// The largest document is taken under the least memory that may be set.
func TestLargestDocumentFits(t *testing.T) {
	for _, limit := range []int{1 << 10, 100_000, 1 << 20} {
		s := echo(t, Limits{Document: limit, Memory: 1}, echoXML)
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
	s := echo(t, Limits{Document: size, Memory: Memory(size + 1)}, echoXML)
	other := s.room.enter("other")
	if err := other.hold(size - 256<<10); err != nil {
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
	other.leave()
	if answer := post(t, s, "a", body, false); answer.Code != http.StatusOK {
		t.Errorf("there is memory again: %d %.200s", answer.Code, answer.Body)
	}
}

// A party that floods the door with requests that never end keeps nobody else
// out, and is let in again itself once they were cut off.
func TestSlowFloodLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, Limits{Document: 64 << 10, Memory: 8 * Memory(firstBuffer), Body: 30 * time.Second}, echoXML)
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
