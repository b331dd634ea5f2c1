package httpapi

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"
)

// Guests bounds the connections of listeners: how many there are, how many of
// them come from one address, and how long one may say nothing before it has shown
// credentials that count. So strangers cannot use up the descriptors of the
// process. If there is no room for a new connection, the stranger that came
// first has to go: those who have credentials show them with their first request.
// If all who are there are known, the new one is closed.
type Guests struct {
	all, each int
	silence   time.Duration

	mu        sync.Mutex
	here      int
	from      map[string]int // by address
	strangers []*guest       // in the order in which they came
	turned    int64          // connections that had to go
}

// NewGuests returns guests of whom at most all are here, and each from one
// address. A stranger that says nothing for as long as silence has to go.
func NewGuests(all, each int, silence time.Duration) *Guests {
	return &Guests{all: all, each: each, silence: silence, from: make(map[string]int)}
}

// Listen returns a listener that keeps to the bounds.
func (g *Guests) Listen(l net.Listener) net.Listener { return &doorway{l, g} }

// count returns how many connections there are, and how many had to go.
func (g *Guests) count() (here int, turned int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.here, g.turned
}

// A doorway is a listener whose connections are guests.
type doorway struct {
	net.Listener

	guests *Guests
}

// Accept returns the next connection for which there is room.
func (d *doorway) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		one, leaves := d.guests.enter(conn)
		if leaves != nil {
			// The peer learns of it by itself.
			_ = leaves.Close()
		}
		if one != nil {
			return one, nil
		}
	}
}

// enter lets a connection in, and returns the one that has to go for it, if any.
// It is the new one itself if there is no stranger.
func (g *Guests) enter(conn net.Conn) (one *guest, leaves net.Conn) {
	address := addressOf(conn)
	g.mu.Lock()
	defer g.mu.Unlock()
	if crowded := g.from[address] >= g.each; crowded || g.here >= g.all {
		g.turned++
		first := g.first(address, crowded)
		if first == nil {
			return nil, conn
		}
		g.forget(first)
		leaves = first.Conn
	}
	one = &guest{Conn: conn, guests: g, address: address}
	g.strangers = append(g.strangers, one)
	g.here++
	g.from[address]++
	return one, leaves
}

// first returns the stranger that came first, of one address alone if that is
// crowded, or nil.
func (g *Guests) first(address string, crowded bool) *guest {
	at := slices.IndexFunc(g.strangers, func(one *guest) bool { return !crowded || one.address == address })
	if at < 0 {
		return nil
	}
	return g.strangers[at]
}

// forget counts a guest that goes, once.
func (g *Guests) forget(one *guest) {
	if one.gone {
		return
	}
	one.gone = true
	g.unlist(one)
	g.here--
	if g.from[one.address]--; g.from[one.address] == 0 {
		delete(g.from, one.address)
	}
}

// unlist takes a guest off the list of strangers, if it is there.
func (g *Guests) unlist(one *guest) {
	if at := slices.Index(g.strangers, one); at >= 0 {
		g.strangers = slices.Delete(g.strangers, at, at+1)
	}
}

// addressOf returns the address of the peer without its port.
func addressOf(conn net.Conn) string {
	remote := conn.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}

// A guest is one connection.
type guest struct {
	net.Conn

	guests  *Guests
	address string
	gone    bool // guarded by the guests' mu

	mu    sync.Mutex
	known bool      // it has shown credentials that count; guarded by mu
	want  time.Time // when the server wants a read to end; guarded by mu
}

// SetReadDeadline bounds the next reads, those of a stranger more narrowly.
func (one *guest) SetReadDeadline(t time.Time) error {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.want = t
	if latest := time.Now().Add(one.guests.silence); !one.known && (t.IsZero() || t.After(latest)) {
		t = latest
	}
	return one.Conn.SetReadDeadline(t)
}

// SetDeadline bounds the next reads and writes.
func (one *guest) SetDeadline(t time.Time) error {
	if err := one.SetReadDeadline(t); err != nil {
		return err
	}
	return one.SetWriteDeadline(t)
}

// Close ends the connection and makes room for another.
func (one *guest) Close() error {
	one.guests.mu.Lock()
	one.guests.forget(one)
	one.guests.mu.Unlock()
	return one.Conn.Close()
}

// know has a guest be no stranger any more.
func (one *guest) know() {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.known {
		return
	}
	one.known = true
	one.guests.mu.Lock()
	one.guests.unlist(one)
	one.guests.mu.Unlock()
	// A connection that is broken ends by itself.
	_ = one.Conn.SetReadDeadline(one.want)
}

// guestKey is under which a request's context has its guest: net/http has no other
// way to know which connection a request came by.
type guestKey struct{}

// withGuest puts the guest of a connection into the context of its requests.
func withGuest(ctx context.Context, conn net.Conn) context.Context {
	if over, ok := conn.(*tls.Conn); ok {
		conn = over.NetConn()
	}
	return context.WithValue(ctx, guestKey{}, conn)
}

// known says that the caller of a request has shown credentials that count.
func (c *call) known() {
	if one, ok := c.request.Context().Value(guestKey{}).(*guest); ok {
		one.know()
	}
}
