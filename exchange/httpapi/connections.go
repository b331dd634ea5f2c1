package httpapi

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Connections bounds the connections of listeners: how many are open, how many of
// them come from one address, and how long one may send nothing before it has shown
// valid credentials. So callers without credentials cannot use up the descriptors
// of the process. If there are too many, the oldest connection without credentials
// is closed for the new one: callers that have credentials show them with their
// first request. If all have shown theirs, the new one is closed.
type Connections struct {
	total, perAddress int
	silence           time.Duration

	mu        sync.Mutex
	open      int            // guarded by mu
	from      map[string]int // by address; guarded by mu
	anonymous []*connection  // without credentials, the oldest first; guarded by mu
	closed    int64          // because there were too many; guarded by mu
}

// NewConnections returns a bound of total connections, perAddress of them from one
// address. A connection that has shown no credentials is closed if it sends nothing
// for as long as silence.
func NewConnections(total, perAddress int, silence time.Duration) *Connections {
	return &Connections{total: total, perAddress: perAddress, silence: silence, from: make(map[string]int)}
}

// Listen returns a listener that keeps to the bounds.
func (c *Connections) Listen(l net.Listener) net.Listener { return &listener{l, c} }

// count returns how many connections are open, and how many were closed because
// there were too many.
func (c *Connections) count() (open int, closed int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open, c.closed
}

// A listener accepts connections within bounds.
type listener struct {
	net.Listener

	connections *Connections
}

// Accept returns the next connection that the bounds allow.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		one, surplus := l.connections.add(conn)
		if surplus != nil {
			// The peer notices by itself.
			_ = surplus.Close()
		}
		if one != nil {
			return one, nil
		}
	}
}

// add counts a connection, and returns the one to close for it, if any. That is the
// new one itself if all others have shown credentials.
func (c *Connections) add(conn net.Conn) (one *connection, surplus net.Conn) {
	address := addressOf(conn)
	c.mu.Lock()
	defer c.mu.Unlock()
	if crowded := c.from[address] >= c.perAddress; crowded || c.open >= c.total {
		c.closed++
		oldest := c.oldest(address, crowded)
		if oldest == nil {
			return nil, conn
		}
		c.remove(oldest)
		surplus = oldest.Conn
	}
	one = &connection{Conn: conn, connections: c, address: address}
	c.anonymous = append(c.anonymous, one)
	c.open++
	c.from[address]++
	return one, surplus
}

// oldest returns the oldest connection without credentials, of one address alone if
// that is crowded, or nil.
func (c *Connections) oldest(address string, crowded bool) *connection {
	at := slices.IndexFunc(c.anonymous, func(one *connection) bool { return !crowded || one.address == address })
	if at < 0 {
		return nil
	}
	return c.anonymous[at]
}

// remove stops counting a connection, once.
func (c *Connections) remove(one *connection) {
	if one.removed {
		return
	}
	one.removed = true
	c.unlist(one)
	c.open--
	if c.from[one.address]--; c.from[one.address] == 0 {
		delete(c.from, one.address)
	}
}

// unlist takes a connection off the list of those without credentials.
func (c *Connections) unlist(one *connection) {
	if at := slices.Index(c.anonymous, one); at >= 0 {
		c.anonymous = slices.Delete(c.anonymous, at, at+1)
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

// A connection is one that is counted.
type connection struct {
	net.Conn

	connections *Connections
	address     string
	removed     bool // guarded by mu of connections

	mu            sync.Mutex
	authenticated bool      // it has shown valid credentials; guarded by mu
	deadline      time.Time // that the server set for reads; guarded by mu
}

// SetReadDeadline bounds the next reads, more narrowly before the connection has
// shown credentials.
func (one *connection) SetReadDeadline(t time.Time) error {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.deadline = t
	if latest := time.Now().Add(one.connections.silence); !one.authenticated && (t.IsZero() || t.After(latest)) {
		t = latest
	}
	return one.Conn.SetReadDeadline(t)
}

// SetDeadline bounds the next reads and writes.
func (one *connection) SetDeadline(t time.Time) error {
	if err := one.SetReadDeadline(t); err != nil {
		return err
	}
	return one.SetWriteDeadline(t)
}

// Close ends the connection, so that another may be opened.
func (one *connection) Close() error {
	one.connections.mu.Lock()
	one.connections.remove(one)
	one.connections.mu.Unlock()
	return one.Conn.Close()
}

// setAuthenticated notes that the connection has shown valid credentials.
func (one *connection) setAuthenticated() {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.authenticated {
		return
	}
	one.authenticated = true
	one.connections.mu.Lock()
	one.connections.unlist(one)
	one.connections.mu.Unlock()
	// A connection that is broken ends by itself.
	_ = one.Conn.SetReadDeadline(one.deadline)
}

// connectionKey is the key of a request's connection in its context: net/http has
// no other way to pass it on.
type connectionKey struct{}

// withConnection puts a connection into the context of its requests.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	if over, ok := conn.(*tls.Conn); ok {
		conn = over.NetConn()
	}
	return context.WithValue(ctx, connectionKey{}, conn)
}

// SetAuthenticated notes that the caller of a request has shown valid credentials, so that
// its connection is not one of those that are closed for others. It is for what else is
// served on the same connections.
func SetAuthenticated(r *http.Request) {
	if one, ok := r.Context().Value(connectionKey{}).(*connection); ok {
		one.setAuthenticated()
	}
}
