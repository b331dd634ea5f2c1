package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// On a machine without certificates of public authorities, such as the image, the daemon
// has those that are built in; the machine's own come first.
func TestPublicAuthorities(t *testing.T) {
	const child = "BEIBU_TEST_ROOTS"
	if os.Getenv(child) != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("roots=%d", len(pool.Subjects())) //nolint:staticcheck // it leaves out those of a platform's verifier, which Linux does not have
		return
	}
	for name, c := range map[string]struct {
		file string
		fits func(int) bool
	}{
		"the machine has none":    {"/nowhere", func(n int) bool { return n > 100 }},
		"the machine has its own": {"../../signing/testdata/signed/signer.pem", func(n int) bool { return n == 1 }},
	} {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPublicAuthorities$", "-test.v")
		again.Env = []string{child + "=1", "SSL_CERT_FILE=" + c.file, "SSL_CERT_DIR=/nowhere"}
		out, err := again.CombinedOutput()
		_, after, _ := strings.Cut(string(out), "roots=")
		digits, _, _ := strings.Cut(after, "\n")
		if n, wrong := strconv.Atoi(digits); err != nil || wrong != nil || !c.fits(n) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
