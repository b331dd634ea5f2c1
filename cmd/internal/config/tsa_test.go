package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTSA(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir)
	l, err := Parse("beibud.yaml", []byte("seal: {tsa: {url: \"https://tsa.example/\", authorities: ["+filepath.Join(dir, "ca.pem")+"]}}"))
	if err != nil || len(l.TimeRoots) != 1 || l.Seal.TSA.Timeout != 10*time.Second || l.TSATLS != nil {
		t.Errorf("got %+v, %v", l, err)
	}
	_, err = Parse("beibud.yaml", []byte(`seal:
  tsa:
    url: tsa.example
    timeout: 10m
    tls: {certificate: x.pem}
`))
	for _, part := range []string{":2: seal.tsa: authorities are missing", ":3: seal.tsa.url", ":4: seal.tsa.timeout", ":5: seal.tsa.tls: enabled"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s in\n%v", part, err)
		}
	}
}
