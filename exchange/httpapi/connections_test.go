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

// open opens a connection from an address, and returns it if it is accepted, and the
// one that is closed for it.
func open(g *Connections, address string) (accepted *connection, closed net.Conn) {
	return g.add(&peer{address: address})
}

func TestConnectionsAreBounded(t *testing.T) {
	g := NewConnections(4, 3, time.Minute)
	var a []*connection
	for range 3 {
		one, closed := open(g, "a:1")
		if one == nil || closed != nil {
			t.Fatal("a connection within the bounds is refused")
		}
		a = append(a, one)
	}
	a[0].setAuthenticated()
	if one, closed := open(g, "a:2"); one == nil || closed != a[1].Conn {
		t.Error("of a crowded address, it is not the oldest anonymous connection that is closed")
	}
	b, _ := open(g, "b:1")
	b.setAuthenticated()
	if one, closed := open(g, "c:1"); one == nil || closed != a[2].Conn {
		t.Error("of all, it is not the oldest anonymous connection that is closed")
	}
	if n, refused := g.count(); n != 4 || refused != 2 {
		t.Errorf("%d are open, and %d were closed", n, refused)
	}
	for len(g.anonymous) > 0 {
		g.anonymous[0].setAuthenticated()
	}
	if one, closed := open(g, "d:1"); one != nil || closed == nil {
		t.Error("a connection is accepted though all have shown credentials")
	}
	for range 2 { // closing twice counts once
		if err := errors.Join(a[0].Close(), a[1].Close(), a[2].Close(), b.Close()); err != nil {
			t.Error(err)
		}
	}
	if n, _ := g.count(); n != 2 || g.from["b:1"] != 0 {
		t.Errorf("%d are open once two are closed: %v", n, g.from)
	}
}

// A connection that has shown no credentials is closed once it says nothing for
// fifteen seconds, whatever it asked before; one that has stays.
func TestSilentConnectionsAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := echo(t, admission.Limits{}, Limits{}, nil)
		parties, err := exchange.NewParties(nil)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte("key"))
		known, err := access.NewCredentials([]access.Credential{{Name: "operator", Grants: access.Everywhere(access.StaffRoles), KeySHA256: hex.EncodeToString(digest[:])}})
		if err != nil {
			t.Fatal(err)
		}
		s.current.Store(&access.InForce{InForce: &exchange.InForce{Parties: parties}, Credentials: known})
		ok := func(c *call) error { c.bytes(http.StatusOK, mediaXML, []byte("<a/>")); return nil }
		s.mount(route{"GET /open", access.ReadPublic, ok})
		s.mount(route{"GET /known", access.ReadCatalogue, ok})
		door := listenPipes()
		server := s.HTTP()
		ended := make(chan error)
		go func() { ended <- server.Serve(s.Connections().Listen(door)) }()
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
