package webhook_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"beibu/exchange/courier/webhook"
)

// names is a DNS server that answers every question for an address of version 4 with the
// next of its addresses, and has none of version 6.
func names(t *testing.T, answers ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	server := must(net.ListenPacket("udp", "127.0.0.1:0"))
	asked := &atomic.Int32{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := make([]byte, 512); ; {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(respond(b[:n], func() string { return answers[int(asked.Add(1)-1)%len(answers)] }), from)
		}
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}, asked
}

// respond returns the response to a query (RFC 1035 section 4.1).
func respond(query []byte, next func() string) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	question := query[12 : end+5]
	r := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if binary.BigEndian.Uint16(question[len(question)-4:]) != 1 {
		return r
	}
	r[7] = 1
	r = append(r, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
	address := netip.MustParseAddr(next()).As4()
	return append(r, address[:]...)
}

// A name that resolves to this machine, at once or the next time, reaches nothing there.
func TestNamesOfThisMachine(t *testing.T) {
	var reached atomic.Int32
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for name, url := range map[string]string{
		"by name":      "https://" + host + ".:" + port + "/",
		"by number":    "https://127.0.0.1:" + port + "/",
		"by version 6": "https://[::ffff:127.0.0.1]:" + port + "/",
	} {
		// As if the first answer had been seen by a check, and the next by the dialer.
		resolver, _ := names(t, "127.0.0.1")
		c := webhook.New(webhook.Options{URL: url, Keys: []webhook.Key{private}, Resolver: resolver})
		o, err := carryOne(t, c)
		if err == nil || o.State != "" || o.Attempt.Code != "address-refused" {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		c.Close()
	}
	if reached.Load() != 0 {
		t.Errorf("%d connections were made", reached.Load())
	}
}

// A name that resolved to a public address, and resolves to this machine at the next
// try, is refused then: every connection is judged by the address that it goes to.
func TestRebinding(t *testing.T) {
	resolver, asked := names(t, "198.51.100.1", "127.0.0.1")
	c := webhook.New(webhook.Options{URL: "https://" + host + ".:9/", Keys: []webhook.Key{private}, Resolver: resolver})
	defer c.Close()
	for _, refused := range []string{"198.51.100.1", "127.0.0.1"} {
		o, err := carryOne(t, c)
		if o.Attempt.Code != "address-refused" || err == nil || !strings.Contains(err.Error(), refused+" is not public") {
			t.Errorf("%s: %+v, %v", refused, o, err)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("resolved %d times", asked.Load())
	}
}

// No proxy of the environment is used, which would resolve the name by itself.
func TestNoProxy(t *testing.T) {
	var reached atomic.Int32
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("HTTPS_PROXY", "http://"+l.Addr().String())
	resolver, _ := names(t, "127.0.0.1")
	c := webhook.New(webhook.Options{URL: "https://" + host + ".:9/", Keys: []webhook.Key{private}, Resolver: resolver})
	defer c.Close()
	if o, _ := carryOne(t, c); o.Attempt.Code != "address-refused" || reached.Load() != 0 {
		t.Errorf("%+v, and the proxy was reached %d times", o, reached.Load())
	}
}
