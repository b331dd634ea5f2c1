package signing_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"
)

var methods = []c14n.Method{c14n.Exclusive, c14n.Inclusive}

func newVerifier(t testing.TB, aliases map[string]string) *signing.Verifier {
	t.Helper()
	return must[*signing.Verifier](t)(signing.NewVerifier(strict.Limits{}, aliases))
}

// signersOf registers keys, each under its id.
func signersOf(keys ...signing.Key) (list []signing.Signer) {
	for _, k := range keys {
		list = append(list, signing.Signer{Name: k.ID, Certificate: k.Certificate})
	}
	return list
}

// documents are good ones in which a signature is hard to place or to compute.
func documents() map[string]string {
	return map[string]string{
		"UBL":                 string(signingtest.Document(3_000)),
		"UBL with extensions": `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:e="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"> <e:UBLExtensions ><e:UBLExtension><e:ExtensionContent><x xmlns="urn:x"/></e:ExtensionContent></e:UBLExtension></e:UBLExtensions><y/></Invoice>`,
		"UBL with languages":  `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xml:lang="zh" xml:space="preserve"><e:UBLExtensions xmlns:e="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2" xml:lang="vi"></e:UBLExtensions></Invoice>`,
		"UBL, empty":          `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>`,
		"licence": "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\r\n" +
			`<l:Licence xmlns:l="urn:beibu:schema:trade-licence:1" xmlns:z="urn:z" xmlns="urn:d" Id='licence-1' xml:lang="zh" xml:space="preserve" z:b="&#13;&quot;">` +
			"\r\n<Goods xmlns=''>易制毒化学品 &gt; &#xD; <![CDATA[<&>]]></Goods>\r\n</l:Licence >\n",
		"empty root":         `<a/>`,
		"empty with prefix":  `<?xml version="1.0"?><p:a xmlns:p="urn:p"   />`,
		"dsig bound at root": `<a xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:unused="urn:u"><b/></a>`,
		"'>' in namespaces":  `<a xmlns:q="urn:x&gt;y" xmlns:r='urn:x>"&#62;/>' q:z='>'><r:b/></a>`,
		"identifiers":        `<a Id="1"><b Id="2" id="3"/><c ID="a" x:Id="2" xmlns:x="urn:x"/><d xml:id="b"/></a>`,
		"ds means another":   `<ds:a xmlns:ds="urn:other"><ds:b/></ds:a>`,
	}
}

func TestSignAndVerify(t *testing.T) {
	v := newVerifier(t, nil)
	for _, kind := range []string{"P-256", "P-384", "RSA", "RSA-3072", "Ed25519", "SM2"} {
		key := newKey(t, kind)
		for name, document := range documents() {
			for _, method := range methods {
				signed, err := signing.SignDocument([]byte(document), key, method)
				if err != nil {
					t.Errorf("%s, %s: SignDocument: %v", kind, name, err)
					continue
				}
				got, err := v.Verify(signing.Claim{Document: signed, Signers: signersOf(key), At: accepted})
				if err != nil {
					t.Errorf("%s, %s, %s: Verify: %v\n%s", kind, name, method.URI(), err, signed)
					continue
				}
				if got.Signer() != kind || !bytes.Equal(got.Document(), signed) || !got.Certificate().Equal(key.Certificate) {
					t.Errorf("%s, %s: verified as %q", kind, name, got.Signer())
				}
			}
		}
	}
}

// FuzzSignDocument: what can be signed is verified, says what it said before,
// and has the SignedInfo of the profile, byte for byte.
func FuzzSignDocument(f *testing.F) {
	key := fixedKey(f)
	v := newVerifier(f, nil)
	for _, document := range documents() {
		f.Add([]byte(document), true)
		f.Add([]byte(document), false)
	}
	f.Fuzz(func(t *testing.T, document []byte, inclusive bool) {
		method := c14n.Exclusive
		if inclusive {
			method = c14n.Inclusive
		}
		signed, err := signing.SignDocument(document, key, method)
		if err != nil {
			return
		}
		got, err := v.Verify(signing.Claim{Document: signed, Signers: signersOf(key), At: accepted})
		if err != nil || got.Signer() != key.ID {
			t.Fatalf("%q was signed as %q: %v", document, signed, err)
		}
		info := bytes.Replace(signedInfo(t, signed, c14n.Exclusive), []byte(` xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`), nil, 1)
		if !bytes.Contains(signed, info) {
			t.Errorf("%q was signed as %q, want %s in it", document, signed, info)
		}
	})
}

// TestSignDocumentGivesThePlace: a refusal has the lines of the document, not those
// of what it would have become.
func TestSignDocumentGivesThePlace(t *testing.T) {
	key := newKey(t, "P-256")
	ubl := "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>"
	signed := string(must[[]byte](t)(signing.SignDocument([]byte("<a/>"), key, c14n.Exclusive)))
	for name, c := range map[string]struct {
		document, code string
		line, column   int
	}{
		"comment in UBL":         {ubl + "\n <a/><!-- --></Invoice>", signing.CodeComment, 2, 6},
		"comment before twins":   {"<!-- -->\n<a id='1' Id='2'/>", signing.CodeComment, 1, 1},
		"twins before a comment": {"<a id='1' Id='2'>\n<!-- --></a>", signing.CodeDuplicateID, 1, 1},
		"comment after the root": {"<a/>\n<!-- <b/> -->", signing.CodeComment, 2, 1},
		"signed already":         {"\n" + signed, signing.CodeSecond, 2, 4},
		"two roots":              {"<a/>\n<a/>", strict.CodeSyntax, 2, 1},
		"cut":                    {"<a>\n<b/>", strict.CodeSyntax, 2, 5},
	} {
		_, err := signing.SignDocument([]byte(c.document), key, c14n.Exclusive)
		r, ok := errors.AsType[*signing.Refusal](err)
		if !ok || r.Code != c.code || r.Line != c.line || r.Column != c.column {
			t.Errorf("%s: %+v, want %s at line %d, column %d", name, r, c.code, c.line, c.column)
		}
	}
}

func TestSignDocumentRefuses(t *testing.T) {
	key := newKey(t, "P-256")
	for name, document := range map[string]string{
		"no XML": "x", "a DTD": "<!DOCTYPE a><a/>", "a comment": "<a><!-- --></a>", "cut": "<a>",
		"two identifiers": `<a Id="1"><b Id="1"/></a>`, "two identifiers below the root": `<a><b Id="x"/><c Id="x"/></a>`,
		"cut UBL":        `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><a>`,
		"signed already": string(must[[]byte](t)(signing.SignDocument([]byte("<a/>"), key, c14n.Exclusive))),
	} {
		if signed, err := signing.SignDocument([]byte(document), key, c14n.Exclusive); err == nil {
			t.Errorf("%s: signed as %s", name, signed)
		}
	}
}

func TestVerifyByPolicy(t *testing.T) {
	v := newVerifier(t, nil)
	key, other := newKey(t, "P-256"), newKey(t, "P-256")
	unsigned := []byte(idDocument)
	signed := must[[]byte](t)(signing.SignDocument(unsigned, key, c14n.Exclusive))
	nameless := []byte(cutBetween(string(signed), "<ds:KeyInfo>", "</ds:KeyInfo>"))
	registered := signersOf(key)
	from := []signing.Signer{{Name: "later", Certificate: key.Certificate, From: accepted.Add(time.Second)}}
	until := []signing.Signer{{Name: "earlier", Certificate: key.Certificate, Until: accepted}}
	for _, c := range []struct {
		name  string
		claim signing.Claim
		code  string // none if it is to be accepted
	}{
		{"unsigned, optional", signing.Claim{Document: unsigned}, ""},
		{"unsigned, required", signing.Claim{Document: unsigned, Policy: signing.Policy{Presence: signing.Required}}, "signature.missing"},
		{"unsigned, refused", signing.Claim{Document: unsigned, Policy: signing.Policy{Presence: signing.Refused}}, ""},
		{"unsigned and no XML", signing.Claim{Document: []byte("<a>&</a>")}, "xml.syntax"},
		{"unsigned, with an element of that name", signing.Claim{Document: []byte("<a><Signature/></a>")}, ""},
		{"unsigned, with what a signed one must not have", signing.Claim{Document: []byte(`<a Id="r" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="a"><!-- --><b Id="r"/></a>`)}, ""},
		{"signed, refused", signing.Claim{Document: signed, Signers: registered, Policy: signing.Policy{Presence: signing.Refused}}, "signature.unwanted"},
		{"signed, required", signing.Claim{Document: signed, Signers: registered, Policy: signing.Policy{Presence: signing.Required}}, ""},
		{"no registered key", signing.Claim{Document: nameless}, "signature.untrusted"},
		{"certificate of nobody", signing.Claim{Document: signed, Signers: signersOf(other)}, "signature.untrusted"},
		{"without certificate", signing.Claim{Document: nameless, Signers: registered}, ""},
		{"without certificate, two keys", signing.Claim{Document: nameless, Signers: signersOf(other, key)}, ""},
		{"without certificate, another key", signing.Claim{Document: nameless, Signers: signersOf(other)}, "signature.value"},
		{"key not yet", signing.Claim{Document: signed, Signers: from}, "signature.not-yet"},
		{"key no longer", signing.Claim{Document: signed, Signers: until}, "signature.expired"},
		{"without certificate, the key no longer", signing.Claim{Document: nameless, Signers: until}, "signature.expired"},
		{"without certificate, another key and the key no longer", signing.Claim{Document: nameless, Signers: append(signersOf(other), until...)}, "signature.value"},
		{"algorithm allowed", signing.Claim{Document: signed, Signers: registered, Policy: signing.Policy{Algorithms: []string{"sm2-sm3", "ecdsa-sha256"}}}, ""},
		{"algorithm not allowed", signing.Claim{Document: signed, Signers: registered, Policy: signing.Policy{Algorithms: []string{"sm2-sm3"}}}, "signature.policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.claim.At = accepted
			if c.code != "" {
				claimRefused(t, v, c.claim, c.code)
				return
			}
			got, err := v.Verify(c.claim)
			if err != nil {
				t.Fatal(err)
			}
			if isSigned := bytes.Contains(c.claim.Document, []byte("SignedInfo")); (got.Signer() != "") != isSigned {
				t.Errorf("signer is %q", got.Signer())
			}
		})
	}
	outdated := signing.Claim{Document: signed, Signers: registered, At: accepted.AddDate(2, 0, 0)}
	claimRefused(t, v, outdated, signing.CodeExpired)
	outdated.At = accepted.AddDate(-2, 0, 0)
	claimRefused(t, v, outdated, signing.CodeNotYet)
}

func cutBetween(s, from, to string) string {
	i, j := strings.Index(s, from), strings.Index(s, to)+len(to)
	return s[:i] + s[j:]
}

// TestVerifyOtherWriters takes signatures as other programs write them.
func TestVerifyOtherWriters(t *testing.T) {
	v := newVerifier(t, nil)
	key, authority, old := newKey(t, "SM2"), newKey(t, "RSA"), newKey(t, "SM2")
	signed := string(must[[]byte](t)(signing.SignDocument([]byte(idDocument), key, c14n.Inclusive)))
	certificate := func(k signing.Key) string {
		return "<ds:X509Certificate>" + base64.StdEncoding.EncodeToString(k.Certificate.Raw) + "</ds:X509Certificate>"
	}
	replace := func(pairs ...string) string {
		document := signed
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(document, pairs[i]) {
				t.Fatalf("nothing like %s in the document", pairs[i])
			}
			document = strings.Replace(document, pairs[i], pairs[i+1], 1)
		}
		return resigned(t, document, key, c14n.Inclusive)
	}
	const value, digest, der = "</ds:SignatureValue>", "</ds:DigestValue>", "</ds:X509Certificate>"
	const blanks = " \t\r\n\r&#13;\n&#xD;&#x0d;&#000013;&#32;&#x20;&#9;&#10;"
	tests := map[string]string{
		"key named":                    replace("<ds:KeyInfo>", "\n<ds:KeyInfo>\n<ds:KeyName>桂海关01</ds:KeyName>"),
		"key shown":                    replace("<ds:KeyInfo>", `<ds:KeyInfo><ds:KeyValue><e:ECKeyValue Id="e" xmlns:e="http://www.w3.org/2009/xmldsig11#"><e:NamedCurve URI="urn:oid:1.2.156.10197.1.301"/><e:PublicKey>AAAA&#13;</e:PublicKey></e:ECKeyValue></ds:KeyValue>`),
		"misleading guess":             replace("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>SignedInfo</ds:KeyName>"),
		"misleading identifier":        replace("<ds:SignedInfo>", `<ds:SignedInfo Id="Reference-DigestMethod">`),
		"lines in digest":              replace(digest, blanks+digest, "<ds:DigestValue>", "<ds:DigestValue>"+blanks),
		"Id of signature":              replace("<ds:Signature ", `<ds:Signature Id="s" `),
		"Id of SignedInfo":             replace("<ds:SignedInfo>", `<ds:SignedInfo Id="s">`),
		"Id of reference":              replace(` URI=""`, ` URI="" Id="s&#9;&quot;>"`),
		"Id of value":                  replace("<ds:SignatureValue>", `<ds:SignatureValue Id="s">`),
		"Id of KeyInfo":                replace("<ds:KeyInfo>", `<ds:KeyInfo Id="s">`),
		"all identifiers":              identified(t, cut(signed, ""), key, c14n.Inclusive).whole,
		"authority first":              replace("<ds:X509Data>", "<ds:X509Data>"+certificate(authority)),
		"authority last":               replace("</ds:X509Data>", certificate(authority)+"</ds:X509Data>"),
		"authority in data of its own": replace("<ds:X509Data>", "<ds:X509Data>"+certificate(authority)+"</ds:X509Data><ds:X509Data>"),
		"the old key's as well":        replace("<ds:X509Data>", "<ds:X509Data>"+certificate(old)),
		"lines in value":               strings.Replace(strings.Replace(signed, value, blanks+value, 1), "<ds:SignatureValue>", "<ds:SignatureValue>"+blanks, 1),
		"lines in certificate":         strings.Replace(signed, der, blanks+der, 1),
	}
	for name, document := range tests {
		if _, err := v.Verify(signing.Claim{Document: []byte(document), Signers: signersOf(old, key), At: accepted}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	misled := must[[]byte](t)(signing.SignDocument([]byte("<a>SignedInfo Reference DigestMethod</a>"), key, c14n.Exclusive))
	if _, err := v.Verify(signing.Claim{Document: misled, Signers: signersOf(key), At: accepted}); err != nil {
		t.Errorf("text that misleads the guess: %v", err)
	}
}

// TestVerifySignedFiles takes files as other programs signed them, and none of
// them with one letter changed.
func TestVerifySignedFiles(t *testing.T) {
	const dir = "testdata/signed/"
	v := newVerifier(t, nil)
	text := must[[]byte](t)(os.ReadFile(dir + "signer.pem"))
	signer := signing.Signer{Name: "qinzhou", Certificate: must[*signing.Certificate](t)(signing.ParseCertificatePEM(text))}
	files := must[[]string](t)(filepath.Glob(dir + "*.xml"))
	if len(files) < 9 {
		t.Errorf("only %d files", len(files))
	}
	for _, file := range files {
		document := must[[]byte](t)(os.ReadFile(file))
		claim := signing.Claim{
			Document: document, Signers: []signing.Signer{signer}, Policy: signing.Policy{Presence: signing.Required},
			At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		}
		if got, err := v.Verify(claim); err != nil || got.Signer() != "qinzhou" || got.Algorithm() != "ecdsa-sha256" {
			t.Errorf("%s: %v", file, err)
		}
		claim.Document = bytes.Replace(document, []byte("CNQZH"), []byte("CNBHY"), 1)
		claimRefused(t, v, claim, signing.CodeDigest)
	}
}

// TestWildSM2 takes what e-Port clients write: other URIs, ASN.1 DER, another
// user id; each only if it is configured.
func TestWildSM2(t *testing.T) {
	const wild = "http://www.w3.org/2000/09/xmldsig#sm2-sm3"
	official := "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"
	key := newKey(t, "SM2")
	key.UserID = []byte("counterpart")
	signed := must[[]byte](t)(signing.SignDocument([]byte(idDocument), key, c14n.Inclusive))
	withID := signersOf(key)
	withID[0].UserID = key.UserID
	v := newVerifier(t, nil)
	claimRefused(t, v, signing.Claim{Document: signed, Signers: signersOf(key), At: accepted}, signing.CodeValue)
	if _, err := v.Verify(signing.Claim{Document: signed, Signers: withID, At: accepted}); err != nil {
		t.Errorf("with the user id: %v", err)
	}
	alien := bytes.Replace(signed, []byte(official), []byte(wild), 1)
	claimRefused(t, v, signing.Claim{Document: alien, Signers: withID, At: accepted}, signing.CodeAlgorithm)
	// The alias is understood, and then the value does not fit the changed SignedInfo.
	claimRefused(t, newVerifier(t, map[string]string{wild: official}), signing.Claim{Document: alien, Signers: withID, At: accepted}, signing.CodeValue)
}

func TestNewVerifierRefusesAliases(t *testing.T) {
	for name, aliases := range map[string]map[string]string{
		"to nothing":      {"urn:x": "urn:y"},
		"to SHA-1":        {"urn:x": "http://www.w3.org/2000/09/xmldsig#sha1"},
		"from the table":  {"http://www.w3.org/2000/09/xmldsig#sha1": "http://www.w3.org/2001/04/xmlenc#sha256"},
		"from an allowed": {"http://www.w3.org/2001/04/xmlenc#sha256": "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"},
	} {
		if _, err := signing.NewVerifier(strict.Limits{}, aliases); err == nil {
			t.Errorf("alias %s: accepted", name)
		}
	}
}

func TestAlgorithmTable(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range signing.Algorithms() {
		if seen[a.URI] || a.Allowed == (a.Why != "") || a.Allowed == (a.Code != "") {
			t.Errorf("row %s: twice, or without its reason", a.Name)
		}
		seen[a.URI] = true
	}
	for _, d := range signing.Digests() {
		if seen[d.URI] || d.Allowed == (d.Why != "") || d.Allowed == (d.Code != "") {
			t.Errorf("row %s: twice, or without its reason", d.Name)
		}
		seen[d.URI] = true
	}
}

func ExampleVerifier_Verify() {
	v, err := signing.NewVerifier(strict.Limits{}, nil)
	if err != nil {
		return
	}
	_, err = v.Verify(signing.Claim{Document: []byte("<a/>"), Policy: signing.Policy{Presence: signing.Required}})
	if refused, ok := errors.AsType[*signing.Refusal](err); ok {
		fmt.Println(refused.Code)
	}
	// Output: signature.missing
}

// TestVerifyTreeRefusesAGuess: what a document with a fault was meant to be is not
// verified, and neither is nothing.
func TestVerifyTreeRefusesAGuess(t *testing.T) {
	v, key := newVerifier(t, nil), newKey(t, "P-256")
	signed := must[[]byte](t)(signing.SignDocument([]byte("<a><b/></a>"), key, c14n.Exclusive))
	guess, fault := strict.ParseFaulty(append(signed, '<'), strict.Limits{})
	if fault == nil || !guess.Root().Find("Signature").Exists() {
		t.Fatal("no guess at a signed document")
	}
	for name, tree := range map[string]*strict.Tree{"a guess": guess, "no tree": nil} {
		if got, err := v.VerifyTree(tree, signing.Terms{Signers: signersOf(key), At: accepted}); err == nil || got.Document() != nil {
			t.Errorf("%s: verified", name)
		}
	}
}

// TestVerifyTreeIsOfItsBytes: what is verified is the bytes of the tree themselves.
func TestVerifyTreeIsOfItsBytes(t *testing.T) {
	v, key := newVerifier(t, nil), newKey(t, "P-256")
	signed := must[[]byte](t)(signing.SignDocument([]byte("<a><b/></a>"), key, c14n.Inclusive))
	tree := must[*strict.Tree](t)(strict.Parse(signed, strict.Limits{}))
	got, err := v.VerifyTree(tree, signing.Terms{Signers: signersOf(key), At: accepted})
	if err != nil || &got.Document()[0] != &signed[0] || len(got.Document()) != len(signed) || got.Signer() != key.ID {
		t.Errorf("verified %q: %v", got.Document(), err)
	}
}
