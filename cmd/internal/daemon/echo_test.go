package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"beibu/deploy"
	"beibu/exchange"
	"beibu/queue"
)

// peopleIn returns what a document says of the people to be called.
func peopleIn(t *testing.T, document []byte) [][]byte {
	t.Helper()
	var values [][]byte
	for _, contact := range regexp.MustCompile(`(?s)<cac:Contact>.*?</cac:Contact>`).FindAll(document, -1) {
		for _, value := range regexp.MustCompile(`>([^<\s][^<]*)<`).FindAllSubmatch(contact, -1) {
			values = append(values, value[1])
		}
	}
	if len(values) < 3 {
		t.Fatalf("the document names %d values", len(values))
	}
	return values
}

// echo is an address that refuses a document with an answer that repeats what it says.
func echo(t *testing.T, document []byte) *inboxOf {
	t.Helper()
	_, holder, _ := bytes.Cut(document, []byte("<cac:HolderParty>"))
	holder, _, _ = bytes.Cut(holder, []byte("</cac:HolderParty>"))
	answer, err := json.Marshal(map[string]string{"code": "unknown-holder", "reason": "not ours: " + string(holder[:min(len(holder), 800)]), "token": "s3cret-of-them"})
	if err != nil || len(answer) > 4000 {
		t.Fatal(len(answer), err)
	}
	return &inboxOf{Server: httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "sid=s3cret-of-them")
		w.Header().Set("X-Request-Id", "for "+string(peopleIn(t, document)[0]))
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = w.Write(answer)
	}))}
}

// An answer that repeats the document is recorded without what the document says about
// people: nothing of it is in a file, a log, a metric or an answer. The sender does not see
// what the receiver said.
func TestAnswerThatRepeatsTheDocument(t *testing.T) {
	document := carnet(t)
	people := peopleIn(t, document)
	address := echo(t, document)
	t.Cleanup(address.Close)
	dir := t.TempDir()
	parties := strings.Replace(string(deploy.Parties), "  - id: window-vn\n", "  - id: window-vn\n    "+address.push(t, "")+"\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "parties.yaml"), []byte(parties), 0o600); err != nil {
		t.Fatal(err)
	}
	core, logged := observer.New(zap.DebugLevel)
	d := openLogged(t, dir, "parties: "+filepath.Join(dir, "parties.yaml")+"\n", zap.New(core))
	serve(t, d)
	said, err := as(t, d, dir, "qinzhou-customs").Submit(t.Context(), document)
	if err != nil {
		t.Fatal(err)
	}
	here := &port{t: t, Daemon: d, dir: dir}
	here.waitForState(said.ExchangeID, "window-vn", exchange.ConsignmentRejection)
	show := func(who string) string {
		shown, err := as(t, d, dir, who).Call(t.Context(), http.MethodGet, "/v1/exchanges/"+said.ExchangeID, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(shown.Body)
	}
	shown := show("operator")
	for _, want := range []string{`"dialogue"`, "422 Unprocessable Entity", "unknown-holder", exchange.DialogueMask, "POST https://127.0.0.1"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the operator does not see %q:\n%s", want, shown)
		}
	}
	sent := show("qinzhou-customs")
	if strings.Contains(sent, `"dialogue"`) || !strings.Contains(sent, "http-422") {
		t.Errorf("the sender sees:\n%s", sent)
	}
	secrets := append(people, []byte("s3cret-of-them"))
	clean := func(where string, content []byte) {
		for _, secret := range secrets {
			if bytes.Contains(content, secret) {
				t.Errorf("%s has %q", where, secret)
			}
		}
	}
	clean("the timeline", []byte(shown))
	clean("the metrics", []byte(private(t, d, "/metrics")))
	for _, line := range logged.All() {
		clean("the log", []byte(line.Message+fmt.Sprint(line.ContextMap())))
	}
	for _, detail := range details(t, d) {
		clean("the record", detail)
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), storeFile) { // that has the document itself
			return err
		}
		content, err := os.ReadFile(path)
		clean(path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// details returns what the record has of each entry and event, in addition to its name.
func details(tb testing.TB, d *Daemon) (all [][]byte) {
	tb.Helper()
	head, err := d.store.Head(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(tb.Context())
	defer cancel()
	err = d.store.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			if c.Entry != nil {
				all = append(all, c.Entry.Head)
			} else {
				all = append(all, c.Event.Detail)
			}
			if c.Sequence >= head {
				cancel()
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}
