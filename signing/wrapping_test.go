package signing_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"
	"beibu/testdata"
)

// withoutSignature is the canonical form of a document but for ds:Signature.
// The exclusive one, for declarations that nothing uses say nothing.
func withoutSignature(t testing.TB, document []byte) string {
	t.Helper()
	var s strict.Scanner
	var w c14n.Writer
	var out bytes.Buffer
	s.Reset(document, strict.Limits{})
	w.Reset(&out, c14n.Exclusive)
	hidden := 0
	for s.Next() {
		n := s.Name()
		isSignature := string(s.Bytes(n.Local, n.End)) == "Signature" && string(s.Space(n.Space)) == "http://www.w3.org/2000/09/xmldsig#"
		if s.Kind() == strict.StartElement && isSignature {
			hidden++
		}
		if hidden == 0 {
			w.Take(&s)
		}
		if s.Kind() == strict.EndElement && isSignature {
			hidden--
		}
	}
	if s.Err() != nil || w.Flush() != nil {
		t.Fatal("a document that was accepted cannot be read")
	}
	return out.String()
}

// A signedSample is a signed document, in the parts that an attacker moves.
type signedSample struct{ name, whole, open, body, signature, end string }

// samples is a small document, signed in every way that the profile has.
func samples(t testing.TB, key signing.Key) []signedSample {
	t.Helper()
	return everyWay(t, "small", `<a xmlns="urn:a" Id="r"><b>1</b></a>`, key)
}

// everyWay signs a document, whose root has the Id "r", in both canonical forms
// and by both kinds of reference.
func everyWay(t testing.TB, name, document string, key signing.Key) (list []signedSample) {
	t.Helper()
	for _, method := range methods {
		whole := string(must[[]byte](t)(signing.SignDocument([]byte(document), key, method)))
		byID := resigned(t, strings.Replace(whole, `URI=""`, `URI="#r"`, 1), key, method)
		list = append(list, cut(whole, name+", "+methodName(method)), cut(byID, name+", "+methodName(method)+", by identifier"))
	}
	byID := list[len(list)-1].whole
	signed := resigned(t, inLines(byID, "DigestValue"), key, c14n.Inclusive)
	return append(list, cut(inLines(signed, "SignatureValue", "X509Certificate"), name+", base64 in lines"))
}

// inLines breaks the lines of base64 as Java's signers do.
func inLines(signed string, elements ...string) string {
	for _, element := range elements {
		signed = strings.Replace(signed, "<ds:"+element+">", "<ds:"+element+">&#13;\n", 1)
		signed = strings.Replace(signed, "</ds:"+element+">", "&#xD;\r\n</ds:"+element+">", 1)
	}
	return signed
}

// identified is a sample with an Id on every element of the signature that may
// have one.
func identified(t testing.TB, s signedSample, key signing.Key, method c14n.Method) signedSample {
	t.Helper()
	signed := s.whole
	for _, element := range []string{"Signature ", "SignedInfo", "Reference ", "SignatureValue", "KeyInfo"} {
		signed = strings.Replace(signed, "<ds:"+element, "<ds:"+strings.TrimSpace(element)+` Id="the-`+strings.TrimSpace(element)+`"`+element[len(strings.TrimSpace(element)):], 1)
	}
	return cut(resigned(t, signed, key, method), s.name+", identifiers")
}

// withIdentified adds such samples.
func withIdentified(t testing.TB, list []signedSample, key signing.Key) []signedSample {
	t.Helper()
	return append(list, identified(t, list[0], key, c14n.Exclusive), identified(t, list[len(list)-1], key, c14n.Inclusive))
}

// cut takes a signed document apart, without what comes before its root.
func cut(signed, name string) signedSample {
	signed = signed[rootStart.FindStringIndex(signed)[0]:]
	i, j := strings.Index(signed, "<ds:Signature "), strings.Index(signed, "</ds:Signature>")+len("</ds:Signature>")
	k := strings.Index(signed, ">") + 1
	return signedSample{name, signed, signed[:k], signed[k:i], signed[i:j], signed[j:]}
}

var (
	rootStart = regexp.MustCompile(`<[a-zA-Z]`)
	rootName  = regexp.MustCompile(`<[a-zA-Z][^\s/>]*`)
	comment   = regexp.MustCompile(`(?s)<!--.*?-->`)
	digit     = regexp.MustCompile(`>[^<]*[0-9]`)
)

// falsified changes the first digit in a text.
func falsified(body string) string {
	end := digit.FindStringIndex(body)
	if end == nil {
		return "<false/>" + body
	}
	return body[:end[1]-1] + string((body[end[1]-1]-'0'+1)%10+'0') + body[end[1]:]
}

// tradeSamples are the good documents of testdata, one of each kind, signed in
// every way.
func tradeSamples(t testing.TB, key signing.Key) (list []signedSample) {
	t.Helper()
	seen := map[string]bool{}
	for path, document := range signingtest.Files(t, ".xml") {
		kind, good := filepath.Split(filepath.Dir(path))
		if good != "good" || seen[kind] {
			continue
		}
		seen[kind] = true
		text := comment.ReplaceAllString(string(document), "") // none is signed
		at := rootName.FindStringIndex(text)[1]
		list = append(list, everyWay(t, path, text[:at]+` Id="r"`+text[at:], key)...)
	}
	if len(seen) < 10 {
		t.Errorf("only %d kinds of document", len(seen))
	}
	return list
}

// into puts text before the end tag of the first element with this name.
func into(s, element, text string) string {
	return strings.Replace(s, "</"+element+">", text+"</"+element+">", 1)
}

// wrapped applies the classic wrapping moves (XSW 1 to 8, Somorovsky et al.
// 2012) and more: the signed original goes somewhere, an evil twin takes its
// place, the signature stays or goes along.
func wrapped(s signedSample) map[string]string {
	moves := map[string]string{}
	originals := map[string]string{"original": s.open + s.body + s.end, "original with signature": s.whole}
	opens := map[string]string{
		"same Id": s.open, "another Id": strings.Replace(s.open, `Id="r"`, `Id="evil"`, 1), "no Id": strings.Replace(s.open, ` Id="r"`, "", 1),
	}
	evil := falsified(s.body)
	for openName, open := range opens {
		for originalName, original := range originals {
			object := "<ds:Object>" + original + "</ds:Object>"
			wrapper := "<w xmlns='urn:w'>" + original + "</w>"
			for name, document := range map[string]string{
				"XSW1, original in the signature, at its end":          open + evil + into(s.signature, "ds:Signature", original) + s.end,
				"XSW2, original before the signature":                  open + evil + original + s.signature + s.end,
				"XSW3, evil before the original":                       "<w>" + open + evil + s.end + original + s.signature + "</w>",
				"XSW4, original within evil":                           open + original + evil + s.signature + s.end,
				"XSW5, original after the signature":                   open + evil + s.signature + original + s.end,
				"XSW6, original in the evil one's signature":           open + evil + strings.Replace(s.signature, "<ds:SignedInfo", original+"<ds:SignedInfo", 1) + s.end,
				"XSW7, evil in an extension":                           s.open + s.body + "<Extensions>" + open + evil + s.end + "</Extensions>" + s.signature + s.end,
				"XSW8, original in an Object":                          open + evil + into(s.signature, "ds:Signature", object) + s.end,
				"original in an Object of its own":                     open + evil + s.signature + object + s.end,
				"original in KeyInfo":                                  open + evil + into(s.signature, "ds:KeyInfo", original) + s.end,
				"original in a wrapper, signature first":               open + s.signature + evil + wrapper + s.end,
				"original in a wrapper with the signature":             open + evil + into(wrapper, "w", s.signature) + s.end,
				"everything in a wrapper":                              wrapper,
				"everything in a wrapper with evil after":              "<w>" + original + open + evil + s.end + "</w>",
				"evil as second root":                                  original + open + evil + s.end,
				"evil first, original as second root":                  open + evil + s.end + original,
				"signature first":                                      open + s.signature + evil + s.end,
				"signature as root":                                    into(s.signature, "ds:Signature", original),
				"two signatures":                                       open + evil + s.signature + s.signature + s.end,
				"evil in CDATA around the original":                    open + "<b>2</b><![CDATA[" + original + "]]>" + s.signature + s.end,
				"original in a comment":                                open + evil + "<!--" + original + "-->" + s.signature + s.end,
				"original in an attribute-like processing instruction": open + evil + "<?x " + original + "?>" + s.signature + s.end,
				"evil in a UBL extension":                              open + evil + `<e:UBLExtensions xmlns:e="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"><e:UBLExtension><e:ExtensionContent>` + s.signature + original + `</e:ExtensionContent></e:UBLExtension></e:UBLExtensions>` + s.end,
			} {
				moves[fmt.Sprintf("%s; %s; %s; %s", s.name, name, openName, originalName)] = document
			}
		}
	}
	return moves
}

func TestWrappingIsRefused(t *testing.T) {
	key := newKey(t, "RSA")
	v := newVerifier(t, nil)
	tried := 0
	for _, s := range append(withIdentified(t, samples(t, key), key), tradeSamples(t, key)...) {
		want := withoutSignature(t, []byte(s.whole))
		if _, err := v.Verify(signing.Claim{Document: []byte(s.whole), Signers: signersOf(key), At: accepted}); err != nil {
			t.Fatalf("%s: the sample itself: %v", s.name, err)
		}
		for name, document := range wrapped(s) {
			tried++
			got, err := v.Verify(signing.Claim{Document: []byte(document), Signers: signersOf(key), At: accepted, Policy: signing.Policy{Presence: signing.Required}})
			if err == nil && withoutSignature(t, got.Document()) != want {
				t.Errorf("%s: accepted:\n%s", name, document)
			}
		}
	}
	t.Logf("%d wrapped documents tried", tried)
}

// TestFlippedBytesOfDocuments changes every byte of signed documents: each is
// refused or says the same.
func TestFlippedBytesOfDocuments(t *testing.T) {
	v := newVerifier(t, nil)
	fast, sm2 := newKey(t, "RSA"), newKey(t, "SM2")
	response := string(must[testdata.Sample](t)(testdata.Find("response", "released-qinzhou")).Bytes)
	for _, c := range []struct {
		key  signing.Key
		list []signedSample
	}{
		{fast, withIdentified(t, samples(t, fast), fast)},
		{fast, []signedSample{cut(string(must[[]byte](t)(signing.SignDocument([]byte(response), fast, c14n.Exclusive))), "trade document")}},
		{sm2, samples(t, sm2)[2:3]},
	} {
		for _, s := range c.list {
			flipEveryByte(t, v, c.key, s)
		}
	}
}

func flipEveryByte(t *testing.T, v *signing.Verifier, key signing.Key, s signedSample) {
	t.Helper()
	want := withoutSignature(t, []byte(s.whole))
	document := []byte(s.whole)
	claim := signing.Claim{Document: document, Signers: signersOf(key), At: accepted, Policy: signing.Policy{Presence: signing.Required}}
	if _, err := v.Verify(claim); err != nil {
		t.Fatalf("%s, %s: the sample itself: %v", key.ID, s.name, err)
	}
	for i := range document {
		for _, flip := range []byte{0x01, 0x20, 0x80} {
			document[i] ^= flip
			got, err := v.Verify(claim)
			if err == nil && withoutSignature(t, got.Document()) != want {
				t.Errorf("%s, %s: byte %d flipped by %#x: accepted", key.ID, s.name, i, flip)
			}
			document[i] ^= flip
		}
	}
}

// FuzzVerify: no bytes make it panic or take more memory than their size
// allows, and none are accepted as signed that say something else than what was
// signed.
func FuzzVerify(f *testing.F) {
	key := fixedKey(f)
	signers := signersOf(key)
	v := newVerifier(f, nil)
	contents := map[string]bool{}
	for _, s := range withIdentified(f, samples(f, key), key) {
		f.Add([]byte(s.whole))
		contents[withoutSignature(f, []byte(s.whole))] = true
		added := 0
		for _, document := range wrapped(s) {
			if added++; added < 40 {
				f.Add([]byte(document))
			}
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		before := everAllocated()
		got, err := v.Verify(signing.Claim{Document: in, Signers: signers, At: accepted})
		if n := everAllocated() - before; n > 1<<20+64*uint64(len(in)) {
			t.Errorf("%d bytes allocated for %d", n, len(in))
		}
		if err == nil && got.Signer() != "" && !contents[withoutSignature(t, in)] {
			t.Errorf("accepted as signed: %q", in)
		}
	})
}
