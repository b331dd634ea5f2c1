package signing_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// keyFiles writes a key and its certificate for other programs.
func keyFiles(t *testing.T, key signing.Key) (private, certificate string) {
	t.Helper()
	dir := t.TempDir()
	private, certificate = filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	var der []byte
	if key.ID == "SM2" {
		der = must[[]byte](t)(smx509.MarshalPKCS8PrivateKey(key.Signer))
	} else {
		der = must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key.Signer))
	}
	write(t, private, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	write(t, certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw}))
	return private, certificate
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestXMLSecVerifiesDocuments: what a party signs by us, others verify.
func TestXMLSecVerifiesDocuments(t *testing.T) {
	xmlsec := signingtest.Tool(t, "xmlsec1")
	for _, kind := range []string{"P-256", "P-384", "RSA", "RSA-3072"} {
		key := newKey(t, kind)
		_, certificate := keyFiles(t, key)
		for name, document := range documents() {
			if strings.HasPrefix(name, "'>'") {
				continue // libxml2 takes such a namespace name for no URI
			}
			for _, method := range methods {
				file := filepath.Join(t.TempDir(), "signed.xml")
				write(t, file, must[[]byte](t)(signing.SignDocument([]byte(document), key, method)))
				out, err := exec.CommandContext(t.Context(), xmlsec, "--verify", "--pubkey-cert-pem", certificate, file).CombinedOutput()
				if err != nil {
					t.Errorf("%s, %s, %s: xmlsec1: %v\n%s", kind, name, method.URI(), err, out)
				}
			}
		}
	}
}

// template is a document as other programs prepare it for xmlsec1 to sign.
func template(uri, prefix, algorithm, digest string, method c14n.Method) string {
	name := strings.TrimSuffix(prefix, ":")
	if name != "" {
		name = ":" + name
	}
	keyValue := "" // xmlsec1 writes one for RSA only
	if strings.Contains(algorithm, "rsa-") {
		keyValue = "<~KeyValue/>"
	}
	return strings.ReplaceAll(fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<l:Licence xmlns:l="urn:l" xmlns:un="urn:unused" Id="r" xml:space="preserve" xml:lang="zh&#9;">
  <Goods un:x='1&#9;"'>铝 &amp; <![CDATA[<&>]]></Goods>
  <~Signature xmlns%s="http://www.w3.org/2000/09/xmldsig#">
    <~SignedInfo>
      <~CanonicalizationMethod Algorithm="%s"/>
      <~SignatureMethod Algorithm="%s"/>
      <~Reference URI="%s">
        <~Transforms>
          <~Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
          <~Transform Algorithm="%s"/>
        </~Transforms>
        <~DigestMethod Algorithm="%s"/>
        <~DigestValue></~DigestValue>
      </~Reference>
    </~SignedInfo>
    <~SignatureValue/>
    <~KeyInfo><~KeyName>桂01</~KeyName><~X509Data/>%s</~KeyInfo>
  </~Signature>
</l:Licence>
`, name, method.URI(), algorithm, uri, method.URI(), digest, keyValue), "~", prefix)
}

// TestVerifyWhatXMLSecSigns: what others sign, we verify, by every algorithm
// that they share with us, both canonical forms and both kinds of reference.
func TestVerifyWhatXMLSecSigns(t *testing.T) {
	xmlsec := signingtest.Tool(t, "xmlsec1")
	const more = "http://www.w3.org/2001/04/xmldsig-more#"
	digests := []string{"http://www.w3.org/2001/04/xmlenc#sha256", more + "sha384", "http://www.w3.org/2001/04/xmlenc#sha512"}
	v := newVerifier(t, nil)
	for kind, algorithms := range map[string][]string{
		"RSA":   {"rsa-sha256", "rsa-sha384", "rsa-sha512"},
		"P-256": {"ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"},
		"P-384": {"ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"},
	} {
		key := newKey(t, kind)
		private, certificate := keyFiles(t, key)
		for i, algorithm := range algorithms {
			for j, method := range methods {
				uri, prefix := []string{"", "#r"}[(i+j)%2], []string{"ds:", "", "dsig:"}[i]
				file := filepath.Join(t.TempDir(), "template.xml")
				write(t, file, []byte(template(uri, prefix, more+algorithm, digests[i], method)))
				signed, err := exec.CommandContext(t.Context(), xmlsec, "--sign", "--id-attr:Id", "urn:l:Licence",
					"--privkey-pem", private+","+certificate, file).Output()
				if err != nil {
					t.Errorf("%s: xmlsec1 --sign: %v", algorithm, err)
					continue
				}
				claim := signing.Claim{Document: signed, Signers: signersOf(key), At: accepted}
				if got, err := v.Verify(claim); err != nil || got.Algorithm() != algorithm {
					t.Errorf("%s, %s, %s, URI=%q: %v\n%s", kind, algorithm, method.URI(), uri, err, signed)
				}
				claim.Document = bytes.Replace(signed, []byte("铝"), []byte("铜"), 1)
				claimRefused(t, v, claim, signing.CodeDigest)
			}
		}
	}
}

// signedInfo returns the canonical form of SignedInfo, found without the
// package's own verifier.
func signedInfo(tb testing.TB, document []byte, method c14n.Method) []byte {
	tb.Helper()
	var s strict.Scanner
	var w c14n.Writer
	var out bytes.Buffer
	s.Reset(document, strict.Limits{})
	w.Reset(&out, method)
	depth := 0 // of SignedInfo, once it is open
	for s.Next() {
		n := s.Name()
		if s.Kind() == strict.StartElement && string(s.Bytes(n.Local, n.End)) == "SignedInfo" {
			depth = s.Depth()
		}
		if depth == 0 {
			continue
		}
		w.Take(&s)
		if s.Kind() == strict.EndElement && s.Depth() < depth {
			break
		}
	}
	if err := w.Flush(); err != nil || out.Len() == 0 {
		tb.Fatalf("no SignedInfo, or %v", err)
	}
	return out.Bytes()
}

// resigned puts the right value into a document whose SignedInfo was changed.
func resigned(tb testing.TB, document string, key signing.Key, method c14n.Method) string {
	tb.Helper()
	info := signedInfo(tb, []byte(document), method)
	var value []byte
	if key.ID == "SM2" {
		value = must[[]byte](tb)(key.Signer.Sign(rand.Reader, info, sm2.NewSM2SignerOption(true, nil))) // ASN.1 DER
	} else {
		h := crypto.SHA256.New()
		_, _ = h.Write(info)
		value = must[[]byte](tb)(key.Signer.Sign(rand.Reader, h.Sum(nil), crypto.SHA256))
	}
	i := strings.Index(document, "<ds:SignatureValue>") + len("<ds:SignatureValue>")
	j := strings.Index(document, "</ds:SignatureValue>")
	return document[:i] + base64.StdEncoding.EncodeToString(value) + document[j:]
}

// TestWildSM2Accepted is what e-Port clients write, all of it at once.
func TestWildSM2Accepted(t *testing.T) {
	const official = "http://www.chinaport.gov.cn/2022/04/xmldsig#"
	key := newKey(t, "SM2")
	signed := string(must[[]byte](t)(signing.SignDocument([]byte(`<a xmlns="urn:a"/>`), key, c14n.Exclusive)))
	signed = strings.Replace(signed, official+"sm2-sm3", "http://www.w3.org/2000/09/xmldsig#sm2-sm3", 1)
	signed = strings.Replace(signed, official+"sm3", "urn:wild:sm3", 1)
	signed = resigned(t, signed, key, c14n.Exclusive)
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
	i := strings.Index(signed, "<ds:SignatureValue>") + len("<ds:SignatureValue>")
	j := strings.Index(signed, "</ds:SignatureValue>")
	fixed := must[[]byte](t)(base64.StdEncoding.DecodeString(signed[i:j]))
	if len(fixed) != 64 {
		t.Fatalf("the value has %d bytes, want r‖s in 64", len(fixed))
	}
	write(t, value, must[[]byte](t)(signing.DERFromFixed(fixed)))
	run(append([]string{"pkeyutl", "-verify", "-pubin", "-inkey", public, "-in", info, "-sigfile", value}, distID...)...)

	run(append([]string{"pkeyutl", "-sign", "-inkey", private, "-in", info, "-out", value}, distID...)...)
	der := must[[]byte](t)(os.ReadFile(value))
	signed = signed[:i] + base64.StdEncoding.EncodeToString(must[[]byte](t)(signing.FixedFromDER(der))) + signed[j:]
	if _, err := newVerifier(t, nil).Verify(signing.Claim{Document: []byte(signed), Signers: signersOf(key), At: accepted}); err != nil {
		t.Errorf("what OpenSSL signed: %v", err)
	}
}
