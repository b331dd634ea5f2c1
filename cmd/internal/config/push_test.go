package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange/courier/webhook"
)

// keyFile writes a key that signs pushes.
func keyFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "push.key")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const hmacKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestPush(t *testing.T) {
	file := keyFile(t, hmacKey)
	said := "    push: {url: 'https://push.example/beibu', keys: [" + file + "]}\n"
	whole := "    push: {url: 'https://10.0.0.1/', keys: [" + file + ", " + file + "], acknowledge: on-2xx, timeout: 20s, concurrency: 8, " +
		"maxBody: 1MiB, retry: [10s, 1h], allowPrivate: true}\n"
	l, err := withTopics(t, said, whole, "")
	if err != nil {
		t.Fatal(err)
	}
	short, long := l.Pushes["gx-customs"], l.Pushes["gx-commerce"]
	if len(l.Pushes) != 2 || short.URL != "https://push.example/beibu" || len(short.Keys) != 1 || short.TLS == nil || !slices.Equal(short.Steps, webhook.DefaultSteps()) {
		t.Errorf("got %+v", short)
	}
	if long.Timeout != 20*time.Second || long.Concurrency != 8 || long.MaxBody != 1<<20 || !long.AllowPrivate || !slices.Equal(long.Steps, []time.Duration{10 * time.Second, time.Hour}) {
		t.Errorf("got %+v", long)
	}
	customs, _ := l.Parties.Get("gx-customs")
	commerce, _ := l.Parties.Get("gx-commerce")
	if !customs.Push.ByReceiver() || commerce.Push.ByReceiver() {
		t.Errorf("acknowledged by %q and %q", customs.Push.Acknowledge, commerce.Push.Acknowledge)
	}
	if err := os.WriteFile(file, []byte("whsec_"+strings.Repeat("A", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := withTopics(t, said, whole, "")
	if err != nil || again.Pushes["gx-customs"].Fingerprint == short.Fingerprint {
		t.Errorf("another key has the same fingerprint: %v", err)
	}
}

func TestPushMistakes(t *testing.T) {
	good, bad := keyFile(t, hmacKey), keyFile(t, "whsec_short")
	keys := ", keys: [" + good + "]"
	for name, test := range map[string]struct{ push, more, want string }{
		"plain HTTP":         {"url: 'http://push.example/'" + keys, "", "push.url: it must begin with https://"},
		"no address":         {"timeout: 15s" + keys, "", "push.url: it must begin"},
		"a password":         {"url: 'https://a:b@push.example/'" + keys, "", "push.url: it must hold no password"},
		"no key":             {"url: 'https://push.example/'", "", "push.keys: there are 0"},
		"too many keys":      {"url: 'https://push.example/', keys: [" + strings.Repeat(good+", ", 5) + "]", "", "push.keys: there are 5"},
		"a bad key":          {"url: 'https://push.example/', keys: [" + bad + "]", "", "push.keys[0]: "},
		"acknowledge":        {"url: 'https://push.example/', acknowledge: broker" + keys, "", `push.acknowledge: "broker" is none of`},
		"a short timeout":    {"url: 'https://push.example/', timeout: 10ms" + keys, "", "push.timeout: 10ms"},
		"many at a time":     {"url: 'https://push.example/', concurrency: 65" + keys, "", "push.concurrency: 65"},
		"a wait of a second": {"url: 'https://push.example/', retry: [5s, 1ms]" + keys, "", "push.retry[1]: 1ms"},
		"half a certificate": {"url: 'https://push.example/', certificate: a.pem" + keys, "", "push: certificate and key go together"},
		"a topic too":        {"url: 'https://push.example/'" + keys, "    deliver: {topic: a}\n", "push: the party has a topic too"},
	} {
		_, err := withTopics(t, "    push: {"+test.push+"}\n"+test.more, "", brokers)
		if err == nil || !strings.Contains(err.Error(), test.want) || len(Mistakes(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "whsec_") {
			t.Errorf("%s: the key is printed: %v", name, err)
		}
	}
}
