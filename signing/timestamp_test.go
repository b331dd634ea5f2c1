package signing_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/signingtest"

	"github.com/emmansun/gmsm/smx509"
)

// forTimestamps makes a certificate of a time-stamping authority (RFC 3161 §2.3).
func forTimestamps(c *smx509.Certificate) {
	lasting(c)
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		panic(err)
	}
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value}}
}

func forLong(c *smx509.Certificate) {
	asAuthority(c)
	lasting(c)
}

// lasting makes a certificate hold by any clock: openssl stamps with its own.
func lasting(c *smx509.Certificate) {
	c.NotBefore, c.NotAfter = accepted.AddDate(-30, 0, 0), accepted.AddDate(30, 0, 0)
}

// stamped lets openssl answer a query as the authority tsa, which it names by a
// digest of its certificate.
func stamped(t *testing.T, openssl string, tsa authority, query []byte, named string) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out, configuration := filepath.Join(dir, "query"), filepath.Join(dir, "answer"), filepath.Join(dir, "tsa.cnf")
	key, certificate := keyFiles(t, tsa.signingKey())
	write(t, in, query)
	write(t, configuration, []byte(`[tsa]
default_tsa = one
[one]
serial = `+filepath.Join(dir, "serial")+`
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = `+named+`
`))
	run := exec.CommandContext(t.Context(), openssl, "ts", "-reply", "-config", configuration, "-queryfile", in,
		"-signer", certificate, "-inkey", key, "-out", out)
	if text, err := run.CombinedOutput(); err != nil {
		t.Fatalf("openssl ts: %v\n%s", err, text)
	}
	return must[[]byte](t)(os.ReadFile(out))
}

func TestTimestamp(t *testing.T) {
	openssl := signingtest.Tool(t, "openssl")
	root := issue(t, nil, forLong, "RSA")
	tsa := issue(t, &root, forTimestamps, "RSA")
	own := issue(t, nil, lasting, "P-256") // a seal whose key counts when openssl's clock says so
	key := own.signingKey()
	document := []byte("<a/>")
	now := time.Now()
	h := headerOf(document)
	h.AcceptedAt = now.Add(-time.Hour)
	sealed := seal(t, h, document, key)
	signer := signing.Signer{Name: "us", Certificate: key.Certificate}
	trust := signing.NewTrust(signer).WithTimestamps(root.certificate)

	query := must[[]byte](t)(signing.TimestampQuery(sealed, trust, "seal-1"))
	for _, named := range []string{"sha1", "sha384", "sha512"} { // the first makes an ESSCertID, not ESSCertIDv2
		if _, err := signing.AddTimestamp(sealed, trust, "seal-1", stamped(t, openssl, tsa, query, named)); err != nil {
			t.Errorf("the authority named by %s: %v", named, err)
		}
	}
	answer := stamped(t, openssl, tsa, query, "sha256")
	withStamp := must[[]byte](t)(signing.AddTimestamp(sealed, trust, "seal-1", answer))
	e, err := signing.OpenEnvelope(withStamp, trust)
	if err != nil {
		t.Fatalf("OpenEnvelope: %v", err)
	}
	if stamp := e.Seals[0].Timestamp; stamp.Before(now.Add(-time.Minute)) || stamp.After(now.Add(time.Hour)) {
		t.Errorf("time stamp of %v", stamp)
	}
	if e, err := signing.OpenEnvelope(withStamp, signing.NewTrust(signer)); err != nil || !e.Seals[0].Timestamp.IsZero() {
		t.Errorf("an authority that is not trusted: %v", err)
	}
	t.Run("the time stamp proves when", func(t *testing.T) {
		ended := signer
		ended.Until = now.Add(-30 * time.Minute) // after the signing time, before the time stamp
		refusedAs(t, withStamp, signing.NewTrust(ended).WithTimestamps(root.certificate), signing.CodeCertificate)
	})
	t.Run("xmlsec1 verifies it", func(t *testing.T) {
		if out, err := xmlsecVerify(t, signingtest.Tool(t, "xmlsec1"), withStamp, key); err != nil {
			t.Errorf("xmlsec1: %v\n%s", err, out)
		}
	})
	t.Run("refused", func(t *testing.T) {
		refuseStamps(t, stampCase{sealed, withStamp, trust, signer, answer, h, document, key})
	})
}

// stampCase is a time-stamped seal and what it was made of.
type stampCase struct {
	sealed, withStamp []byte
	trust             signing.Trust
	signer            signing.Signer
	answer            []byte
	header            signing.Header
	document          []byte
	key               signing.Key
}

func refuseStamps(t *testing.T, c stampCase) {
	t.Helper()
	if _, err := signing.AddTimestamp(c.withStamp, c.trust, "seal-1", c.answer); err == nil {
		t.Error("stamped twice")
	}
	if _, err := signing.TimestampQuery(c.sealed, c.trust, "seal-9"); err == nil {
		t.Error("asked for a seal that is not there")
	}
	_, err := signing.AddTimestamp(c.sealed, signing.NewTrust(c.signer), "seal-1", c.answer)
	checkCode(t, "authority not trusted", err, signing.CodeUntrusted)
	c.header.AcceptedAt = c.header.AcceptedAt.Add(time.Nanosecond)
	again := seal(t, c.header, c.document, c.key) // another value
	_, err = signing.AddTimestamp(again, c.trust, "seal-1", c.answer)
	checkCode(t, "stamp of another seal", err, signing.CodeTimestamp)
	for name, answer := range map[string][]byte{"empty": nil, "refused": {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02}, "junk": []byte("x")} {
		if _, err := signing.AddTimestamp(c.sealed, c.trust, "seal-1", answer); err == nil {
			t.Errorf("%s answer: accepted", name)
		}
	}
	const open, end = "<xades:UnsignedProperties>", "</xades:UnsignedProperties>"
	text := string(c.withStamp)
	i, j := strings.Index(text, open), strings.Index(text, end)+len(end)
	stamp := text[i:j]
	refusedAs(t, []byte(strings.Replace(text, stamp, stamp+stamp, 1)), c.trust, signing.CodeEnvelope)
	refusedAs(t, []byte(strings.Replace(text, "<xades:SignatureTimeStamp>", "<xades:SignatureTimeStamp/><xades:SignatureTimeStamp>", 1)), c.trust, signing.CodeEnvelope)
	moved := strings.Replace(string(again), "</xades:QualifyingProperties>", stamp+"</xades:QualifyingProperties>", 1)
	refusedAs(t, []byte(moved), c.trust, signing.CodeTimestamp)
	flipStamp(t, c, stamp)
}

// flipStamp changes bytes of the token: none makes another time of it.
func flipStamp(t *testing.T, c stampCase, stamp string) {
	t.Helper()
	want, err := signing.OpenEnvelope(c.withStamp, c.trust)
	if err != nil {
		t.Fatal(err)
	}
	i := strings.Index(stamp, "EncapsulatedTimeStamp>") + len("EncapsulatedTimeStamp>")
	j := strings.Index(stamp, "</xades:EncapsulatedTimeStamp>")
	token := must[[]byte](t)(base64.StdEncoding.DecodeString(stamp[i:j]))
	for at := 0; at < len(token); at += 3 {
		token[at] ^= 0x01
		changed := bytes.Replace(c.withStamp, []byte(stamp[i:j]), []byte(base64.StdEncoding.EncodeToString(token)), 1)
		e, err := signing.OpenEnvelope(changed, c.trust)
		if err == nil && !e.Seals[0].Timestamp.IsZero() && !e.Seals[0].Timestamp.Equal(want.Seals[0].Timestamp) {
			t.Errorf("byte %d of the token flipped: another time", at)
		}
		token[at] ^= 0x01
	}
}

// FuzzTimestamp: no answer makes it panic, and none is taken but the one that
// was given for this seal. The seed was made by openssl, for the seal that
// fixedKey makes every time.
func FuzzTimestamp(f *testing.F) {
	answer := must[[]byte](f)(os.ReadFile("testdata/timestamp/answer.der"))
	root := must[*signing.Certificate](f)(signing.ParseCertificate(must[[]byte](f)(os.ReadFile("testdata/timestamp/root.der"))))
	key := fixedKey(f)
	document := []byte("<a/>")
	sealed := seal(f, headerOf(document), document, key)
	trust := trusting(key).WithTimestamps(root)
	good := must[[]byte](f)(signing.AddTimestamp(sealed, trust, "seal-1", answer))
	want := must[*signing.Envelope](f)(signing.OpenEnvelope(good, trust)).Seals[0].Timestamp
	f.Add(answer)
	f.Fuzz(func(t *testing.T, answer []byte) {
		stamped, err := signing.AddTimestamp(sealed, trust, "seal-1", answer)
		if err != nil {
			return
		}
		e, err := signing.OpenEnvelope(stamped, trust)
		if err != nil || !e.Seals[0].Timestamp.Equal(want) {
			t.Errorf("another time stamp was taken: %v", err)
		}
	})
}

// A token must name the certificate of its authority (RFC 5816).
func TestTimestampNamesItsAuthority(t *testing.T) {
	own := issue(t, nil, lasting, "P-256")
	key := own.signingKey()
	document := []byte("<a/>")
	h := headerOf(document)
	h.AcceptedAt = time.Now().Add(-time.Hour)
	sealed := seal(t, h, document, key)
	for name, c := range map[string]struct {
		change func(*signingtest.TSA)
		code   string
	}{
		"named":         {func(*signingtest.TSA) {}, ""},
		"not named":     {func(a *signingtest.TSA) { a.Unnamed = true }, signing.CodeTimestamp},
		"another named": {func(a *signingtest.TSA) { a.Mistaken = true }, signing.CodeTimestamp},
		"denied":        {func(a *signingtest.TSA) { a.Denied = true }, signing.CodeTimestamp},
	} {
		tsa := signingtest.NewTSA(t)
		c.change(tsa)
		trust := trusting(key).WithTimestamps(tsa.Root)
		query := must[[]byte](t)(signing.TimestampQuery(sealed, trust, "seal-1"))
		_, err := signing.AddTimestamp(sealed, trust, "seal-1", tsa.Answer(query))
		checkCode(t, name, err, c.code)
	}
}
