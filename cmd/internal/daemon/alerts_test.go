package daemon

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/notify"
)

// Two daemons on one log send one notice of each change, and both know what is firing:
// a party is suspended at one and resumed at the other.
func TestTwoDaemonsAlertOnce(t *testing.T) {
	got := make(chan notify.Notice, 100)
	hub := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var m notify.Message
		if err := json.Unmarshal(body, &m); err != nil {
			t.Errorf("%v in %s", err, body)
		}
		for _, n := range m.Notices {
			got <- n
		}
	}))
	t.Cleanup(hub.Close)
	settings := "alerts: {to: [{name: hub, url: '" + hub.URL + "', form: plain, allowPrivate: true}]}\n"
	here := newPortWith(t, settings, fakeKafka(t).ListenAddrs(), map[string]string{})
	there := here.beside(t)
	serve(t, there.Daemon)
	one, other := as(t, here.Daemon, here.dir, "operator"), as(t, there.Daemon, here.dir, "operator")
	const path = "/v1/parties/window-vn/suspension"
	if _, err := client.Post[httpapi.Party](t.Context(), one, path, httpapi.Judgement{Reason: "key lost"}); err != nil {
		t.Fatal(err)
	}
	if n := <-got; n.Status != "firing" || n.Alert != "party-switched-off/window-vn" {
		t.Errorf("the first notice is %+v", n)
	}
	if err := there.recorder.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, who := range []*client.Client{one, other} {
		firing, err := client.Get[httpapi.AlertList](t.Context(), who, "/v1/alerts", nil)
		if err != nil || len(firing.Alerts) != 1 || firing.Alerts[0].Code != "party-switched-off" {
			t.Errorf("firing are %+v, %v", firing.Alerts, err)
		}
	}
	if _, err := other.Call(t.Context(), http.MethodDelete, path+"?reason=found", "", nil); err != nil {
		t.Fatal(err)
	}
	if n := <-got; n.Status != "resolved" || n.Alert != "party-switched-off/window-vn" {
		t.Errorf("the second notice is %+v", n)
	}
	if err := there.recorder.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	audit, err := client.Get[httpapi.AuditPage](t.Context(), other, "/v1/audit", map[string][]string{"subject": {"alert"}})
	var names []exchange.State
	for _, e := range audit.Events {
		names = append(names, e.Name)
	}
	if err != nil || !slices.Equal(names, []exchange.State{"AlertFired", "AlertResolved"}) {
		t.Errorf("the audit has %q, %v", names, err)
	}
	if len(got) > 0 {
		t.Errorf("one more notice: %+v", <-got)
	}
}
