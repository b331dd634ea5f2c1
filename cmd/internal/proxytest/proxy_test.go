package proxytest_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"beibu/cmd/internal/proxytest"
)

// echo answers every line with itself.
func echo(t *testing.T) string {
	t.Helper()
	l := listen(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	config := net.ListenConfig{}
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dial(t *testing.T, p *proxytest.Proxy) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// say writes a line and returns what is answered.
func say(c net.Conn, line string) (string, error) {
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

func TestPassesOn(t *testing.T) {
	server := echo(t)
	p := proxytest.Start(t, "127.0.0.1:0", func() string { return server }, proxytest.Raw)
	if got, err := say(dial(t, p), "carnet"); err != nil || got != "carnet\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// An answer that is lost was asked for all the same.
func TestLosesAnswers(t *testing.T) {
	server := echo(t)
	p := proxytest.Start(t, "127.0.0.1:0", func() string { return server }, proxytest.Raw)
	var answered atomic.Bool
	p.Watch(func(m proxytest.Message) bool {
		if m.FromServer {
			answered.Store(true)
		}
		return !m.FromServer
	})
	c := dial(t, p)
	if got, err := say(c, "carnet"); err == nil {
		t.Errorf("got %q", got)
	}
	if !answered.Load() {
		t.Error("the server was not asked")
	}
	p.Watch(nil)
	if _, err := say(dial(t, p), "carnet"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestCuts(t *testing.T) {
	server := echo(t)
	p := proxytest.Start(t, "127.0.0.1:0", func() string { return server }, proxytest.Raw)
	c := dial(t, p)
	if _, err := say(c, "permit"); err != nil {
		t.Fatal(err)
	}
	p.Cut(true)
	if _, err := say(c, "permit"); err == nil {
		t.Error("the connection lives on")
	}
	if _, err := say(dial(t, p), "permit"); err == nil {
		t.Error("a new connection is served")
	}
	p.Cut(false)
	if _, err := say(dial(t, p), "permit"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Kafka's answers come with the requests that they answer.
func TestKafka(t *testing.T) {
	server := echo(t) // of a request of 12 bytes and more, the first number is its kind and version
	p := proxytest.Start(t, "127.0.0.1:0", func() string { return server }, proxytest.Kafka)
	var asked, answered atomic.Bool
	p.Watch(func(m proxytest.Message) bool {
		if m.Asks(proxytest.Produce, "docs.body") {
			(map[bool]*atomic.Bool{false: &asked, true: &answered})[m.FromServer].Store(true)
		}
		if m.Asks(proxytest.Fetch, "docs.body") || m.Asks(proxytest.Produce, "docs.log") {
			t.Error("taken for another request")
		}
		return true
	})
	// kind 0, version 9, correlation id 9: the echo is an answer to request 9.
	request := append([]byte{0, 0, 0, 9, 0, 0, 0, 9}, "...docs.body..."...)
	frame := append(binary.BigEndian.AppendUint32(nil, uint32(len(request))), request...)
	c := dial(t, p)
	if _, err := c.Write(frame); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, len(frame))); err != nil {
		t.Fatal(err)
	}
	if !asked.Load() || !answered.Load() {
		t.Errorf("asked %v, answered %v", asked.Load(), answered.Load())
	}
}
