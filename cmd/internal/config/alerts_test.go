package config

import (
	"strings"
	"testing"
	"time"
)

func TestAlerts(t *testing.T) {
	file := keyFile(t, "token")
	l, err := Parse("beibud.yaml", []byte(`alerts:
  to:
    - {name: duty, url: "http://alertmanager:9093/api/v2/alerts", form: alertmanager, allowPrivate: true}
    - {name: hub, url: "https://hub.example/", form: plain, secretFile: `+file+`, timeout: 5s, tls: {enabled: true}}
`))
	if err != nil {
		t.Fatal(err)
	}
	duty, hub := l.AlertTo["duty"], l.AlertTo["hub"]
	if !duty.AllowPrivate || duty.Token != "" || hub.Token != "token" || hub.TLS == nil || hub.Timeout != 5*time.Second || hub.Form != "plain" {
		t.Errorf("got %+v and %+v", duty, hub)
	}
	if a := l.Alerts; a.Backlog != 12*time.Hour || a.Failed != 10 || a.Silence != 3 {
		t.Errorf("got %+v", a)
	}
	_, err = Parse("beibud.yaml", []byte(`alerts:
  failed: -1
  silence: 200
  backlog: 1s
  to:
    - url: http://hub.example/
      form: xml
      timeout: 1h
      secretFile: missing
    - {name: a, url: "https://a.example/", form: plain}
    - {name: a, url: "https://a.example/", form: plain, tls: {authorities: x.pem}}
`))
	for _, part := range []string{
		":2: alerts.failed", ":3: alerts.silence", ":4: alerts.backlog", "alerts.to[0].name", ":6: alerts.to[0].url: http:// is for",
		":7: alerts.to[0].form", ":8: alerts.to[0].timeout", ":9: alerts.to[0].secretFile", "alerts.to[2].name", "alerts.to[2].tls: enabled",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s in\n%v", part, err)
		}
	}
}
