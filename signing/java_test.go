package signing_test

import (
	"path/filepath"
	"testing"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
)

// TestJavaVerifies: what we sign and seal, a stock JDK verifies, and what it
// should not, it does not.
func TestJavaVerifies(t *testing.T) {
	dir := t.TempDir()
	var jobs [][]string
	verify := func(name string, content []byte, certificate string) {
		file := filepath.Join(dir, name)
		write(t, file, content)
		jobs = append(jobs, []string{"verify", file, certificate})
	}
	for _, kind := range []string{"RSA", "P-256", "P-384"} {
		key := newKey(t, kind)
		_, certificate := keyFiles(t, key)
		for _, digest := range []string{"sha256", "sha384", "sha512"} {
			key.Algorithm = must[*signing.Algorithm](t)(signing.AlgorithmWith(key.Signer.Public(), digest)).Name
			for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
				signed := must[[]byte](t)(signing.SignDocument(signingtest.Document(3_000), key, method))
				verify(kind+digest+methodName(method)+".xml", signed, certificate)
			}
			document := []byte("<a/>")
			verify(kind+digest+".envelope.xml", seal(t, headerOf(document), document, key), certificate)
		}
	}
	other := newKey(t, "P-256")
	_, certificate := keyFiles(t, newKey(t, "P-256"))
	verify("other.xml", must[[]byte](t)(signing.SignDocument([]byte("<a/>"), other, c14n.Exclusive)), certificate)
	answers := signingtest.Java(t, jobs...)
	last := len(jobs) - 1
	for i, answer := range answers[:last] {
		if answer != "ok" {
			t.Errorf("%s: %s", filepath.Base(jobs[i][1]), answer)
		}
	}
	if answers[last] == "ok" {
		t.Error("Java verified by the wrong key")
	}
}
