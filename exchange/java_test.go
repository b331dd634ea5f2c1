package exchange_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/rules/rulestest"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/testdata"
)

// javaKeys makes keys with certificates by an authority, and writes them for
// Java: NAME.key, NAME.pem with the signer's certificate first, NAME.last.pem
// with it last.
func javaKeys(t *testing.T, dir string) (signers []signing.Signer) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	issue := func(serial int64, name string, isCA bool, parent *x509.Certificate, public any, by crypto.Signer) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Country: []string{"CN"}}, IsCA: isCA, BasicConstraintsValid: isCA,
			NotBefore: rulestest.Received.AddDate(0, 0, -1), NotAfter: rulestest.Received.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		}
		if isCA {
			template.KeyUsage, parent = x509.KeyUsageCertSign, template
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
		must(err)
		c, err := x509.ParseCertificate(der)
		must(err)
		return c
	}
	authority, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	root := issue(1, "北部湾 test authority", true, nil, authority.Public(), authority)
	keys := map[string]crypto.Signer{}
	keys["rsa"], err = rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	keys["ecdsa"], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	for name, key := range keys {
		leaf := issue(2, "Qinzhou Port Customs "+name, false, root, key.Public(), authority)
		private, err := x509.MarshalPKCS8PrivateKey(key)
		must(err)
		first := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})
		second := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
		must(os.WriteFile(filepath.Join(dir, name+".key"), private, 0o600))
		must(os.WriteFile(filepath.Join(dir, name+".pem"), slices.Concat(first, second), 0o600))
		must(os.WriteFile(filepath.Join(dir, name+".last.pem"), slices.Concat(second, first), 0o600))
		c, err := signing.ParseCertificate(leaf.Raw)
		must(err)
		signers = append(signers, signing.Signer{Certificate: c})
	}
	return signers
}

// A javaJob is a document that Java signs, and how.
type javaJob struct {
	document                                    []byte
	key, chain, digest, style, algorithm, canon string
}

// javaJobs are a carnet for every mixture of algorithms, and one good sample of
// every kind.
func javaJobs(t *testing.T) (jobs []javaJob) {
	t.Helper()
	styles := []string{"plain", "prefix ids", "keys", "prefix ids keys"}
	chains := []string{".pem", ".last.pem"}
	add := func(document []byte, key, digest string, method c14n.Method) {
		n := len(jobs)
		jobs = append(jobs, javaJob{
			document: document, key: key, chain: key + chains[n%2], digest: digest, style: styles[n%len(styles)],
			algorithm: "http://www.w3.org/2001/04/xmldsig-more#" + key + "-" + digest, canon: method.URI(),
		})
	}
	for _, key := range []string{"rsa", "ecdsa"} {
		for _, digest := range []string{"sha256", "sha384", "sha512"} {
			add(carnet(t, fmt.Sprint(number, len(jobs))), key, digest, c14n.Exclusive)
			add(carnet(t, fmt.Sprint(number, len(jobs))), key, digest, c14n.Inclusive)
		}
	}
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{"ata-carnet": true, "sps-certificate": true, "sps-acknowledgement": true} // the schema of SPS documents has no place for a signature
	for _, s := range samples {
		if s.Good && !seen[s.Kind] {
			seen[s.Kind] = true
			add(s.Bytes, []string{"rsa", "ecdsa"}[len(jobs)%2], "sha256", c14n.Exclusive)
		}
	}
	return jobs
}

var digestURIs = map[string]string{
	"sha256": "http://www.w3.org/2001/04/xmlenc#sha256", "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384", "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}

// A stock JDK signs samples of every kind by its defaults: all are found valid
// and trusted, and Java verifies what it signed.
func TestJavaSigns(t *testing.T) {
	dir := t.TempDir()
	signers := javaKeys(t, dir)
	jobs := javaJobs(t)
	var lines [][]string
	for i, job := range jobs {
		in, out := filepath.Join(dir, fmt.Sprint(i, ".xml")), filepath.Join(dir, fmt.Sprint(i, ".signed.xml"))
		if err := os.WriteFile(in, job.document, 0o600); err != nil {
			t.Fatal(err)
		}
		lines = append(lines,
			[]string{"sign", in, out, filepath.Join(dir, job.key+".key"), filepath.Join(dir, job.chain), job.algorithm, digestURIs[job.digest], job.canon, job.style},
			[]string{"verify", out, filepath.Join(dir, job.key+".pem")})
	}
	answers := signingtest.Java(t, lines...)
	w := signingWorld(t, exchange.SignaturePolicy{}, signers...)
	for i, job := range jobs {
		name := fmt.Sprintf("%s %s %s, %s, %q", job.algorithm, job.digest, job.canon, job.chain, job.style)
		if answers[2*i] != "ok" || answers[2*i+1] != "ok" {
			t.Errorf("%s: Java signs: %s, and verifies: %s", name, answers[2*i], answers[2*i+1])
			continue
		}
		signed, err := os.ReadFile(lines[2*i][2])
		if err != nil {
			t.Fatal(err)
		}
		checked, err := w.InForce.Checks.Find(t.Context(), from("qinzhou", signed))
		if err != nil || len(checked.Faults()) > 0 {
			t.Errorf("%s: %v, %v", name, err, checked.Faults())
			continue
		}
		if trusted, err := w.InForce.Verify(checked); err != nil || trusted.Signature().Signer != "qinzhou" {
			t.Errorf("%s of %s: %v\n%s", name, checked.Kind(), err, signed)
		}
		if checked.Kind() != "ata-carnet" {
			continue
		}
		if accepted, err := w.Accept(t.Context(), from("qinzhou", signed)); err != nil || accepted.Exchange.Signature.Algorithm != strings.TrimPrefix(job.algorithm, "http://www.w3.org/2001/04/xmldsig-more#") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
