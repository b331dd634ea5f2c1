package signing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"beibu/signing"
)

// A trick changes a signed document, in ways that some reader of XML or of
// signatures fell for.
type trick struct {
	name   string
	change func(s signedSample) string
}

// around puts text before and after the whole document.
func around(before, after string) func(signedSample) string {
	return func(s signedSample) string { return before + s.whole + after }
}

// first puts text into the root, before everything in it.
func first(text string) func(signedSample) string {
	return func(s signedSample) string { return s.open + text + s.body + s.signature + s.end }
}

// swap replaces a text once, in the signature and everywhere.
func swap(old, by string) func(signedSample) string {
	return func(s signedSample) string {
		return s.open + s.body + strings.Replace(s.signature, old, by, 1) + s.end
	}
}

// within puts text behind the start tag of an element in the signature.
func within(element, text string) func(signedSample) string {
	return swap("<"+element+">", "<"+element+">"+text)
}

// tricks are on what is read, and on what is signed and how.
var tricks = slices.Concat(tricksOnReaders, tricksOnSignatures)

var tricksOnReaders = []trick{
	{"DTD", around(`<!DOCTYPE a>`, "")},
	{"DTD with an external entity", around(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>`, "")},
	{"DTD with a comment in its name (CVE-2025-25291)", around(`<!DOCTYPE a SYSTEM 'x"><!--'>`, "")},
	{"billion laughs", around(`<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>`, "")},
	{"attribute by DTD", around(`<!DOCTYPE a [<!ATTLIST a id ID #FIXED "r">]>`, "")},
	{"entity", first("&x;")},
	{"processing instruction", first("<?x?>")},
	{"stylesheet", around(`<?xml-stylesheet href="x"?>`, "")},
	{"leading junk", around("x", "")},
	{"trailing junk", around("", "x")},
	{"trailing element", around("", "<a/>")},
	{"trailing CDATA", around("", "<![CDATA[]]>")},
	{"UTF-16 declared", around(`<?xml version="1.0" encoding="UTF-16"?>`, "")},
	{"GBK declared", around(`<?xml version="1.0" encoding="GBK"?>`, "")},
	{"XML 1.1", around(`<?xml version="1.1"?>`, "")},
	{"overlong UTF-8", first("\xc0\xbc")},
	{"surrogate", first("\xed\xa0\x80")},
	{"NUL", first("\x00")},
	{"NUL by reference", first("&#0;")},
	{"comment", first("<!-- -->")},
	{"comment before the root", around("<!-- -->", "")},
	{"attribute twice", first("<x y='' y=''/>")},
	{"attribute twice by namespace", first("<x xmlns:p='urn:1' xmlns:q='urn:1' p:y='' q:y=''/>")},
	{"prefix without declaration", first("<p:x/>")},
	{"relative namespace", first("<x xmlns='x'/>")},
	{"too deep", first(strings.Repeat("<x>", 100) + strings.Repeat("</x>", 100))},
	{"too many attributes", first("<x " + manyAttributes() + "/>")},
	{"identifier of the root again", first("<x Id='r'/>")},
	{"identifier twice", first("<x ID='s'/><y id='s'/>")},
	{"xsi:type", first("<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='x'/>")},
	{"XInclude", first("<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>")},
	{"white space", first(" ")},
}

var tricksOnSignatures = []trick{
	{"SHA-1 digest", swap("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1")},
	{"SHA-1 signature", swap("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha1")},
	{"HMAC with the public key", swap("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256")},
	{"HMAC cut (CVE-2009-0217)", swap("</ds:SignatureMethod>", "<ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>")},
	{"XSLT", within("ds:Transforms", `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>`)},
	{"XPath", within("ds:Transforms", `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>0</ds:XPath></ds:Transform>`)},
	{"no transforms", swap("<ds:Transforms>", "<ds:Transforms/><ds:Transforms>")},
	{"two references (CVE-2026-33487)", swap("<ds:Reference ", `<ds:Reference URI="#evil"/><ds:Reference `)},
	{"Manifest", swap("<ds:Reference ", `<ds:Reference Type="http://www.w3.org/2000/09/xmldsig#Manifest" `)},
	{"external reference", swap(` URI="`, ` URI="http://example.org/`)},
	{"no reference URI", swap(` URI="`, ` Id="`)},
	{"two SignedInfo (CVE-2025-29774)", swap("<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>")},
	{"two digests", swap("<ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>")},
	{"comment in the digest (CVE-2025-29775)", within("ds:DigestValue", "<!-- AAAA -->")},
	{"digest of nothing", swap("<ds:DigestValue>", "<ds:DigestValue></ds:DigestValue><ds:DigestValue>")},
	{"value of nothing", swap("<ds:SignatureValue>", "<ds:SignatureValue></ds:SignatureValue><ds:SignatureValue>")},
	{"Object", swap("</ds:Signature>", "<ds:Object/></ds:Signature>")},
	{"key by retrieval", within("ds:KeyInfo", `<ds:RetrievalMethod URI="http://example.org/"/>`)},
	{"element in KeyInfo", within("ds:KeyInfo", `<x/>`)},
	{"signature of another namespace", swap("http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2000/09/xmldsig")},
}

func manyAttributes() string {
	var b strings.Builder
	for i := range 200 {
		b.WriteString(" a" + strings.Repeat("x", i) + "=''")
	}
	return b.String()
}

// TestTricksAreRefused plays every trick on every signed sample. All are refused
// with a code.
func TestTricksAreRefused(t *testing.T) {
	key := newKey(t, "RSA")
	v := newVerifier(t, nil)
	tried := 0
	for _, s := range append(samples(t, key), tradeSamples(t, key)...) {
		for _, trick := range tricks {
			changed := trick.change(s)
			if changed == s.whole {
				t.Errorf("%s: %s: nothing was changed", s.name, trick.name)
			}
			tried++
			_, err := v.Verify(signing.Claim{
				Document: []byte(changed), Signers: signersOf(key), At: accepted, Policy: signing.Policy{Presence: signing.Required},
			})
			if _, refused := errors.AsType[*signing.Refusal](err); !refused {
				t.Errorf("%s: %s: %v", s.name, trick.name, err)
			}
		}
	}
	t.Logf("%d tricks tried", tried)
}
