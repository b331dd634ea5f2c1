package config

import (
	"fmt"
	"time"

	"beibu/cmd/internal/secret"
	"beibu/exchange/notify"
)

// Alerts say from when on something is worth an alert, and who gets notices.
type Alerts struct {
	// Backlog is how long the oldest delivery to a receiver may wait. Default 12h, at least
	// 1m.
	Backlog time.Duration `yaml:"backlog"`
	// Failed is how many deliveries to a receiver, or documents of a sender, may fail in
	// this hour and the one before, less one. Default 10, at least 1.
	Failed int `yaml:"failed"`
	// Silence is for how many of its active hours a party may do nothing, less one, if its
	// usual does not permit more. Default 3, 1 to 168.
	Silence int `yaml:"silence"`
	// To are the addresses to which notices are sent. Default: none.
	To []AlertTo `yaml:"to"`
}

// AlertTo is an address to which notices of alerts are sent.
type AlertTo struct {
	// Name is for logs and metrics. The record has under it what the address has taken:
	// another name is another address.
	Name string `yaml:"name"`
	// URL is https, or http to a private network.
	URL string `yaml:"url"`
	// Form is alertmanager (POST /api/v2/alerts) or plain.
	Form notify.Form `yaml:"form"`
	// SecretFile is a file that holds a token, which is shown as a bearer token, and nothing
	// else. Default: none is shown.
	SecretFile string `yaml:"secretFile"`
	// Timeout is how long an answer may take. Default 10s, 1s to 1m.
	Timeout time.Duration `yaml:"timeout"`
	// AllowPrivate says that the address may be one of a private network.
	AllowPrivate bool `yaml:"allowPrivate"`
	// TLS secures an https URL, if what the machine trusts will not do.
	TLS ClientTLS `yaml:"tls"`
}

// mostAlertTo bounds the addresses.
const mostAlertTo = 10

// loadAlerts checks the limits of alerts and reads the files of their addresses.
func (l *Loaded) loadAlerts(src *source) {
	src.between("alerts.failed", int64(l.Alerts.Failed), 1, 1_000_000)
	src.between("alerts.silence", int64(l.Alerts.Silence), 1, 168)
	src.between("alerts.to", int64(len(l.Alerts.To)), 0, mostAlertTo)
	l.AlertTo = make(map[string]notify.Options)
	for i, to := range l.Alerts.To {
		at := fmt.Sprintf("alerts.to[%d]", i)
		if _, taken := l.AlertTo[to.Name]; taken || to.Name == "" {
			src.note(at+".name", "%q is empty or taken", to.Name)
		}
		if err := notify.CheckURL(to.URL, to.AllowPrivate); err != nil {
			src.note(at+".url", "%s", err)
		}
		if to.Form != notify.Alertmanager && to.Form != notify.Plain {
			src.note(at+".form", "%q is none of %s, %s", to.Form, notify.Alertmanager, notify.Plain)
		}
		if t := to.Timeout; t != 0 && (t < time.Second || t > time.Minute) {
			src.note(at+".timeout", "%s is not between 1s and 1m", t)
		}
		o := notify.Options{URL: to.URL, Form: to.Form, Timeout: to.Timeout, AllowPrivate: to.AllowPrivate, TLS: src.clientTLS(at+".tls", to.TLS)}
		if to.SecretFile != "" {
			var err error
			if o.Token, err = secret.Password(to.SecretFile); err != nil {
				src.note(at+".secretFile", "%s", cause(err))
			}
		}
		l.AlertTo[to.Name] = o
	}
}
