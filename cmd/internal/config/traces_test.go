package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTraces(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "headers")
	if err := os.WriteFile(file, []byte("Authorization: Bearer token\n\nX-Tenant: customs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []string{"https://collector.example/v1/traces", "http://127.0.0.1:4318/v1/traces", "http://localhost/v1/traces"} {
		l, err := Parse("beibud.yaml", []byte("traces: {endpoint: '"+endpoint+"', headersFile: "+file+"}"))
		if err != nil || l.TracesHeader.Get("Authorization") != "Bearer token" || l.TracesHeader.Get("X-Tenant") != "customs" || l.Traces.Ratio != 1 {
			t.Errorf("%s: %+v, %v", endpoint, l, err)
		}
	}
	for text, want := range map[string]string{
		"traces:\n  endpoint: collector:4318":                                               ":2: traces.endpoint",
		"traces:\n  endpoint: https://collector:4318":                                       ":2: traces.endpoint",
		"traces:\n  endpoint: https://me:secret@collector/v1/traces":                        "no password",
		"traces:\n  endpoint: http://collector/v1/traces\n  headersFile: " + file:           ":3: traces.headersFile: http would show",
		"traces:\n  endpoint: https://collector/v1/traces\n  ratio: 1.5":                    ":3: traces.ratio",
		"traces:\n  endpoint: https://collector/v1/traces\n  headersFile: " + dir + "/none": ":3: traces.headersFile",
		"traces:\n  tls: {certificate: x.pem}":                                              ":2: traces.tls: enabled",
	} {
		_, err := Parse("beibud.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: missing: %s in\n%v", text, want, err)
		}
	}
	if err := os.WriteFile(file, []byte("no header"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Parse("beibud.yaml", []byte("traces: {endpoint: 'https://c/v1/traces', headersFile: "+file+"}")); err == nil || !strings.Contains(err.Error(), "line 1 of") {
		t.Errorf("got %v", err)
	}
}
