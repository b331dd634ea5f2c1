package claims_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"beibu/exchange/claims"
	"beibu/exchange/claims/claimstest"
)

func open(tb testing.TB, o claims.Options) *claims.Redis {
	tb.Helper()
	c, err := claims.Open(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

func TestContractOnMiniredis(t *testing.T) {
	claimstest.Run(t, func(tb testing.TB) claimstest.Store {
		tb.Helper()
		server := miniredis.NewMiniRedis()
		if err := server.Start(); err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(server.Close)
		o := claims.Options{Addresses: []string{server.Addr()}, Lease: time.Minute, Window: time.Minute, Bound: time.Minute}
		return claimstest.Store{
			One: open(tb, o), Other: open(tb, o),
			Lapse: func(testing.TB) { server.FastForward(time.Minute) },
			Flush: func(testing.TB) { server.FlushAll() },
		}
	})
}

func TestContractOnRedis(t *testing.T) {
	address := serve(t, freeAddress(t)).address
	claimstest.Run(t, func(tb testing.TB) claimstest.Store {
		tb.Helper()
		client := redis.NewClient(&redis.Options{Addr: address})
		tb.Cleanup(func() { _ = client.Close() })
		flush := func(tb testing.TB) {
			tb.Helper()
			if err := client.FlushAll(tb.Context()).Err(); err != nil {
				tb.Fatal(err)
			}
		}
		flush(tb)
		o := claims.Options{Addresses: []string{address}, Lease: time.Minute, Window: time.Minute, Bound: time.Minute}
		return claimstest.Store{
			One: open(tb, o), Other: open(tb, o), Flush: flush,
			Lapse: func(tb testing.TB) { tb.Helper(); lapse(tb, client) },
		}
	})
}

// lapse shortens what is left of each lease, and waits for its end.
func lapse(tb testing.TB, client *redis.Client) {
	tb.Helper()
	keys, err := client.Keys(tb.Context(), "*").Result()
	if err != nil {
		tb.Fatal(err)
	}
	for _, key := range keys {
		if left := client.PTTL(tb.Context(), key).Val(); left <= 0 || left > time.Minute {
			tb.Fatalf("%s lapses in %s", key, left)
		}
		client.PExpire(tb.Context(), key, time.Millisecond)
		for client.Exists(tb.Context(), key).Val() > 0 {
			continue // the server's clock runs on
		}
	}
}

// A server is a redis-server of the test's.
type server struct {
	address string
	cmd     *exec.Cmd
}

// freeAddress returns an address on loopback where nothing listens.
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

// serve starts redis-server at an address, without persistence, and returns
// once it takes connections.
func serve(tb testing.TB, address string) *server {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
			tb.Fatal("redis-server is not installed, and BEIBU_REQUIRE_TOOLS=1")
		}
		tb.Skip("SKIPPED: redis-server is not installed, so claims were not tried against it")
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		tb.Fatal(err)
	}
	s := &server{address: address, cmd: exec.Command(path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", tb.TempDir())}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
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

// kill ends the server at once, and once.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}
