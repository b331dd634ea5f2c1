package notify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/notify"
	"beibu/exchange/operator/alert"
)

var fired = time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)

// changes are that an alert fired and that it was resolved.
func changes() []alert.Notice {
	a := alert.Alert{
		Code: alert.ReceiverFailing, About: "window-vn", Parties: []string{"window-vn"}, Since: fired.Add(-time.Minute), Cause: "http-500", Fired: 7, FiredAt: fired,
	}
	over := a
	over.Resolved, over.ResolvedAt = 9, fired.Add(time.Hour)
	return []alert.Notice{{Alert: a, Sequence: 7, Firing: true}, {Alert: over, Sequence: 9}}
}

// An address answers with a status, and keeps the last request.
type address struct {
	*httptest.Server
	status   int
	location string
	body     string
	header   http.Header
	asked    int
}

func newAddress(t *testing.T) *address {
	t.Helper()
	a := &address{status: http.StatusOK}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		a.body, a.header = string(body), r.Header
		a.asked++
		if a.location != "" {
			w.Header().Set("Location", a.location)
		}
		w.WriteHeader(a.status)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *address) send(t *testing.T, o notify.Options) error {
	t.Helper()
	o.URL, o.AllowPrivate = a.URL+"/api/v2/alerts?token=secret", true
	to := notify.New(o)
	defer to.Close()
	return to.Send(t.Context(), fired.Add(2*time.Hour), changes())
}

// Alertmanager gets an array of alerts: the labels are the same for the beginning and the
// end, and the end of one that is firing is far away.
func TestAlertmanager(t *testing.T) {
	a := newAddress(t)
	if err := a.send(t, notify.Options{Form: notify.Alertmanager, Token: "key"}); err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Labels, Annotations map[string]string
		StartsAt, EndsAt    time.Time
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got) != 2 {
		t.Fatalf("%v in %s", err, a.body)
	}
	labels := map[string]string{"alertname": "receiver-failing", "severity": "critical", "about": "window-vn", "party": "window-vn", "service": "beibu"}
	for i, ends := range []time.Time{fired.Add(26 * time.Hour), fired.Add(time.Hour)} {
		if diff := cmp.Diff(labels, got[i].Labels); diff != "" {
			t.Errorf("labels, -want +got:\n%s", diff)
		}
		if !got[i].StartsAt.Equal(fired) || !got[i].EndsAt.Equal(ends) {
			t.Errorf("%d: from %s to %s", i, got[i].StartsAt, got[i].EndsAt)
		}
	}
	if s := got[0].Annotations["summary"]; s != "deliveries to window-vn fail since 2026-11-30 07:59 UTC: http-500" {
		t.Errorf("summary %q", s)
	}
	if s := got[1].Annotations["summary_zh"]; s != "window-vn 已恢复接收" {
		t.Errorf("summary %q", s)
	}
	if h := a.header; h.Get("Authorization") != "Bearer key" || h.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", h)
	}
}

// The plain form has all of a notice, in both languages.
func TestPlain(t *testing.T) {
	a := newAddress(t)
	a.status = http.StatusAccepted
	if err := a.send(t, notify.Options{Form: notify.Plain}); err != nil {
		t.Fatal(err)
	}
	var m notify.Message
	if err := json.Unmarshal([]byte(a.body), &m); err != nil || len(m.Notices) != 2 {
		t.Fatalf("%v in %s", err, a.body)
	}
	first, second := m.Notices[0], m.Notices[1]
	if first.Status != "firing" || first.Sequence != 7 || first.Alert != "receiver-failing/window-vn" || first.Runbook != "runbook.md#receiver-failing" || first.NextStep.ZH == "" {
		t.Errorf("the first is %+v", first)
	}
	if second.Status != "resolved" || second.Alert != first.Alert || !second.ResolvedAt.Equal(fired.Add(time.Hour)) || second.Summary.EN != "window-vn takes deliveries again" {
		t.Errorf("the second is %+v", second)
	}
	if a.header.Get("Authorization") != "" {
		t.Error("a token is shown, and there is none")
	}
}

// Only 2xx is taken. A redirect is not followed, and no error shows the address.
func TestNotTaken(t *testing.T) {
	elsewhere := newAddress(t)
	a := newAddress(t)
	a.location = elsewhere.URL
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusBadRequest, http.StatusInternalServerError} {
		a.status = status
		if err := a.send(t, notify.Options{}); err == nil {
			t.Errorf("%d is taken", status)
		}
	}
	if elsewhere.asked > 0 {
		t.Error("the redirect was followed")
	}
	a.Close()
	if err := a.send(t, notify.Options{}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
}

// A private address needs a permission, and plain HTTP goes to no public one.
func TestForbiddenAddresses(t *testing.T) {
	a := newAddress(t)
	for url, private := range map[string]bool{
		a.URL: false, "http://93.184.216.34/": true, "http://169.254.169.254/": true, "https://127.0.0.1:1/": false,
	} {
		to := notify.New(notify.Options{URL: url, AllowPrivate: private})
		if err := to.Send(t.Context(), fired, changes()); err == nil || !strings.Contains(err.Error(), "not allowed") {
			t.Errorf("%s: %v", url, err)
		}
		to.Close()
	}
	if a.asked > 0 {
		t.Error("it was asked")
	}
	for url, private := range map[string]bool{
		"http://a.example/": false, "ftp://a.example/": true, "https://u:p@a.example/": true, "a.example": true, "https://": true, "%": true,
	} {
		if notify.CheckURL(url, private) == nil {
			t.Errorf("%q is fine", url)
		}
	}
	for url, private := range map[string]bool{"http://a.example/": true, "https://a.example/x?y=z": false} {
		if err := notify.CheckURL(url, private); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
}
