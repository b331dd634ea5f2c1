package signing_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/signingtest"

	"github.com/google/go-cmp/cmp"
)

// refusedAs checks that an envelope is refused with a code.
func refusedAs(t *testing.T, envelope []byte, trust signing.Trust, code string) {
	t.Helper()
	e, err := signing.OpenEnvelope(envelope, trust)
	r, ok := errors.AsType[*signing.Refusal](err)
	if !ok || e != nil {
		t.Fatalf("OpenEnvelope = %v, %v, want refusal %s", e, err, code)
	}
	if r.Code != code {
		t.Errorf("refused as %s (%v), want %s", r.Code, r, code)
	}
}

// TestOpenRefuses changes good envelopes, one thing at a time.
func TestOpenRefuses(t *testing.T) {
	key, second := newKey(t, "P-256"), newKey(t, "SM2")
	trust := trusting(key, second)
	document := []byte("<a>1</a>")
	sealed := string(seal(t, headerOf(document), document, key, second))
	content, seals, _ := strings.Cut(sealed, "<ds:Signature")
	seals = strings.TrimSuffix("<ds:Signature"+seals, "</Envelope>\n")
	inner := strings.TrimPrefix(content, sealed[:strings.Index(sealed, "<Content")])
	sealOne, sealTwo, _ := strings.Cut(seals, "</ds:Signature>")
	sealOne += "</ds:Signature>"
	replace := func(old, by string) string {
		t.Helper()
		if !strings.Contains(sealed, old) {
			t.Fatalf("nothing like %s in the envelope", old)
		}
		return strings.Replace(sealed, old, by, 1)
	}
	for _, c := range []struct{ name, envelope, code string }{
		{"empty", "", "xml.syntax"},
		{"no XML", "{}", "xml.syntax"},
		{"DTD", "<!DOCTYPE x>" + sealed, "xml.dtd"},
		{"another root", replace("<Envelope xmlns", "<Envelop xmlns"), "envelope.shape"},
		{"another namespace", replace("envelope:1", "envelope:2"), "envelope.shape"},
		{"attribute on the root", replace("<Envelope ", "<Envelope a='' "), "envelope.shape"},
		{"another Id", replace(`Id="content"`, `Id="Content"`), "envelope.shape"},
		{"no Id", replace(` Id="content"`, ``), "envelope.shape"},
		{"another attribute's Id", replace(`Id="content"`, `ID="content"`), "envelope.shape"},
		{"content twice", strings.Replace(sealed, inner, inner+inner, 1), "envelope.shape"},
		{"text in the envelope", replace("</Content>", "</Content>x"), "envelope.shape"},
		{"white space in the content", replace("<Header>", " <Header>"), "envelope.shape"},
		{"comment in the content", replace("<Header>", "<!-- --><Header>"), "signature.comment"},
		{"comment in a value", replace("<Kind>ata", "<Kind>ata<!-- -->"), "signature.comment"},
		{"CDATA for text", replace("<Kind>ata", "<Kind><![CDATA[ata]]>"), "envelope.shape"},
		{"element left out", replace("<Kind>ata-carnet</Kind>", ""), "envelope.shape"},
		{"element added", replace("<Kind>", "<Kind>x</Kind><Kind>"), "envelope.shape"},
		{"attribute in the header", replace("<Kind>", "<Kind a=''>"), "envelope.shape"},
		{"digest in upper case", replace("<DigestSHA256>", "<DigestSHA256>A"), "envelope.header"},
		{"time in another form", replace("T07:30:00.123456789Z", "T07:30:00.1234567890Z"), "envelope.header"},
		{"time with a zone", replace("T07:30:00.123456789Z", "T07:30:00.123456789+00:00"), "envelope.header"},
		{"another encoding", replace(`encoding="base64"`, `encoding="hex"`), "envelope.shape"},
		{"no base64", replace(`encoding="base64">`, `encoding="base64">!`), "envelope.shape"},
		{"line break in base64", replace(`encoding="base64">`, "encoding=\"base64\">\n"), "envelope.shape"},
		{"padding bits", replace(base64.StdEncoding.EncodeToString(document), "PGE+MTwvYT5="), "envelope.shape"},
		{"another document", replace(base64.StdEncoding.EncodeToString(document), "PGE+MjwvYT4="), "envelope.document"},
		{"header changed", replace("ata-carnet", "ata-cornet"), "signature.digest"},
		{"receiver added", replace("</Receivers>", "<Receiver>x</Receiver></Receivers>"), "signature.digest"},
		{"not sealed", strings.Replace(sealed, seals, "", 1), "signature.missing"},
		{"seal twice", replace(sealTwo, sealTwo+sealTwo), "signature.id"},
		{"seal named as a part of another", replace(sealTwo, strings.ReplaceAll(sealTwo, "seal-2", "seal-1-content")), "signature.id"},
		{"seal before the content", replace(inner, seals+inner), "envelope.shape"},
		{"seal in the header", replace("<Header>", "<Header>"+sealOne), "envelope.shape"},
		{"something after", sealed + "<a/>", "xml.syntax"},
		{"comment after", sealed + "<!-- -->", "envelope.shape"},
		{"signing time changed", replace("<xades:SigningTime>2026", "<xades:SigningTime>2025"), "signature.digest"},
		{"properties of another", replace(`Target="#seal-1"`, `Target="#seal-2"`), "signature.properties"},
		{"properties added", replace("<xades:SigningCertificateV2>", "<xades:SignaturePolicyIdentifier/><xades:SigningCertificateV2>"), "signature.properties"},
		{"certificate of another", replace(base64.StdEncoding.EncodeToString(key.Certificate.Raw), base64.StdEncoding.EncodeToString(second.Certificate.Raw)), "signature.properties"},
		{"certificate broken", replace(base64.StdEncoding.EncodeToString(key.Certificate.Raw), "AAAA"), "signature.certificate"},
		{"certificate left out", replace("<ds:KeyInfo>", "<ds:KeyInfo/><ds:KeyInfo>"), "envelope.shape"},
		{"algorithm refused", replace("#ecdsa-sha256", "#ecdsa-sha1"), "signature.sha1"},
		{"HMAC", replace("#ecdsa-sha256", "#hmac-sha256"), "signature.hmac"},
		{"algorithm unknown", replace("#ecdsa-sha256", "#none"), "signature.algorithm"},
		{"algorithm of another key", replace("#ecdsa-sha256", "#rsa-sha256"), "signature.key-type"},
		{"another digest algorithm", replace(`xmlenc#sha256`, `xmlenc#sha512`), "signature.form"},
		{"transform added", replace(`</ds:Transforms>`, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/></ds:Transforms>`), "signature.form"},
		{"reference elsewhere", replace(`URI="#content"`, `URI="http://example.org/"`), "signature.form"},
		{"reference left out", replace(`URI="#content"`, ``), "signature.form"},
		{"InclusiveNamespaces", replace(`exc-c14n#"></ds:Transform>`, `exc-c14n#"><e:InclusiveNamespaces xmlns:e="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="#default"/></ds:Transform>`), "signature.form"},
		{"value changed", replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), "signature.value"},
		{"value empty", replace("<ds:SignatureValue>", "<ds:SignatureValue></ds:SignatureValue><ds:SignatureValue>"), "envelope.shape"},
		{"object added", replace("</ds:Signature>", "<ds:Object/></ds:Signature>"), "envelope.shape"},
		{"attribute on SignedInfo", replace("<ds:SignedInfo>", `<ds:SignedInfo Id="x">`), "signature.form"},
	} {
		t.Run(c.name, func(t *testing.T) { refusedAs(t, []byte(c.envelope), trust, c.code) })
	}
}

// TestHiddenDigestIsRefused: if references hide the name of the digest, so
// that nothing was digested by it, a seal over nothing must not hold.
func TestHiddenDigestIsRefused(t *testing.T) {
	document := []byte("<a/>")
	for hidden, kinds := range map[string][2]string{"#sm3": {"P-256", "SM2"}, "#sha256": {"SM2", "RSA"}} {
		keys := []signing.Key{newKey(t, kinds[0]), newKey(t, kinds[1])}
		sealed := string(seal(t, headerOf(document), document, keys...))
		changed := strings.ReplaceAll(sealed, hidden, "&#35;"+hidden[1:])
		refusedAs(t, []byte(changed), trusting(keys...), signing.CodeForm)
	}
}

// TestAnySealMustHold: a seal by somebody unknown is listed without a name, but
// a broken one spoils the envelope, and none alone is enough.
func TestAnySealMustHold(t *testing.T) {
	known, unknown := newKey(t, "P-256"), newKey(t, "RSA")
	document := []byte("<a/>")
	sealed := seal(t, headerOf(document), document, known, unknown)
	e, err := signing.OpenEnvelope(sealed, trusting(known))
	if err != nil || e.Seals[0].Signer != known.ID || e.Seals[1].Signer != "" {
		t.Fatalf("OpenEnvelope = %+v, %v", e, err)
	}
	refusedAs(t, sealed, signing.Trust{}, signing.CodeUntrusted)
	at := bytes.LastIndex(sealed, []byte("<ds:SignatureValue>")) + len("<ds:SignatureValue>")
	if sealed[at]++; sealed[at]-1 != 'A' {
		sealed[at] = 'A'
	}
	refusedAs(t, sealed, trusting(known), signing.CodeValue)
}

func TestAddSeal(t *testing.T) {
	first, department, third := newKey(t, "P-256"), newKey(t, "SM2"), newKey(t, "RSA")
	document := []byte("<a/>")
	sealed := seal(t, headerOf(document), document, first)
	later := accepted.Add(time.Hour)
	add := func(envelope []byte, trust signing.Trust, keys ...signing.Key) ([]byte, error) {
		return must[*signing.Sealer](t)(signing.NewSealer(keys...)).Add(t.Context(), envelope, trust, later)
	}
	twice := must[[]byte](t)(add(sealed, trusting(first), department))
	thrice := must[[]byte](t)(add(twice, trusting(first, department), third))
	e, err := signing.OpenEnvelope(thrice, trusting(first, department, third))
	if err != nil || len(e.Seals) != 3 || e.Seals[1].Signer != "SM2" || !e.Seals[2].SigningTime.Equal(later) {
		t.Fatalf("OpenEnvelope = %+v, %v", e, err)
	}
	if !bytes.HasPrefix(thrice, bytes.TrimSuffix(sealed, []byte("</Envelope>\n"))) {
		t.Error("what was sealed before has changed")
	}
	both := must[[]byte](t)(add(sealed, trusting(first), department, third))
	if e, err := signing.OpenEnvelope(both, trusting(first)); err != nil || len(e.Seals) != 3 {
		t.Errorf("two seals at once: %v", err)
	}
	if _, err := add(sealed, signing.Trust{}, department); err == nil {
		t.Error("sealed an envelope that nobody trusted has sealed")
	}
	lost := []byte(cutBetween(string(thrice), "<ds:Signature", "</ds:Signature>"))
	if _, err := signing.OpenEnvelope(lost, trusting(department)); err != nil {
		t.Errorf("a seal depends on another: %v", err)
	}
	again := must[[]byte](t)(add(lost, trusting(department), first))
	if _, err := signing.OpenEnvelope(again, trusting(first)); err != nil {
		t.Errorf("identifiers collide: %v", err)
	}
}

func TestSignerCountsOnlyInItsTime(t *testing.T) {
	key := newKey(t, "P-256")
	document := []byte("<a/>")
	sealed := seal(t, headerOf(document), document, key)
	for name, c := range map[string]struct {
		signer signing.Signer
		good   bool
	}{
		"within":         {signing.Signer{From: accepted, Until: accepted.Add(1)}, true},
		"from then on":   {signing.Signer{From: accepted.Add(1)}, false},
		"until just now": {signing.Signer{Until: accepted}, false},
	} {
		c.signer.Name, c.signer.Certificate = "x", key.Certificate
		_, err := signing.OpenEnvelope(sealed, signing.NewTrust(c.signer))
		if (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if !c.good {
			refusedAs(t, sealed, signing.NewTrust(c.signer), signing.CodeCertificate)
		}
	}
}

// TestFlippedBytes changes every byte of an envelope: what is still accepted
// says the same.
func TestFlippedBytes(t *testing.T) {
	key := newKey(t, "P-256")
	trust := trusting(key)
	document := signingtest.Document(700)
	sealed := seal(t, headerOf(document), document, key)
	want, err := signing.OpenEnvelope(sealed, trust)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		for _, flip := range []byte{0x01, 0x20, 0x80} {
			sealed[i] ^= flip
			e, err := signing.OpenEnvelope(sealed, trust)
			if err == nil && (!bytes.Equal(e.Document, want.Document) || !cmp.Equal(e.Header, want.Header)) {
				t.Errorf("byte %d flipped by %#x: accepted with another content", i, flip)
			}
			if i > bytes.Index(sealed, []byte("<Content")) && i < bytes.Index(sealed, []byte("</Content")) && err == nil {
				t.Errorf("byte %d of the content flipped by %#x: accepted", i, flip)
			}
			sealed[i] ^= flip
		}
	}
}

// FuzzOpenEnvelope: no bytes make it panic, and none are accepted but with the
// content that was sealed.
func FuzzOpenEnvelope(f *testing.F) {
	key := fixedKey(f)
	trust := trusting(key)
	document := []byte("<a>1</a>")
	f.Add(seal(f, headerOf(document), document, key))
	f.Add(seal(f, headers(document)["tricky"], document, key))
	f.Fuzz(func(t *testing.T, in []byte) {
		e, err := signing.OpenEnvelope(in, trust)
		if err == nil && !bytes.Equal(e.Document, document) {
			t.Errorf("a document that was never sealed: %q", e.Document)
		}
	})
}
