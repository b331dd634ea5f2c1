package exchange_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/catalogue"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/exchangetest"
	"beibu/exchange/httpapi"
	"beibu/exchange/judge"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator"
	"beibu/exchange/operator/refused"
	"beibu/exchange/operator/replay"
	"beibu/exchange/ratings"
)

// receivers are those of the document that is measured with. Each has its id
// for a key.
var receivers = []string{"beihai", "promotion", "window-th"}

// serve puts the HTTP API over a world and returns its address.
func serve(tb testing.TB, w *exchangetest.World) string {
	tb.Helper()
	var credentials []access.Credential
	for _, party := range receivers { // the sender is one of them
		digest := sha256.Sum256([]byte(party))
		credentials = append(credentials, access.Credential{Name: party, Party: party, KeySHA256: hex.EncodeToString(digest[:])})
	}
	known, err := access.NewCredentials(credentials)
	if err != nil {
		tb.Fatal(err)
	}
	var current access.Current
	current.Store(&access.InForce{InForce: w.InForce, Credentials: known})
	registry := prometheus.NewRegistry()
	limits := admission.Limits{Document: 8 << 20, Request: 90 * time.Second, InFlight: 256, Memory: 256 << 20, Refusals: 60, Kept: 64 << 20}
	limits.Collect()
	admitted, err := admission.New(admission.Options{Current: &current, Intake: w.Intake, Record: w.Store, Keeper: w.Store, Ledger: w.Journal, Metrics: registry, Limits: limits})
	if err != nil {
		tb.Fatal(err)
	}
	holders, err := sealed.NewSealer(make([]byte, 32))
	if err != nil {
		tb.Fatal(err)
	}
	rated, err := ratings.OpenIndex(tb.Context(), filepath.Join(tb.TempDir(), "ratings.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = rated.Close() })
	api, err := httpapi.New(httpapi.Options{
		Current: &current, Admission: admitted, Journal: w.Journal, Audit: w.Journal, Failures: w.Journal, Activity: w.Journal, Alerts: w.Journal, Runs: w.Journal, Replay: replay.Policy{ApproveIn: time.Hour, Rate: 50, Patience: time.Hour}, Refusals: w.Journal, Balances: judge.Reader{Ledger: w.Ledger, Feed: w.Store}, Approvals: judge.Reader{Ledger: w.Ledger, Feed: w.Store}, Deadlines: judge.Reader{Ledger: w.Ledger, Feed: w.Store}, Catalogue: &catalogue.Catalogue{}, Holders: holders, Views: w.Journal, Examiner: &operator.Examiner{Refusals: w.Journal, Intake: w.Intake}, Refused: &refused.Documents{Refusals: w.Journal, Keeper: w.Store, Intake: w.Intake, Recorder: w.Recorder}, BreakGlass: &operator.BreakGlass{Recorder: w.Recorder}, Recorder: w.Recorder, Undispatched: w.Store, Bodies: w.Store,
		Ratings: ratings.Ratings{Index: rated},
		Mailbox: mailbox.New(w.Journal, w.Recorder, w.Journal.Changed, 5),
		Log:     zap.NewNop(), Metrics: registry, Handovers: 5,
		Limits: httpapi.Limits{Body: 30 * time.Second, Connections: 512, PerAddress: 256, Silence: 15 * time.Second, Slowest: 64 << 10},
	})
	if err != nil {
		tb.Fatal(err)
	}
	server := httptest.NewServer(api)
	tb.Cleanup(server.Close)
	return server.URL
}

// The API that the benchmarks measure has all its parts.
func TestAPIOfBenchmarks(t *testing.T) {
	template, w := tenKB(t)
	post(t, http.DefaultClient, serve(t, w), numbered(template, 1))
	http.DefaultClient.CloseIdleConnections()
}

// BenchmarkAcceptHTTP accepts documents of 10 KB from 64 clients over loopback
// HTTP: checked, sealed, and durable before the answer. The clients share the
// cores with the daemon.
func BenchmarkAcceptHTTP(b *testing.B) {
	template, w := tenKB(b)
	url := serve(b, w)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	post(b, client, url, numbered(template, 0))
	b.ReportAllocs()
	b.ResetTimer()
	load(b, b.N, func(i int64) { post(b, client, url, numbered(template, i)) })
}

func post(tb testing.TB, client *http.Client, url string, document []byte) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, url+"/v1/documents", bytes.NewReader(document))
	if err != nil {
		tb.Error(err)
		return
	}
	request.Header.Set("Authorization", "Bearer beihai")
	request.Header.Set("Content-Type", "application/xml")
	answer, err := client.Do(request)
	if err != nil {
		tb.Error(err)
		return
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err != nil || answer.Body.Close() != nil || answer.StatusCode != http.StatusAccepted {
		tb.Errorf("answered %s, %v", answer.Status, err)
	}
}
