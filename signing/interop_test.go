package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
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
func keyFiles(t testing.TB, key signing.Key) (private, certificate string) {
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

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestXMLSecVerifiesDocuments: what a party signs by us, others verify, by every
// algorithm that they know, in both canonical forms.
func TestXMLSecVerifiesDocuments(t *testing.T) {
	xmlsec := signingtest.Tool(t, "xmlsec1")
	for _, kind := range []string{"P-256", "P-384", "RSA", "RSA-3072"} {
		key := newKey(t, kind)
		_, certificate := keyFiles(t, key)
		for _, digest := range []string{"sha256", "sha384", "sha512"} {
			key.Algorithm = must[*signing.Algorithm](t)(signing.AlgorithmWith(key.Signer.Public(), digest)).Name
			dir := t.TempDir()
			arguments := []string{"--verify", "--pubkey-cert-pem", certificate}
			for name, document := range documents() {
				if strings.HasPrefix(name, "'>'") {
					continue // libxml2 takes such a namespace name for no URI
				}
				for _, method := range methods {
					file := filepath.Join(dir, methodName(method)+" "+name+".xml")
					write(t, file, must[[]byte](t)(signing.SignDocument([]byte(document), key, method)))
					arguments = append(arguments, file)
				}
			}
			if out, err := exec.CommandContext(t.Context(), xmlsec, arguments...).CombinedOutput(); err != nil {
				t.Errorf("%s, %s: xmlsec1: %v\n%s", kind, key.Algorithm, err, out)
			}
		}
	}
}

// TestSealsByEveryDigest: a key may seal by another algorithm than the usual one.
func TestSealsByEveryDigest(t *testing.T) {
	xmlsec := signingtest.Tool(t, "xmlsec1")
	document := []byte("<a/>")
	for _, kind := range []string{"RSA", "P-384"} {
		key := newKey(t, kind)
		for _, digest := range []string{"sha256", "sha384", "sha512"} {
			key.Algorithm = must[*signing.Algorithm](t)(signing.AlgorithmWith(key.Signer.Public(), digest)).Name
			sealed := seal(t, headerOf(document), document, key)
			if e, err := signing.OpenEnvelope(sealed, trusting(key)); err != nil || e.Seals[0].Algorithm != key.Algorithm {
				t.Errorf("%s: %v", key.Algorithm, err)
			}
			if out, err := xmlsecVerify(t, xmlsec, sealed, key); err != nil {
				t.Errorf("%s: xmlsec1: %v\n%s", key.Algorithm, err, out)
			}
		}
	}
}

// TestKeyOfAnotherAlgorithm: a key signs by its own kind of algorithm alone.
func TestKeyOfAnotherAlgorithm(t *testing.T) {
	for kind, name := range map[string]string{"P-256": "rsa-sha256", "RSA": "rsa-sha1", "SM2": "ecdsa-sha256", "Ed25519": "x"} {
		key := newKey(t, kind)
		key.Algorithm = name
		if _, err := signing.SignDocument([]byte("<a/>"), key, c14n.Exclusive); err == nil {
			t.Errorf("%s signed by %s", kind, name)
		}
		if _, err := signing.NewSealer(key); err == nil {
			t.Errorf("%s seals by %s", kind, name)
		}
	}
	for _, kind := range []string{"SM2", "Ed25519"} {
		if a, err := signing.AlgorithmWith(newKey(t, kind).Signer.Public(), "sha256"); err == nil {
			t.Errorf("%s signs by %s", kind, a.Name)
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
	switch key.Signer.Public().(type) {
	case *rsa.PublicKey:
		h := crypto.SHA256.New()
		_, _ = h.Write(info)
		value = must[[]byte](tb)(key.Signer.Sign(rand.Reader, h.Sum(nil), crypto.SHA256))
	case ed25519.PublicKey:
		value = must[[]byte](tb)(key.Signer.Sign(rand.Reader, info, crypto.Hash(0)))
	default:
		der := must[[]byte](tb)(key.Signer.Sign(rand.Reader, info, sm2.NewSM2SignerOption(true, nil)))
		value = must[[]byte](tb)(signing.FixedFromDER(der))
	}
	return withValue(document, value)
}

const valueOpen, valueClose = "<ds:SignatureValue>", "</ds:SignatureValue>"

// withValue is a document with another value of the signature.
func withValue(document string, value []byte) string {
	i, j := strings.Index(document, "<ds:SignatureValue"), strings.Index(document, valueClose)
	i += strings.IndexByte(document[i:], '>') + 1
	return document[:i] + base64.StdEncoding.EncodeToString(value) + document[j:]
}

func valueOf(tb testing.TB, document string) []byte {
	tb.Helper()
	i, j := strings.Index(document, valueOpen)+len(valueOpen), strings.Index(document, valueClose)
	return must[[]byte](tb)(base64.StdEncoding.DecodeString(document[i:j]))
}
