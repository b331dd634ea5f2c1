package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/signingtest"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/google/go-cmp/cmp"
)

// accepted is when everything in these tests happens.
var accepted = time.Date(2026, 9, 14, 7, 30, 0, 123456789, time.UTC)

// rsaKeys are made once: that takes long.
var rsaKeys = sync.OnceValue(func() map[int]*rsa.PrivateKey {
	keys := map[int]*rsa.PrivateKey{}
	for _, bits := range []int{2048, 3072} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		keys[bits] = key
	}
	return keys
})

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// newKey makes a key of a kind, with a certificate of its own.
func newKey(t testing.TB, kind string) signing.Key {
	t.Helper()
	var signer crypto.Signer
	switch kind {
	case "P-256":
		signer = must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	case "P-384":
		signer = must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	case "P-521":
		signer = must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	case "RSA":
		signer = rsaKeys()[2048]
	case "RSA-3072":
		signer = rsaKeys()[3072]
	case "RSA-1024":
		t.Setenv("GODEBUG", "rsa1024min=0")
		signer = must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	case "Ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signer = key
	case "SM2":
		signer = must[*sm2.PrivateKey](t)(sm2.GenerateKey(rand.Reader))
	}
	return signing.Key{ID: kind, Signer: signer, Certificate: newCertificate(t, kind, signer)}
}

// fixedKey is the same in every process: fuzzing runs several, and seeds that
// one made must mean something to the others.
func fixedKey(t testing.TB) signing.Key {
	t.Helper()
	signer := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	return signing.Key{ID: "fixed", Signer: signer, Certificate: newCertificate(t, "fixed", signer)}
}

func newCertificate(t testing.TB, name string, signer crypto.Signer) *signing.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: accepted.AddDate(-1, 0, 0), NotAfter: accepted.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	var der []byte
	if sm2.IsSM2PublicKey(signer.Public()) {
		der = must[[]byte](t)(smx509.CreateCertificate(rand.Reader, asSM(template), asSM(template), signer.Public(), signer))
	} else {
		der = must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer))
	}
	return must[*signing.Certificate](t)(signing.ParseCertificate(der))
}

func asSM(c *x509.Certificate) *smx509.Certificate {
	return &smx509.Certificate{
		SerialNumber: c.SerialNumber, Subject: c.Subject, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		KeyUsage: smx509.KeyUsage(c.KeyUsage),
	}
}

// trusting trusts each key under its id.
func trusting(keys ...signing.Key) signing.Trust {
	var list []signing.Signer
	for _, k := range keys {
		list = append(list, signing.Signer{Name: k.ID, Certificate: k.Certificate})
	}
	return signing.NewTrust(list...)
}

func headerOf(document []byte) signing.Header {
	return signing.Header{
		ExchangeID: "8f14e45f-ceea-867a-9d3b-0123456789ab", Sender: "qinzhou-port-customs", Kind: "ata-carnet",
		DocumentNumber: "CN/45/2026/000017", DocumentVersion: "1", Receivers: []string{"ccpit-guangxi", "vn-single-window"},
		DigestSHA256: sha256.Sum256(document), AcceptedAt: accepted, SchemaPack: "profile:ubl-2.4",
	}
}

// headers are hard to write and to read back.
func headers(document []byte) map[string]signing.Header {
	plain := headerOf(document)
	tricky := plain
	tricky.Sender = `<&>"'` + "\r\n\t ]]> &amp; 钦州"
	tricky.DocumentNumber = " 桂〔2026〕17号 \U00020000 "
	tricky.Receivers = []string{"", "a b", "&#xD;", "<!-- x -->"}
	bare := signing.Header{DigestSHA256: plain.DigestSHA256, AcceptedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	east := plain
	east.AcceptedAt = accepted.In(time.FixedZone("CST", 8*3600))
	later := plain
	later.Receivers = []string{"th-single-window"}
	later.Readdressed = signing.Readdressed{Run: "8d0c1bb2 & <b>", Plan: "0a0b", At: accepted.AddDate(0, 1, 0)}
	return map[string]signing.Header{"plain": plain, "tricky": tricky, "bare": bare, "with a zone": east, "readdressed": later}
}

func seal(t testing.TB, h signing.Header, document []byte, keys ...signing.Key) []byte {
	t.Helper()
	sealer := must[*signing.Sealer](t)(signing.NewSealer(keys...))
	return must[[]byte](t)(sealer.Seal(t.Context(), h, document))
}

func TestSealAndOpen(t *testing.T) {
	document := signingtest.Document(10_000)
	for _, kinds := range [][]string{{"P-256"}, {"P-384"}, {"RSA"}, {"RSA-3072"}, {"Ed25519"}, {"SM2"}, {"P-256", "SM2"}, {"P-256", "RSA", "SM2", "Ed25519"}} {
		t.Run(strings.Join(kinds, " "), func(t *testing.T) {
			var keys []signing.Key
			for _, kind := range kinds {
				keys = append(keys, newKey(t, kind))
			}
			for name, h := range headers(document) {
				sealed := seal(t, h, document, keys...)
				e, err := signing.OpenEnvelope(sealed, trusting(keys...))
				if err != nil {
					t.Fatalf("%s: OpenEnvelope: %v", name, err)
				}
				if at := signing.DocumentAt(sealed); !bytes.HasPrefix(sealed[at:], []byte(base64.StdEncoding.EncodeToString(document)+"<")) {
					t.Errorf("%s: no document at byte %d", name, at)
				}
				h.AcceptedAt = h.AcceptedAt.UTC()
				if diff := cmp.Diff(h, e.Header); diff != "" {
					t.Errorf("%s: header changed (-sealed +opened):\n%s", name, diff)
				}
				if !bytes.Equal(e.Document, document) {
					t.Errorf("%s: document changed", name)
				}
				sealedAt := h.AcceptedAt
				if h.Readdressed.Run != "" {
					sealedAt = h.Readdressed.At
				}
				if len(e.Seals) != len(keys) {
					t.Fatalf("%s: %d seals, want %d", name, len(e.Seals), len(keys))
				}
				for i, s := range e.Seals {
					if s.Signer != keys[i].ID || !s.SigningTime.Equal(sealedAt) || !s.Certificate.Equal(keys[i].Certificate) {
						t.Errorf("%s: seal %d is %+v", name, i, s)
					}
				}
			}
		})
	}
}

// TestXMLSecVerifiesSeals is the promise that others can check a seal without us.
func TestXMLSecVerifiesSeals(t *testing.T) {
	xmlsec := signingtest.Tool(t, "xmlsec1")
	document := signingtest.Document(3_000)
	for _, kinds := range [][]string{{"P-256"}, {"P-384"}, {"RSA"}, {"P-256", "SM2"}} {
		var keys []signing.Key
		for _, kind := range kinds {
			keys = append(keys, newKey(t, kind))
		}
		for name, h := range headers(document) {
			sealed := seal(t, h, document, keys...)
			if out, err := xmlsecVerify(t, xmlsec, sealed, keys[0]); err != nil {
				t.Errorf("%v, %s: xmlsec1: %v\n%s", kinds, name, err, out)
			}
			forged := bytes.Replace(sealed, []byte("<SchemaPack>"), []byte("<SchemaPack>x"), 1)
			if _, err := xmlsecVerify(t, xmlsec, forged, keys[0]); err == nil {
				t.Errorf("%v, %s: xmlsec1 verifies a forged envelope, so it shows nothing", kinds, name)
			}
		}
	}
}

func xmlsecVerify(t *testing.T, xmlsec string, sealed []byte, key signing.Key) (string, error) {
	t.Helper()
	dir := t.TempDir()
	certificate, envelope := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "envelope.xml")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw})
	if err := errors.Join(os.WriteFile(certificate, block, 0o600), os.WriteFile(envelope, sealed, 0o600)); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), xmlsec, "--verify",
		"--id-attr:Id", "Content", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
		"--pubkey-cert-pem", certificate, envelope).CombinedOutput()
	return string(out), err
}

func TestSealRefuses(t *testing.T) {
	document := []byte("<a/>")
	sealer := must[*signing.Sealer](t)(signing.NewSealer(newKey(t, "P-256")))
	for name, change := range map[string]func(*signing.Header){
		"another digest":          func(h *signing.Header) { h.DigestSHA256[0]++ },
		"control character":       func(h *signing.Header) { h.Sender = "a\x00b" },
		"not UTF-8":               func(h *signing.Header) { h.Kind = "\xff" },
		"U+FFFE":                  func(h *signing.Header) { h.Receivers = []string{"\ufffe"} },
		"control in schema pack":  func(h *signing.Header) { h.SchemaPack = "\x1b" },
		"year 10000":              func(h *signing.Header) { h.AcceptedAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"control in run":          func(h *signing.Header) { h.Readdressed = signing.Readdressed{Run: "\x1b", At: accepted} },
		"control in plan":         func(h *signing.Header) { h.Readdressed = signing.Readdressed{Plan: "\x1b", At: accepted} },
		"readdressed too late":    func(h *signing.Header) { h.Readdressed = signing.Readdressed{Run: "r", At: accepted.AddDate(2, 0, 0)} },
		"before the certificate":  func(h *signing.Header) { h.AcceptedAt = accepted.AddDate(-2, 0, 0) },
		"after the certificate":   func(h *signing.Header) { h.AcceptedAt = accepted.AddDate(2, 0, 0) },
		"replacement is no fault": nil,
	} {
		h := headerOf(document)
		if change == nil {
			h.Sender = "\ufffd" // the character itself may be in a text
			if _, err := sealer.Seal(t.Context(), h, document); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		change(&h)
		if _, err := sealer.Seal(t.Context(), h, document); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
}

func TestNewSealerRefuses(t *testing.T) {
	short := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	good := newKey(t, "P-256")
	for name, keys := range map[string][]signing.Key{
		"no key":                       nil,
		"no certificate":               {{Signer: short}},
		"no signer":                    {{Certificate: good.Certificate}},
		"another's certificate":        {{Signer: short, Certificate: good.Certificate}},
		"a curve that is not ours":     {newKey(t, "P-521")},
		"an RSA key that is too short": {newKey(t, "RSA-1024")},
	} {
		if _, err := signing.NewSealer(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
