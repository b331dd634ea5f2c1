package daemon

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/signing"
	"beibu/signing/signingtest"
)

// A time-stamping authority that hangs holds no acceptance up; when it answers,
// the stamp is there, and the envelope that was kept is what it was. What was
// stamped stays so if the authority is no longer asked.
func TestTimestamps(t *testing.T) {
	tsa, hanging := signingtest.NewTSA(t), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
			t.Errorf("asked %v, %v", r.Header, err)
		}
		<-hanging
		if _, err := w.Write(tsa.Answer(query)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	root := filepath.Join(dir, "tsa.pem")
	if err := os.WriteFile(root, tsa.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	d := open(t, data, "seal: {tsa: {url: \""+server.URL+"\", authorities: ["+root+"], timeout: 5m}}\n")
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	sender := as(t, d, data, "qinzhou-customs")
	accepted, err := sender.Submit(t.Context(), carnet(t))
	if err != nil {
		t.Fatal(err)
	}
	path := "/v1/exchanges/" + accepted.ExchangeID + "/envelope"
	before := read(t, sender, path)
	if _, err := sender.Call(t.Context(), http.MethodGet, path+"?profile=b-t", "", nil); codeOf(err) != "no-timestamp" {
		t.Errorf("while the authority hangs: %v", err)
	}
	close(hanging)
	stamped := untilStamped(t, sender, path)
	opened, err := signing.OpenEnvelope(stamped, d.current.Load().Trust)
	if err != nil || opened.Seals[0].Timestamp.IsZero() {
		t.Errorf("opened %+v, %v", opened, err)
	}
	if after := read(t, sender, path); string(after) != string(before) {
		t.Error("the envelope that was kept is another now")
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := start(t, data, "seal: {tsa: {authorities: ["+root+"]}}\n")
	if kept := read(t, as(t, again, data, "qinzhou-customs"), path+"?profile=b-t"); string(kept) != string(stamped) {
		t.Error("after a restart without the authority, the stamp is another")
	}
}

// read returns the bytes at a path.
func read(t *testing.T, as *client.Client, path string) []byte {
	t.Helper()
	answer, err := as.Call(t.Context(), http.MethodGet, path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Body
}

// untilStamped asks until the envelope has its stamp.
func untilStamped(t *testing.T, as *client.Client, path string) []byte {
	t.Helper()
	for t.Context().Err() == nil {
		answer, err := as.Call(t.Context(), http.MethodGet, path+"?profile=b-t", "", nil)
		if err == nil {
			return answer.Body
		}
		if codeOf(err) != "no-timestamp" {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
	return nil
}
