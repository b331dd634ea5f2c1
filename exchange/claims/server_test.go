package claims_test

import (
	"bufio"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"beibu/signing/signingtest"
)

// A server is a redis-server of the test's.
type server struct {
	address string
	cmd     *exec.Cmd
}

// freeAddress returns an address on loopback if nothing listens.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// serve starts redis-server at an address, without persistence and with more
// settings, and returns once it takes connections.
func serve(tb testing.TB, address string, more ...string) *server {
	tb.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		tb.Fatal(err)
	}
	args := append([]string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", tb.TempDir()}, more...)
	return begin(tb, address, "Ready to accept connections", args...)
}

// begin starts redis-server and returns once it says that it is ready.
func begin(tb testing.TB, address, ready string, args ...string) *server {
	tb.Helper()
	path := signingtest.Tool(tb, "redis-server")
	s := &server{address: address, cmd: exec.Command(path, args...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), ready) {
			go func() {
				for lines.Scan() { // it must not block on what it has to say
				}
			}()
			return s
		}
	}
	tb.Fatal("redis-server ended before it was ready")
	return nil
}

// client returns a client of this server and no other.
func (s *server) client(tb testing.TB, o redis.Options) *redis.Client {
	tb.Helper()
	o.Addr = s.address
	c := redis.NewClient(&o)
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// kill ends the server at once, and once.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}
