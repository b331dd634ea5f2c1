package webhook_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"beibu/exchange/courier/couriertest"
	"beibu/exchange/courier/webhook"
)

const (
	customs = "gx-customs"
	host    = "push.example"
	address = "https://" + host + "/beibu"
)

// The keys of the tests.
var (
	seed    = []byte("a seed of thirty-two bytes, exact")[:ed25519.SeedSize]
	private = must(webhook.ParseKey("whsk_" + base64.StdEncoding.EncodeToString(seed)))
	secret  = must(webhook.ParseKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")) // of the standard's own vector
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// verify verifies one signature as Standard Webhooks 1.0.0 says, by the bytes that
// arrived alone.
func verify(h http.Header, body []byte) bool {
	message := h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(body)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	for one := range strings.SplitSeq(h.Get("webhook-signature"), " ") {
		version, encoded, _ := strings.Cut(one, ",")
		signature, err := base64.StdEncoding.DecodeString(encoded)
		if err == nil && version == "v1a" && ed25519.Verify(public, []byte(message), signature) {
			return true
		}
	}
	return false
}

// A post is what a receiver got.
type post struct {
	at     time.Time
	header http.Header
	body   string
}

// arrival returns what must be the same in every repeat, and in a replay.
func (p post) arrival() couriertest.Arrival {
	h := p.header.Clone()
	for _, name := range []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Beibu-Attempt"} {
		h.Del(name)
	}
	return couriertest.Arrival{Exchange: uuid.MustParse(p.header.Get("Beibu-Exchange")), Content: fmt.Sprint(h, p.body)}
}

// A receiver is an HTTPS server of this process.
type receiver struct {
	t      *testing.T
	answer func(http.ResponseWriter, *http.Request) // nil is 204
	roots  *x509.CertPool
	over   network

	mu      sync.Mutex
	refuses bool          // guarded by mu; no connection is made
	posts   []post        // guarded by mu
	grown   chan struct{} // guarded by mu; closed at the next post
}

// A network is how a receiver is connected: by TCP, or in memory if the clock is that of
// the test.
type network interface {
	net.Listener
	dial(ctx context.Context) (net.Conn, error)
}

// loopback is TCP.
type loopback struct{ net.Listener }

func (l loopback) dial(ctx context.Context) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
}

// memory is a network without a system below it.
type memory struct {
	dialed chan net.Conn
	done   chan struct{}
	once   sync.Once
}

func (m *memory) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case m.dialed <- theirs:
		return ours, nil
	case <-m.done:
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept is net.Listener's.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.dialed:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// Close is net.Listener's.
func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}

// Addr is net.Listener's.
func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

// newReceiver serves over TCP until the test ends.
func newReceiver(t *testing.T, change func(*tls.Config), answer func(http.ResponseWriter, *http.Request)) *receiver {
	t.Helper()
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	r, stop := newReceiverOver(t, loopback{l}, change, answer)
	t.Cleanup(stop)
	return r
}

// newReceiverOver serves over a network until stop is called.
func newReceiverOver(t *testing.T, over network, change func(*tls.Config), answer func(http.ResponseWriter, *http.Request)) (r *receiver, stop func()) {
	t.Helper()
	pair, authority := certify(t, host)
	r = &receiver{t: t, answer: answer, over: over, grown: make(chan struct{}), roots: authority}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	if change != nil {
		change(settings)
	}
	server := &http.Server{Handler: r, TLSConfig: settings, ReadHeaderTimeout: time.Minute, ErrorLog: must(zap.NewStdLogAt(zap.NewNop(), zap.ErrorLevel))}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.ServeTLS(over, "", "")
	}()
	return r, func() {
		_ = server.Close()
		<-ended
	}
}

// certify returns a certificate of a server or a client, and its authority, which are the
// same.
func certify(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(1000 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	pool := x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(der)))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func (r *receiver) options() webhook.Options {
	o := webhook.Options{URL: address, Keys: []webhook.Key{private}, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: r.roots}}
	return o.Over(r.dial)
}

func (r *receiver) carrier(change func(*webhook.Options)) *webhook.Carrier {
	o := r.options()
	if change != nil {
		change(&o)
	}
	c := webhook.New(o)
	r.t.Cleanup(c.Close)
	return c
}

func (r *receiver) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	r.mu.Lock()
	refuses := r.refuses
	r.mu.Unlock()
	if refuses {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
	return r.over.dial(ctx)
}

// refuse makes the receiver refuse connections, or take them again.
func (r *receiver) refuse(refuses bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuses = refuses
}

// ServeHTTP is http.Handler's.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		r.t.Error(err)
	}
	if !verify(request.Header, body) {
		r.t.Error("a signature does not verify")
	}
	r.mu.Lock()
	r.posts = append(r.posts, post{time.Now(), request.Header.Clone(), string(body)})
	close(r.grown)
	r.grown = make(chan struct{})
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(w, request)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// all returns the posts up to now.
func (r *receiver) all() []post {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.posts)
}

// arrived is what a couriertest.Subject has.
func (r *receiver) arrived(n int) []couriertest.Arrival {
	for {
		r.mu.Lock()
		posts, grown := slices.Clone(r.posts), r.grown
		r.mu.Unlock()
		if len(posts) >= n {
			all := make([]couriertest.Arrival, 0, len(posts))
			for _, p := range posts {
				all = append(all, p.arrival())
			}
			return all
		}
		<-grown
	}
}

func TestContract(t *testing.T) {
	couriertest.Run(t, func(t *testing.T) couriertest.Subject {
		r := newReceiver(t, nil, nil)
		return couriertest.Subject{Carrier: r.carrier(nil), Arrived: r.arrived}
	})
}

// The vector of Standard Webhooks, and both kinds of key side by side.
func TestSignatures(t *testing.T) {
	body := []byte(`{"test": 2432232314}`)
	const id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	at := time.Unix(1614265330, 0)
	if got := webhook.Signatures([]webhook.Key{secret}, id, at, body); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("the vector of the standard is signed %s", got)
	}
	got := strings.Split(webhook.Signatures([]webhook.Key{private, secret}, id, at, body), " ")
	if len(got) != 2 || !strings.HasPrefix(got[0], "v1a,") {
		t.Fatalf("signed %q", got)
	}
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("webhook-signature", strings.Join(got, " "))
	if !verify(h, body) || verify(h, body[1:]) {
		t.Error("v1a does not verify, or verifies what was changed")
	}
	raw := must(base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
	mac := hmac.New(sha256.New, raw)
	mac.Write([]byte(id + ".1614265330." + string(body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); got[1] != want {
		t.Errorf("signed %s, want %s", got[1], want)
	}
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if private.Public() != "whpk_"+base64.StdEncoding.EncodeToString(public) || secret.Public() != "" {
		t.Errorf("public keys %q and %q", private.Public(), secret.Public())
	}
}

func TestParseKey(t *testing.T) {
	whole := ed25519.NewKeyFromSeed(seed)
	if k, err := webhook.ParseKey("whsk_" + base64.StdEncoding.EncodeToString(whole)); err != nil || k.Public() != private.Public() {
		t.Errorf("a private key of 64 bytes is %v, %v", k.Public(), err)
	}
	torn := append(slices.Clone(whole[:32]), make([]byte, 32)...)
	for name, text := range map[string]string{
		"no prefix": base64.StdEncoding.EncodeToString(seed), "no base64": "whsk_***",
		"a short secret": "whsec_" + base64.StdEncoding.EncodeToString(seed[:23]), "a long secret": "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65)),
		"a short key": "whsk_" + base64.StdEncoding.EncodeToString(seed[:31]), "a torn key": "whsk_" + base64.StdEncoding.EncodeToString(torn),
		"a public key": private.Public(),
	} {
		if _, err := webhook.ParseKey(text); err == nil || strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for text, good := range map[string]bool{
		address: true, "https://[2001:db8::1]:8443/a?b=c": true,
		"http://push.example/": false, "https://": false, "https://a:b@push.example/": false, "https://push.example/#": false, "://": false, "/beibu": false,
	} {
		if err := webhook.CheckURL(text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}
