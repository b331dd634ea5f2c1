package httpapi_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/exchange/rules"
)

// An outcome is what an answer shows of the configuration that made it.
type outcome struct{ sender, quota, rule, receiver, receiptKey string }

// configuration returns one that differs from the others in every part that an
// answer shows. Its rule, which every document breaks, reloads while the document is
// in work.
func (w *world) configuration(n int, reload func()) (*access.InForce, outcome) {
	w.t.Helper()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	want := outcome{
		sender: fmt.Sprintf("sender-%d", n), quota: fmt.Sprintf(`"documents";q=%d;w=3600`, 1000+n), rule: fmt.Sprintf("TEST-%d", n),
		receiver: fmt.Sprintf("receiver-%d", n), receiptKey: fmt.Sprintf("key-%d", n),
	}
	catalog, err := builtIn()
	must(err)
	set, err := rules.NewSet([]rules.Rule{{
		Code: want.rule, Severity: rules.Warn, Source: "test", EN: "odd", ZH: "存疑",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root); reload() },
	}})
	must(err)
	now := *w.current.Load().InForce
	now.Checks = exchange.NewChecks(catalog, set)
	now.Parties, err = exchange.NewParties([]exchange.Party{
		{ID: want.sender, Sends: []string{"ata-carnet"}, Quota: exchange.Quota{Documents: 1000 + n, Window: time.Hour}},
		{ID: want.receiver, Receives: []string{"ata-carnet"}},
	})
	must(err)
	now.Routes, err = exchange.NewRoutes([]exchange.Route{{Name: "all", Kinds: []string{"ata-carnet"}, To: []string{want.receiver}}}, now.Parties)
	must(err)
	_, key, err := ed25519.GenerateKey(nil)
	must(err)
	now.Receipts, err = proof.NewReceipts(key, want.receiptKey)
	must(err)
	digest := sha256.Sum256([]byte(port))
	known, err := access.NewCredentials([]access.Credential{{Name: port, Party: want.sender, KeySHA256: hex.EncodeToString(digest[:])}})
	must(err)
	return &access.InForce{InForce: &now, Credentials: known}, want
}

// Every answer is made by one configuration, whole, though another one is put in
// force all the time, and while each document is in work.
func TestAnswersMixNoConfigurations(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	var all [2]*access.InForce
	var allowed [2]outcome
	for i := range all {
		all[i], allowed[i] = w.configuration(i, func() { w.current.Store(all[1-i]) })
	}
	w.current.Store(all[0])
	var clients, reloads sync.WaitGroup
	answered := make(chan struct{})
	reloads.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-answered:
				return
			default:
				w.current.Store(all[i%2])
				runtime.Gosched()
			}
		}
	})
	for c := range 4 {
		clients.Go(func() {
			for i := range 10 {
				document := carnet(t, fmt.Sprintf("CN-%d-%d", c, i))
				a := w.do(request{path: "/v1/documents", as: port, body: string(document)})
				got, shown := outcome{quota: a.header.Get("RateLimit-Policy")}, read[answer.Acceptance](t, a, http.StatusAccepted)
				got.rule, got.receiver = shown.Faults[0].Code, strings.Join(shown.Receivers, " ")
				parts := strings.Split(shown.Receipt, ".")
				header, err := base64.RawURLEncoding.DecodeString(parts[0])
				payload, err2 := base64.RawURLEncoding.DecodeString(parts[1])
				if err := errors.Join(err, err2); err != nil {
					t.Error(err)
				}
				for _, one := range allowed {
					if strings.Contains(string(header), one.receiptKey) {
						got.receiptKey = one.receiptKey
					}
					if strings.Contains(string(payload), one.sender) {
						got.sender = one.sender
					}
				}
				if got != allowed[0] && got != allowed[1] {
					t.Errorf("an answer mixes configurations: %+v", got)
				}
			}
		})
	}
	clients.Wait()
	close(answered)
	reloads.Wait()
}
