package daemon

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// An inboxOf is an HTTPS server to which deliveries are pushed.
type inboxOf struct {
	*httptest.Server
	mu     sync.Mutex
	pushed map[string]string // guarded by mu; the body by webhook-id
	twice  []string          // guarded by mu; ids that came again
	parent map[string]string // guarded by mu; the traceparent by webhook-id
}

func newInbox(t *testing.T) *inboxOf {
	t.Helper()
	i := &inboxOf{pushed: make(map[string]string), parent: make(map[string]string)}
	i.Server = httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		id := r.Header.Get("webhook-id")
		if _, again := i.pushed[id]; again {
			i.twice = append(i.twice, id)
		}
		i.pushed[id], i.parent[id] = string(body), r.Header.Get("traceparent")
	}))
	t.Cleanup(i.Close)
	return i
}

// push returns what the map of parties says of it.
func (i *inboxOf) push(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	key, authority := filepath.Join(dir, "push.key"), filepath.Join(dir, "ca.pem")
	for file, text := range map[string]string{
		key:       "whsk_" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
		authority: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate().Raw})),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "push: {url: '" + i.URL + "/beibu', keys: [" + key + "], authorities: " + authority + ", allowPrivate: true" + more + "}"
}

// Two daemons on one log push every delivery once, whole, and record the attempt.
func TestTwoDaemonsPushOnce(t *testing.T) {
	inbox := newInbox(t)
	here := newPort(t, fakeKafka(t).ListenAddrs(), map[string]string{
		"qinzhou-customs": "inbound: {topic: $documents, replies: $replies}",
		"window-vn":       inbox.push(t, ", acknowledge: on-2xx"),
	})
	there := here.beside(t)
	serve(t, there.Daemon)
	const documents = 5
	for n := range documents {
		if err := here.kafka.ProduceSync(t.Context(), &kgo.Record{Topic: here.prefix + "documents", Value: numbered(t, n)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	operator := as(t, here.Daemon, here.dir, "operator")
	for _, reply := range here.read("replies", documents) {
		var a answer.Acceptance
		if err := json.Unmarshal(reply.Value, &a); err != nil {
			t.Fatal(err)
		}
		here.waitForState(a.ExchangeID, "window-vn", exchange.ConsignmentAcceptance)
		there.waitForState(a.ExchangeID, "window-vn", exchange.ConsignmentAcceptance)
		envelope, err := operator.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+a.ExchangeID+"/envelope?reason=test", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		inbox.mu.Lock()
		if got := inbox.pushed[a.ExchangeID+"-1"]; got != string(envelope.Body) {
			t.Errorf("%s: another envelope: %q", a.ExchangeID, got)
		}
		inbox.mu.Unlock()
		shown, err := operator.Call(t.Context(), http.MethodGet, "/v1/exchanges/"+a.ExchangeID, "", nil)
		if err != nil || !strings.Contains(string(shown.Body), `"HandoverAttempt"`) || !strings.Contains(string(shown.Body), "http-200") {
			t.Errorf("the timeline shows no attempt: %s, %v", shown.Body, err)
		}
	}
	tested, err := client.Post[httpapi.EndpointTest](t.Context(), operator, "/v1/parties/window-vn/test", struct{}{})
	if err != nil || !tested.OK || len(tested.Keys) != 1 {
		t.Errorf("tested %+v, %v", tested, err)
	}
	inbox.mu.Lock()
	defer inbox.mu.Unlock()
	delete(inbox.pushed, tested.Message)
	if len(inbox.pushed) != documents || len(inbox.twice) > 0 {
		t.Errorf("%d pushed, and again %v", len(inbox.pushed), inbox.twice)
	}
	if text := private(t, here.Daemon, "/metrics") + private(t, there.Daemon, "/metrics"); !strings.Contains(text, `beibu_push_deliveries_total{outcome="delivered",receiver="window-vn"}`) {
		t.Error("no push is counted")
	}
}
