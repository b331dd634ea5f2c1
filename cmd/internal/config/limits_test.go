package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/deploy"
	"beibu/exchange"
)

// What may be said of a document is worked on by default.
func TestLargestDocumentFits(t *testing.T) {
	for _, text := range []string{"", "limits: {document: 64MiB}", "limits: {memory: 19MiB}"} {
		if _, err := Parse("beibud.yaml", []byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What cannot work of the limits is reported, with its line.
func TestLimitMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"limits:\n  admit: 1ms\n":                             "2 limits.admit",
		"limits:\n  memory: 18MiB\n":                          "2 limits.memory", // a document of 8 MiB takes more
		"limits:\n  quota:\n    documents: 5\n":               "2 limits.quota.window",
		"limits:\n  quota: {window: 1m}\n":                    "2 limits.quota.documents",
		"limits:\n  quota: {documents: 1, window: 1.5s}\n":    "2 limits.quota.window",
		"limits:\n  document: 16MiB\n  memory: 32MiB\n":       "3 limits.memory",
		"limits:\n  slowest: 1000\n":                          "2 limits.slowest",
		"limits:\n  keptRefusals: {longest: 721h}\n":          "2 limits.keptRefusals.longest",
		"limits:\n  keptRefusals: {longest: 59s}\n":           "2 limits.keptRefusals.longest",
		"limits:\n  keptRefusals: {party: 7MiB}\n":            "2 limits.keptRefusals.party", // less than a document
		"limits:\n  silence: 10ms\n":                          "2 limits.silence",
		"limits:\n  connections: -1\n":                        "2 limits.connections",
		"limits: {connections: 9, connectionsPerAddress: 10}": "1 limits.connectionsPerAddress",
	} {
		_, err := Parse("beibud.yaml", []byte(text))
		var reported []string
		for _, m := range Mistakes(err) {
			reported = append(reported, fmt.Sprintf("%d %s", m.Line, m.Key))
		}
		if !slices.Equal(reported, []string{want}) {
			t.Errorf("%q: got %v, want %s: %v", text, reported, want, err)
		}
	}
}

// Connections that the process could not open are a mistake, and so are the default
// ones if it may open few.
func TestConnectionsNeedDescriptors(t *testing.T) {
	most := descriptors()
	if most > 1<<20 {
		t.Skip("the process may open more than may be set")
	}
	for beside, works := range map[int64]bool{ownDescriptors: true, ownDescriptors - 1: false} {
		text := fmt.Sprintf("limits: {connections: %d}", most-beside)
		_, err := Parse("beibud.yaml", []byte(text))
		if works != (err == nil) || err != nil && !strings.Contains(err.Error(), "ulimit -n") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What a private address that others reach may show has to be named.
func TestPrivateAddressIsLoopback(t *testing.T) {
	for text, want := range map[string]string{
		"private: 127.0.0.1:8421":                                               "",
		"private: '[::1]:8421'\nlog: {profile: true}":                           "",
		"private: 0.0.0.0:8421":                                                 "private",
		"private: :8421":                                                        "private",
		"private: 10.1.2.3:8421\nprivateOpen: [profile]":                        "private",
		"private: 10.1.2.3:8421\nprivateOpen: [metrics]":                        "",
		"private: :8421\nprivateOpen: [metrics]\nlog: {profile: true}":          "log.profile",
		"private: :8421\nprivateOpen: [metrics, profile]\nlog: {profile: true}": "",
		"privateOpen: [everything]":                                             "privateOpen[0]",
	} {
		_, err := Parse("beibud.yaml", []byte(text))
		var keys []string
		for _, m := range Mistakes(err) {
			keys = append(keys, m.Key)
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%q: %q, want %q: %v", text, got, want, err)
		}
	}
}

// How long the bytes of refused documents of a party are kept is its own policy, and none
// by default. It is no longer than the limit.
func TestRefusalPolicy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parties.yaml")
	for policy, test := range map[string]struct {
		limits string
		want   time.Duration
		wrong  bool
	}{
		"":                        {"", 0, false},
		"refusals: {keep: 0s}":    {"", 0, false},
		"refusals: {keep: 1m}":    {"", time.Minute, false},
		"refusals: {keep: 59s}":   {"", 0, true},
		"refusals: {keep: 168h}":  {"", 168 * time.Hour, false},
		"refusals: {keep: 169h}":  {"", 0, true},
		"refusals: {keep: 720h}":  {"keptRefusals: {longest: 720h}", 720 * time.Hour, false},
		"refusals: {keep: 2h}":    {"keptRefusals: {longest: 1h}", 0, true},
		"refusals: {keep: -1h}":   {"", 0, true},
		"refusals: {bytes: true}": {"", 0, true},
	} {
		text := strings.Replace(string(deploy.Parties), "  - id: qinzhou-customs\n", "  - id: qinzhou-customs\n    "+policy+"\n", 1)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Parse("beibud.yaml", []byte("parties: "+file+"\nlimits: {"+test.limits+"}\n"))
		if test.wrong != (err != nil) {
			t.Errorf("%s with %q: %v", policy, test.limits, err)
		}
		if err != nil {
			continue
		}
		for _, p := range l.Parties.All() {
			if want := test.want; p.ID == "qinzhou-customs" && p.Refusals.Keep != want || p.ID != "qinzhou-customs" && p.Refusals.Keep != 0 {
				t.Errorf("%s: the bytes of %s are kept for %s, want %s", policy, p.ID, p.Refusals.Keep, want)
			}
		}
	}
}

// The map's quota counts, and if it states none, that of the limits.
func TestQuotas(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parties.yaml")
	text := strings.Replace(string(deploy.Parties), "  - id: qinzhou-customs\n", "  - id: qinzhou-customs\n    quota: {documents: 7, window: 1s}\n", 1)
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	for limits, want := range map[string]exchange.Quota{
		"":                                    {},
		"quota: {documents: 600, window: 1m}": {Documents: 600, Window: time.Minute},
		"quota: {documents: 0, window: 0s}":   {},
		"quota: {documents: 1000000, window: 24h}": {Documents: 1_000_000, Window: 24 * time.Hour},
	} {
		l, err := Parse("beibud.yaml", []byte("parties: "+file+"\nlimits: {"+limits+"}\n"))
		if err != nil {
			t.Fatal(err)
		}
		own, _ := l.Parties.Get("qinzhou-customs")
		other, _ := l.Parties.Get("beihai-customs")
		if own.Quota != (exchange.Quota{Documents: 7, Window: time.Second}) || other.Quota != want {
			t.Errorf("%s: its own %+v, the other's %+v", limits, own.Quota, other.Quota)
		}
	}
	write(strings.Replace(text, "window: 1s", "window: 1ms", 1))
	_, err := Parse("beibud.yaml", []byte("parties: "+file))
	line := strings.Count(text[:strings.Index(text, "quota: {documents: 7")], "\n") + 1
	if want := fmt.Sprintf("%s:%d: parties[0].quota.window", file, line); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
