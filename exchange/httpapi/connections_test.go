package httpapi

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
)

// A peer is a connection from an address.
type peer struct {
	net.Conn

	address string
	closed  bool
}

func (p *peer) RemoteAddr() net.Addr            { return &net.UnixAddr{Name: p.address, Net: "tcp"} }
func (p *peer) Close() error                    { p.closed = true; return nil }
func (p *peer) SetReadDeadline(time.Time) error { return nil }

// come has a connection from an address enter, and reports whether it is let in and
// which has to go.
func come(g *Guests, address string) (in *guest, leaves net.Conn) {
	return g.enter(&peer{address: address})
}

func TestGuestsAreBounded(t *testing.T) {
	g := NewGuests(4, 3, time.Minute)
	var a []*guest
	for range 3 {
		one, leaves := come(g, "a:1")
		if one == nil || leaves != nil {
			t.Fatal("there is room, and one is not let in")
		}
		a = append(a, one)
	}
	a[0].know()
	if one, leaves := come(g, "a:2"); one == nil || leaves != a[1].Conn {
		t.Error("of an address that is crowded, it is not the stranger that came first that goes")
	}
	b, _ := come(g, "b:1")
	b.know()
	if one, leaves := come(g, "c:1"); one == nil || leaves != a[2].Conn {
		t.Error("of all who are here, it is not the stranger that came first that goes")
	}
	if here, turned := g.count(); here != 4 || turned != 2 {
		t.Errorf("%d are here, and %d had to go", here, turned)
	}
	for len(g.strangers) > 0 {
		g.strangers[0].know()
	}
	if one, leaves := come(g, "d:1"); one != nil || leaves == nil {
		t.Error("one is let in where all who are here are known")
	}
	for range 2 { // closing twice counts once
		if err := errors.Join(a[0].Close(), a[1].Close(), a[2].Close(), b.Close()); err != nil {
			t.Error(err)
		}
	}
	if here, _ := g.count(); here != 2 || g.from["b:1"] != 0 {
		t.Errorf("%d are here once two have gone: %v", here, g.from)
	}
}

// A connection that has shown no credentials is closed once it says nothing for
// fifteen seconds, whatever it asked before; one that has stays.
func TestSilentStrangersAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, admission.Limits{}, Limits{}, nil)
		parties, err := exchange.NewParties(nil)
		if err != nil {
			t.Fatal(err)
		}
		s.current.Store(&exchange.InForce{Parties: parties})
		digest := sha256.Sum256([]byte("key"))
		if s.credentials, err = access.NewCredentials([]access.Credential{{Name: "operator", Operator: true, KeySHA256: hex.EncodeToString(digest[:])}}); err != nil {
			t.Fatal(err)
		}
		ok := func(c *call) error { c.bytes(http.StatusOK, mediaXML, []byte("<a/>")); return nil }
		s.mount(route{"GET /open", access.ReadPublic, ok})
		s.mount(route{"GET /known", access.ReadCatalogue, ok})
		door := listenPipes()
		server := s.HTTP()
		ended := make(chan error)
		go func() { ended <- server.Serve(s.Guests().Listen(door)) }()
		for name, c := range map[string]struct {
			asks string
			stay bool
		}{
			"nothing":     {"", false},
			"open":        {"GET /open HTTP/1.1\r\nHost: beibu\r\n\r\n", false},
			"wrong key":   {"GET /known HTTP/1.1\r\nHost: beibu\r\nAuthorization: Bearer wrong\r\n\r\n", false},
			"credentials": {"GET /known HTTP/1.1\r\nHost: beibu\r\nAuthorization: Bearer key\r\n\r\n", true},
		} {
			conn := door.dial()
			from := bufio.NewReader(conn)
			if c.asks != "" {
				if _, err := io.WriteString(conn, c.asks); err != nil {
					t.Fatal(err)
				}
				answer, err := http.ReadResponse(from, nil) //nolint:bodyclose // shut closes it
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil {
					t.Fatal(err)
				}
				shut(t, answer.Body)
			}
			<-time.After(16 * time.Second)
			err := conn.SetReadDeadline(time.Now().Add(time.Second)) // fails on what is closed
			if err == nil {
				_, err = from.ReadByte()
			}
			if closed := errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe); closed == c.stay {
				t.Errorf("%s: %v after 16 seconds", name, err)
			}
			shut(t, conn)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}
