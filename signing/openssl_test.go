package signing_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
)

// TestWildSM2Accepted is what e-Port clients write, all of it at once.
func TestWildSM2Accepted(t *testing.T) {
	const official = "http://www.chinaport.gov.cn/2022/04/xmldsig#"
	key := newKey(t, "SM2")
	signed := string(must[[]byte](t)(signing.SignDocument([]byte(`<a xmlns="urn:a"/>`), key, c14n.Exclusive)))
	signed = strings.Replace(signed, official+"sm2-sm3", "http://www.w3.org/2000/09/xmldsig#sm2-sm3", 1)
	signed = strings.Replace(signed, official+"sm3", "urn:wild:sm3", 1)
	signed = resigned(t, signed, key, c14n.Exclusive)
	signed = withValue(signed, must[[]byte](t)(signing.DERFromFixed(valueOf(t, signed))))
	v := newVerifier(t, map[string]string{
		"http://www.w3.org/2000/09/xmldsig#sm2-sm3": official + "sm2-sm3",
		"urn:wild:sm3": official + "sm3",
	})
	signers := signersOf(key)
	claimRefused(t, v, signing.Claim{Document: []byte(signed), Signers: signers, At: accepted}, signing.CodeValue)
	signers[0].AllowDER = true
	if _, err := v.Verify(signing.Claim{Document: []byte(signed), Signers: signers, At: accepted}); err != nil {
		t.Errorf("aliases and DER: %v", err)
	}
}

// TestOpenSSLEd25519 is the same for Ed25519, which xmlsec1 does not know.
func TestOpenSSLEd25519(t *testing.T) {
	openssl := signingtest.Tool(t, "openssl")
	key := newKey(t, "Ed25519")
	private, certificate := keyFiles(t, key)
	for _, method := range methods {
		signed := string(must[[]byte](t)(signing.SignDocument([]byte(`<a xmlns="urn:a" xmlns:b="urn:b" xml:lang="zh"/>`), key, method)))
		dir := t.TempDir()
		info, value := filepath.Join(dir, "info"), filepath.Join(dir, "value")
		run := func(arguments ...string) {
			t.Helper()
			arguments = append([]string{"pkeyutl", "-rawin", "-in", info}, arguments...)
			if out, err := exec.CommandContext(t.Context(), openssl, arguments...).CombinedOutput(); err != nil {
				t.Fatalf("openssl %v: %v\n%s", arguments, err, out)
			}
		}
		write(t, info, infoWithin(t, signed, method))
		ours := valueOf(t, signed)
		write(t, value, ours)
		run("-verify", "-certin", "-inkey", certificate, "-sigfile", value)
		theirs := filepath.Join(dir, "theirs")
		run("-sign", "-inkey", private, "-out", theirs)
		if got := must[[]byte](t)(os.ReadFile(theirs)); !bytes.Equal(got, ours) { // Ed25519 leaves no choice
			t.Errorf("%s: OpenSSL signs SignedInfo as %x, we as %x", method.URI(), got, ours)
		}
	}
}

// infoWithin is signedInfo of a document whose root has declarations and
// attributes that inclusive form hands down.
func infoWithin(tb testing.TB, document string, method c14n.Method) []byte {
	tb.Helper()
	info := signedInfo(tb, []byte(document), method)
	if method == c14n.Inclusive {
		info = bytes.Replace(info, []byte(`ds="http://www.w3.org/2000/09/xmldsig#"`), []byte(`ds="http://www.w3.org/2000/09/xmldsig#" xml:lang="zh"`), 1)
	}
	return info
}

// TestOpenSSLSM2 signs the same SignedInfo by OpenSSL and by us, and each
// verifies the other's.
func TestOpenSSLSM2(t *testing.T) {
	openssl := signingtest.Tool(t, "openssl")
	key := newKey(t, "SM2")
	private, _ := keyFiles(t, key)
	dir := t.TempDir()
	info, value, public := filepath.Join(dir, "info"), filepath.Join(dir, "value"), filepath.Join(dir, "public.pem")
	run := func(arguments ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), openssl, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", arguments, err, out)
		}
	}
	run("pkey", "-in", private, "-pubout", "-out", public)
	distID := []string{"-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"}

	signed := string(must[[]byte](t)(signing.SignDocument([]byte(`<a xmlns="urn:a"/>`), key, c14n.Exclusive)))
	write(t, info, signedInfo(t, []byte(signed), c14n.Exclusive))
	fixed := valueOf(t, signed)
	if len(fixed) != 64 {
		t.Fatalf("the value has %d bytes, want r‖s in 64", len(fixed))
	}
	write(t, value, must[[]byte](t)(signing.DERFromFixed(fixed)))
	run(append([]string{"pkeyutl", "-verify", "-pubin", "-inkey", public, "-in", info, "-sigfile", value}, distID...)...)

	run(append([]string{"pkeyutl", "-sign", "-inkey", private, "-in", info, "-out", value}, distID...)...)
	der := must[[]byte](t)(os.ReadFile(value))
	signed = withValue(signed, must[[]byte](t)(signing.FixedFromDER(der)))
	if _, err := newVerifier(t, nil).Verify(signing.Claim{Document: []byte(signed), Signers: signersOf(key), At: accepted}); err != nil {
		t.Errorf("what OpenSSL signed: %v", err)
	}
}
