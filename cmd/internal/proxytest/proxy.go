package proxytest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A Watch reads a message before it is passed on and reports whether it is.
// One that is not is lost, and its connection ends. It is called from the
// goroutines of the connections, several at once.
type Watch func(Message) bool

// A Message is one piece of what is said on a connection.
type Message struct {
	FromServer bool
	Bytes      []byte // valid during the call
	Request    []byte // what an answer answers, if the protocol says; valid during the call
}

// A Protocol cuts what is said on one connection into messages.
type Protocol interface {
	// Read returns the next message from one side. It is called by two
	// goroutines, one for each side.
	Read(from io.Reader, server bool) (Message, error)
}

// A Proxy passes connections on to a server. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	target   func() string
	protocol func() Protocol

	mu     sync.Mutex
	watch  Watch                 // guarded by mu; nil passes everything on
	delay  time.Duration         // guarded by mu
	closed bool                  // guarded by mu; new connections are refused
	open   map[net.Conn]struct{} // guarded by mu; both ends of every connection

	life context.Context //nolint:containedctx // of the proxy: ends with the test
	work sync.WaitGroup
}

// Start listens on an address until the test ends. target is asked at every
// connection, and protocol makes the one that it speaks.
func Start(tb testing.TB, listen string, target func() string, protocol func() Protocol) *Proxy {
	tb.Helper()
	config := net.ListenConfig{}
	l, err := config.Listen(tb.Context(), "tcp", listen)
	if err != nil {
		tb.Fatal(err)
	}
	life, end := context.WithCancel(context.WithoutCancel(tb.Context()))
	p := &Proxy{listener: l, target: target, protocol: protocol, open: make(map[net.Conn]struct{}), life: life}
	p.work.Go(p.accept)
	tb.Cleanup(func() {
		end()
		_ = l.Close() // the loop that accepts ends by it
		p.Cut(true)
		p.work.Wait()
	})
	return p
}

// Address is where the proxy listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Watch has every message from now on looked at.
func (p *Proxy) Watch(w Watch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch = w
}

// Delay makes every message from now on wait.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Cut ends every connection. If it is to stay so, new ones are refused until
// the next call.
func (p *Proxy) Cut(stays bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = stays
	for c := range p.open {
		_ = c.Close() // that is all that is wanted of it
	}
	clear(p.open)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			p.work.Go(func() { p.serve(client) })
		}
	}
}

// serve passes one connection on until one of its ends is gone.
func (p *Proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := new(net.Dialer).DialContext(p.life, "tcp", p.target())
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	if !p.enter(client, server) {
		return
	}
	defer p.leave(client, server)
	protocol := p.protocol()
	var back sync.WaitGroup
	back.Go(func() {
		defer func() { _ = client.Close() }()
		p.pump(protocol, server, client, true)
	})
	p.pump(protocol, client, server, false)
	_ = server.Close()
	back.Wait()
}

func (p *Proxy) enter(ends ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	for _, c := range ends {
		p.open[c] = struct{}{}
	}
	return true
}

func (p *Proxy) leave(ends ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range ends {
		delete(p.open, c)
	}
}

// pump passes messages on in one direction.
func (p *Proxy) pump(protocol Protocol, from io.Reader, to io.Writer, server bool) {
	for {
		m, err := protocol.Read(from, server)
		if err != nil || !p.passes(m) {
			return
		}
		if _, err := to.Write(m.Bytes); err != nil {
			return
		}
	}
}

// passes has a message looked at and waits for as long as it is delayed.
func (p *Proxy) passes(m Message) bool {
	p.mu.Lock()
	watch, delay := p.watch, p.delay
	p.mu.Unlock()
	if watch != nil && !watch(m) {
		return false
	}
	if delay == 0 {
		return true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.life.Done():
		return false
	}
}
