package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/deploy"
	"beibu/exchange/httpapi"
)

// serving starts a daemon, with more configuration, and returns its address and the
// folder of the API keys.
func serving(t *testing.T, more string) (address, access string) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	loaded, err := config.Parse("the test", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+data+"\n"+more))
	if err != nil {
		t.Fatal(err)
	}
	d, err := daemon.New(t.Context(), loaded, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return d.Public().String(), filepath.Join(data, "access")
}

// behindProxy starts a daemon behind a proxy that changes its answers, and returns
// the address of the proxy and the folder of the API keys.
func behindProxy(t *testing.T, change func(*http.Response) error) (server, access string) {
	t.Helper()
	host, access := serving(t, "")
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: host})
	proxy.ModifyResponse = change
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return front.URL, access
}

// answered puts another body into an answer.
func answered(r *http.Response, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
}

// A thief takes one delivery out of a mailbox, and alters one envelope by a bit.
type thief struct {
	mu             sync.Mutex
	stole, altered string // exchanges
}

func (a *thief) change(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	path := r.Request.URL.Path
	switch {
	case path == "/v1/mailbox" && a.stole == "":
		var page httpapi.MailboxPage
		if err := json.Unmarshal(body, &page); err == nil && len(page.Deliveries) > 0 {
			a.stole = page.Deliveries[0].ExchangeID
			page.Deliveries = page.Deliveries[1:]
			body, err = json.Marshal(page)
			if err != nil {
				return err
			}
		}
	case strings.HasSuffix(path, "/envelope") && a.altered == "":
		a.altered = strings.Split(path, "/")[3]
		body[len(body)/2] ^= 1
	}
	answered(r, body)
	return nil
}

// What a proxy steals or alters on the way from a daemon is found, named and makes
// the exit code 1.
func TestBenchFindsWhatIsLostOrAltered(t *testing.T) {
	var a thief
	server, access := behindProxy(t, a.change)
	code, stdout, stderr := called(t, "--server", server, "bench", "--access", access, "--for", "200ms", "--kind", "ata-carnet", "--patience", "3s")
	if code != exitFaults || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{"lost                1\n", "altered             1\n", "lost: exchange " + a.stole + " did not come to ", "altered: exchange " + a.altered + " came to "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("not printed: %q\n%s", want, stdout)
		}
	}
}

// A receipt for another document does not hold.
func TestBenchFindsWrongReceipts(t *testing.T) {
	var first atomic.Value
	server, access := behindProxy(t, func(r *http.Response) error {
		if r.Request.URL.Path != "/v1/documents" {
			return nil
		}
		var said map[string]any
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
			return err
		}
		first.CompareAndSwap(nil, said["receipt"])
		said["receipt"] = first.Load()
		body, err := json.Marshal(said)
		answered(r, body)
		return err
	})
	code, stdout, _ := called(t, "--server", server, "bench", "--access", access, "--for", "100ms", "--clients", "1", "--kind", "health-permit")
	if code != exitFaults || !strings.Contains(stdout, "receipts            1 hold, ") || !strings.Contains(stdout, "the receipt is for another document") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

// A daemon that accepts nothing under load has not been measured.
func TestBenchNothingAccepted(t *testing.T) {
	var first atomic.Bool
	server, access := behindProxy(t, func(r *http.Response) error {
		if r.Request.URL.Path == "/v1/documents" && !first.CompareAndSwap(false, true) {
			r.StatusCode = http.StatusUnprocessableEntity
			answered(r, []byte(`{"code": "invalid", "status": 422}`))
		}
		return nil
	})
	code, stdout, stderr := called(t, "--server", server, "bench", "--access", access, "--for", "100ms", "--clients", "1", "--kind", "health-permit")
	if code != exitUnable || !regexp.MustCompile(`(?m)^not accepted +[0-9]+ invalid$`).MatchString(stdout) || !strings.Contains(stderr, "nothing was accepted (bench-nothing-accepted)") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// Documents are signed by the key of their sender, if the daemon has registered it.
func TestBenchSigned(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := called(t, "keys", "new", "beihai-customs", "--dir", dir); code != exitFine {
		t.Fatal(stderr)
	}
	const party = "  - id: beihai-customs\n"
	keys := party + "    keys: [{id: bench, certificate: " + filepath.Join(dir, "beihai-customs.pem") + "}]\n" +
		"    signatures: {required: [ata-carnet]}\n"
	parties := filepath.Join(dir, "parties.yaml")
	if err := os.WriteFile(parties, []byte(strings.Replace(string(deploy.Parties), party, keys, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	host, access := serving(t, "parties: "+parties+"\n")
	bench := []string{"--server", "http://" + host, "bench", "--access", access, "--parties", parties, "--for", "200ms", "-o", "json"}
	code, stdout, stderr := called(t, append(bench, "--signed", "--keys", dir)...)
	var got benched
	if json.Unmarshal([]byte(stdout), &got) != nil || code != exitFine || !got.Signed || got.WarmUp == 0 || got.Accepted == 0 || !got.Sound() {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// Ctrl-C ends the submitting; everything accepted is waited for and printed. A person
// at a terminal sees a bar meanwhile.
func TestBenchInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var submitted atomic.Int64
	server, access := behindProxy(t, func(r *http.Response) error {
		if r.Request.URL.Path == "/v1/documents" {
			if submitted.Add(1) == 5 {
				cancel()
			}
		}
		return nil
	})
	var out, err bytes.Buffer
	code := run(ctx, []string{"--server", server, "bench", "--access", access, "--for", "1h", "--clients", "1", "--kind", "health-permit", "-o", "json"},
		streams{in: strings.NewReader(""), out: &out, err: &err, terminal: true})
	var got benched
	if json.Unmarshal(out.Bytes(), &got) != nil || code != exitFine || got.WarmUp+got.Accepted+got.Resent != 5 || got.Delivered < 4 || !got.Sound() {
		t.Errorf("exit code %d\n%s%s", code, &out, &err)
	}
	if !strings.Contains(err.String(), "] 0 of 3600") {
		t.Errorf("no bar: %q", &err)
	}
}

// If the daemon is on another machine, a person is asked first. The address that is
// none of any machine leads to this one.
func TestBenchAsks(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusTeapot)
	}))
	defer server.Close()
	elsewhere := strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1)
	access := t.TempDir()
	shipped, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range shipped.Map.Parties {
		if err := os.WriteFile(filepath.Join(access, p.ID+".key"), []byte(strings.Repeat("k", 32)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		typed, flag string
		goes        bool
	}{{"y\n", "", true}, {"Yes\n", "", true}, {"是\n", "", true}, {"", "--yes", true}, {"n\n", "", false}, {"\n", "", false}, {"", "", false}} {
		before := asked.Load()
		var out, err bytes.Buffer
		args := []string{"--server", elsewhere, "bench", "--access", access, "--kind", "health-permit"}
		if test.flag != "" {
			args = append(args, test.flag)
		}
		code := run(t.Context(), args, streams{in: strings.NewReader(test.typed), out: &out, err: &err, terminal: true})
		prompt := "Submit documents of 1 kinds to " + elsewhere + " for 10s? They stay in its log. [y/N] "
		if went := asked.Load() > before; went != test.goes || strings.Contains(err.String(), prompt) != (test.flag == "") ||
			strings.Contains(err.String(), "(bench-declined)") == test.goes || code != exitUnable {
			t.Errorf("%q %s: exit code %d, %d calls\n%s", test.typed, test.flag, code, asked.Load()-before, &err)
		}
	}
}

// Documents go to another machine only if that was said.
func TestLoopback(t *testing.T) {
	for server, want := range map[string]bool{
		"http://127.0.0.1": true, "http://localhost": true, "https://[::1]": true, "http://127.9.9.9": true,
		"http://localhost.example": false, "https://beibu.example": false, "http://10.0.0.1": false, "http://127.0.0.1.example": false, "http://0.0.0.0": false,
	} {
		if loopback(server) != want {
			t.Errorf("%s: %v", server, !want)
		}
	}
}
