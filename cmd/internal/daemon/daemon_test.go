package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// open wires a daemon over a folder, with more configuration.
func open(t *testing.T, dir, more string) *Daemon {
	t.Helper()
	return openLogged(t, dir, more, zap.NewNop())
}

// start opens a daemon and has it serve until the test ends.
func start(t *testing.T, dir, more string) *Daemon {
	t.Helper()
	d := open(t, dir, more)
	serve(t, d)
	return d
}

// serve has a daemon serve until the test ends.
func serve(t *testing.T, d *Daemon) {
	t.Helper()
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

func as(t *testing.T, d *Daemon, dir, who string) *client.Client {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(dir, "access", who+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return &client.Client{Server: "http://" + d.Public().String(), Key: strings.TrimSpace(string(key))}
}

func carnet(t *testing.T) []byte {
	t.Helper()
	s, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		t.Fatal(err)
	}
	return s.Bytes
}

// taken has a daemon over a folder accept a carnet, and stops it once the carnet
// is dispatched.
func taken(t *testing.T, dir, more string) answer.Acceptance {
	t.Helper()
	d := open(t, dir, more)
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	said, err := as(t, d, dir, "qinzhou-customs").Submit(t.Context(), carnet(t))
	if err != nil {
		t.Fatal(err)
	}
	dispatched(t, d, said.ExchangeID)
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	return said
}

// dispatched waits until the record of a daemon shows an exchange with a
// delivery to each of its receivers. The answer 202 does not say so: dispatch
// follows it, and what a stop interrupts is dispatched after the next start.
func dispatched(t *testing.T, d *Daemon, id string) {
	t.Helper()
	for {
		changed := d.index.Changed("")
		x, err := d.index.Exchange(t.Context(), uuid.MustParse(id))
		switch {
		case err == nil && len(x.Deliveries) == len(x.Receivers):
			return
		case err != nil && exchange.KindOf(err) != exchange.NotFound:
			t.Fatal(err)
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatalf("%s is not dispatched: %v", id, t.Context().Err())
		}
	}
}

// What was accepted is there after a stop and a start, with the same keys, the
// same receipt and the same bytes.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	before := taken(t, dir, "")
	sender := as(t, start(t, dir, ""), dir, "qinzhou-customs")
	after, err := sender.Submit(t.Context(), carnet(t))
	if err != nil || !after.Duplicate || after.Receipt != before.Receipt {
		t.Errorf("after the restart: %+v, %v", after, err)
	}
	kept, err := sender.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+before.ExchangeID+"/document", "", nil)
	if err != nil || !bytes.Equal(kept.Body, carnet(t)) {
		t.Errorf("the bytes kept are others: %v", err)
	}
}

// An index that is lost is made again from the store before anything is served.
func TestLostIndex(t *testing.T) {
	dir := t.TempDir()
	before := taken(t, dir, "")
	lost, err := filepath.Glob(filepath.Join(dir, "index.db*"))
	if err != nil || len(lost) == 0 {
		t.Fatal(lost, err)
	}
	for _, file := range lost {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	operator := as(t, start(t, dir, ""), dir, "operator")
	x, err := client.Get[httpapi.Exchange](t.Context(), operator, "/v1/exchanges/"+before.ExchangeID, nil)
	if err != nil || len(x.Deliveries) != 3 {
		t.Errorf("got %+v, %v", x, err)
	}
}

// A stop finishes the request in progress, and accepts no new one.
func TestStopFinishesRequests(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, "")
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	sender := as(t, d, dir, "qinzhou-customs")
	body, rest := io.Pipe()
	answers := make(chan error, 1)
	go func() { answers <- slowPost(t.Context(), sender, body) }()
	document := carnet(t)
	if _, err := rest.Write(document[:len(document)/2]); err != nil { // the daemon is reading
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- d.Stop(t.Context()) }()
	for d.ready(t.Context()) == nil { // until the stop has started
		continue
	}
	if _, err := rest.Write(document[len(document)/2:]); err != nil {
		t.Fatal(err)
	}
	if err := rest.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-answers; err != nil {
		t.Errorf("the request in progress: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err := sender.Submit(t.Context(), document); err == nil || client.ProblemOf(err) != nil {
		t.Errorf("after the stop: %v", err)
	}
}

// A daemon that is about to stop says so, and serves on until its grace is over,
// so that a rolling restart refuses nobody.
func TestGrace(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, "limits: {grace: 1h}\n")
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	sender := as(t, d, dir, "qinzhou-customs")
	ctx, hurry := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- d.Stop(ctx) }()
	for d.ready(t.Context()) == nil { // until the stop has started
		continue
	}
	if _, err := sender.Submit(t.Context(), carnet(t)); err != nil {
		t.Errorf("within the grace: %v", err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, sender.Server+"/v1/openapi.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || !answer.Close {
		t.Errorf("an answer within the grace leaves its connection open: %+v, %v", answer, err)
	} else {
		_ = answer.Body.Close()
	}
	hurry()
	if err := <-stopped; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("stop: %v", err)
	}
	if _, err := sender.Submit(t.Context(), carnet(t)); err == nil {
		t.Error("served after the stop")
	}
}

func slowPost(ctx context.Context, sender *client.Client, body io.Reader) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, sender.Server+"/v1/documents", body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+sender.Key)
	request.Header.Set("Content-Type", "application/xml")
	request.Header.Set("Expect", "100-continue") // so that nothing of the body is read before the daemon reads it
	caller := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute, DisableKeepAlives: true}}
	answer, err := caller.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// A second daemon on the same data is refused, and harms nothing.
func TestSecondDaemonIsRefused(t *testing.T) {
	dir := t.TempDir()
	start(t, dir, "")
	l, err := config.Parse("test", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+dir))
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(t.Context(), l, zap.NewNop())
	if refused, ok := errors.AsType[*InUse](err); !ok || refused.Data != dir {
		t.Errorf("error %v, want %s in use", err, dir)
	}
}

func TestPrivateListener(t *testing.T) {
	d := start(t, t.TempDir(), "")
	for path, want := range map[string]string{"/livez": "ok", "/readyz": "queue: ok\nindex: ok", "/metrics": "beibu_"} {
		if text := private(t, d, path); !strings.Contains(text, want) {
			t.Errorf("%s: %q", path, text)
		}
	}
}

// Profiles are shown if the configuration says so, and otherwise not.
func TestProfilesAreShownWhenAskedFor(t *testing.T) {
	for more, want := range map[string]int{"": http.StatusNotFound, "log: {profile: true}\n": http.StatusOK} {
		d := start(t, t.TempDir(), more)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.Private().String()+"/debug/pprof/", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil || answer.StatusCode != want {
			t.Errorf("with %q: %s, want %d, %v", more, answer.Status, want, err)
		}
	}
}

// private asks the private listener.
func private(t *testing.T, d *Daemon, path string) string {
	t.Helper()
	status, text := get(t, d.Private().String(), path)
	if status != http.StatusOK {
		t.Errorf("%s: %d %q", path, status, text)
	}
	return text
}

// get asks a listener.
func get(t *testing.T, address, path string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return answer.StatusCode, string(b)
}

// Keys and data belong to the daemon's user alone.
func TestPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	start(t, dir, "")
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
