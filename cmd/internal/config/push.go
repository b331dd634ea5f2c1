package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"time"

	"beibu/cmd/internal/secret"
	"beibu/exchange"
	"beibu/exchange/courier/webhook"
)

// A Push says how deliveries are pushed to an address of a party.
type Push struct {
	URL string `yaml:"url"` // https
	// Acknowledge says who acknowledges a delivery. Default: the receiver.
	Acknowledge exchange.Acknowledger `yaml:"acknowledge"`
	// Keys are files with the keys that sign, one signature each: two while one is
	// rotated.
	Keys        []string `yaml:"keys"`
	Authorities string   `yaml:"authorities"` // PEM file of those that the receiver's certificate comes from. Default: those of the system
	Certificate string   `yaml:"certificate"` // PEM file, with Key, by which the exchange shows who it is
	Key         string   `yaml:"key"`
	// Timeout bounds one try. Default 15s.
	Timeout time.Duration `yaml:"timeout"`
	// Concurrency is how many documents are pushed at the same time. Default 1.
	Concurrency int `yaml:"concurrency"`
	// MaxBody is the largest envelope that the receiver takes. Default: no limit.
	MaxBody Size `yaml:"maxBody"`
	// Retry are the waits after failures. Default: those of Standard Webhooks.
	Retry []time.Duration `yaml:"retry"`
	// AllowPrivate says that the address may be one of a private network.
	AllowPrivate bool `yaml:"allowPrivate"`
}

// A LoadedPush is a Push with what its files hold.
type LoadedPush struct {
	webhook.Options
	Steps []time.Duration
	// Fingerprint is another one if anything of it is, also in its files.
	Fingerprint string
}

// mostPushKeys bounds the signatures of a push: an old one and a new one of each kind.
const mostPushKeys = 4

// pushes returns what is pushed to the parties that have an address, by their ids, and
// notes what could not work.
func (s *source) pushes(m Map) map[string]LoadedPush {
	all := make(map[string]LoadedPush)
	for i, p := range m.Parties {
		at := fmt.Sprintf("parties[%d].push", i)
		if reflect.ValueOf(p.Push).IsZero() {
			continue
		}
		s.checkPush(at, p)
		all[p.ID] = s.loadPush(at, p.Push)
	}
	return all
}

// checkPush notes what is outside the bounds.
func (s *source) checkPush(at string, p Party) {
	if err := webhook.CheckURL(p.Push.URL); err != nil {
		s.note(at+".url", "%s", err)
	}
	if p.Deliver != (Outlet{}) {
		s.note(at, "the party has a topic too (deliver), and would get everything twice")
	}
	switch p.Push.Acknowledge { //nolint:exhaustive // a topic has others
	case "", exchange.ByReceiver, exchange.ByAnswer:
	default:
		s.note(at+".acknowledge", "%q is none of receiver, on-2xx", p.Push.Acknowledge)
	}
	if n := len(p.Push.Keys); n == 0 || n > mostPushKeys {
		s.note(at+".keys", "there are %d, and 1 to %d must be given", n, mostPushKeys)
	}
	if t := p.Push.Timeout; t != 0 && (t < time.Second || t > webhook.MaxTimeout) {
		s.note(at+".timeout", "%s is not between 1s and %s", t, webhook.MaxTimeout)
	}
	if n := p.Push.Concurrency; n < 0 || n > webhook.MaxConcurrency {
		s.note(at+".concurrency", "%d is not between 1 and %d", n, webhook.MaxConcurrency)
	}
	s.checkWaits(at+".retry", p.Push.Retry)
}

// checkWaits notes waits after failures that are outside the bounds.
func (s *source) checkWaits(at string, waits []time.Duration) {
	for i, wait := range waits {
		if wait < time.Second || wait > 24*time.Hour {
			s.note(fmt.Sprintf("%s[%d]", at, i), "%s is not between 1s and 24h", wait)
		}
	}
}

// loadPush reads the files of a push.
func (s *source) loadPush(at string, p Push) LoadedPush {
	out := LoadedPush{Steps: p.Retry, Options: webhook.Options{
		URL: p.URL, Timeout: p.Timeout, Concurrency: p.Concurrency, MaxBody: int(p.MaxBody), AllowPrivate: p.AllowPrivate,
	}}
	if len(out.Steps) == 0 {
		out.Steps = webhook.DefaultSteps()
	}
	all := sha256.New()
	_, _ = fmt.Fprintf(all, "%+v", p)
	for i, file := range p.Keys {
		text, err := secret.Password(file)
		if err == nil {
			var key webhook.Key
			if key, err = webhook.ParseKey(text); err == nil {
				out.Keys = append(out.Keys, key)
			}
		}
		if err != nil {
			s.note(fmt.Sprintf("%s.keys[%d]", at, i), "%s", cause(err))
		}
		_, _ = fmt.Fprintf(all, "%q", text)
	}
	out.TLS = s.clientTLS(at, ClientTLS{Enabled: true, Authorities: p.Authorities, Certificate: p.Certificate, Key: p.Key})
	out.TLS.CipherSuites = suites()
	for _, file := range []string{p.Authorities, p.Certificate, p.Key} {
		if file == "" {
			continue
		}
		if text, err := os.ReadFile(file); err == nil { // a file that cannot be read was noted
			_, _ = fmt.Fprintf(all, "%q", text)
		}
	}
	out.Fingerprint = hex.EncodeToString(all.Sum(nil))
	return out
}
