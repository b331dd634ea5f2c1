package signing_test

import (
	"bytes"
	"errors"
	"fmt"
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

// TestSignDocumentTellsWhere: a refusal has the lines of the document, not those
// of what it would have become.
func TestSignDocumentTellsWhere(t *testing.T) {
	key := newKey(t, "P-256")
	ubl := "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>"
	signed := string(must[[]byte](t)(signing.SignDocument([]byte("<a/>"), key, c14n.Exclusive)))
	for name, c := range map[string]struct {
		document, code string
		line, column   int
	}{
		"comment in UBL":         {ubl + "\n <a/><!-- --></Invoice>", signing.CodeComment, 2, 6},
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

// claimRefused checks that a document is refused with a code.
func claimRefused(t *testing.T, v *signing.Verifier, c signing.Claim, code string) {
	t.Helper()
	got, err := v.Verify(c)
	r, ok := errors.AsType[*signing.Refusal](err)
	if !ok || got.Document() != nil {
		t.Fatalf("Verify = %q, %v, want refusal %s", got.Document(), err, code)
	}
	if r.Code != code {
		t.Errorf("refused as %s (%v), want %s", r.Code, r, code)
	}
}

const idDocument = `<a xmlns="urn:a" Id="r"><b>1</b></a>`

func TestVerifyRefuses(t *testing.T) {
	v := newVerifier(t, nil)
	key, other := newKey(t, "P-256"), newKey(t, "RSA")
	signed := string(must[[]byte](t)(signing.SignDocument([]byte(idDocument), key, c14n.Exclusive)))
	before, rest, _ := strings.Cut(signed, "<ds:Signature ")
	signature, after, _ := strings.Cut("<ds:Signature "+rest, "</ds:Signature>")
	signature += "</ds:Signature>"
	_, afterReference, _ := strings.Cut(signature, "<ds:Reference ")
	reference := "<ds:Reference " + strings.SplitAfter(afterReference, "</ds:Reference>")[0]
	exclusive := `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform>`
	transform := func(uri string) string { return `<ds:Transform Algorithm="` + uri + `"></ds:Transform>` }
	replace := func(old, by string) string {
		t.Helper()
		if !strings.Contains(signed, old) {
			t.Fatalf("nothing like %s in the document", old)
		}
		return strings.Replace(signed, old, by, 1)
	}
	for _, c := range []struct{ name, document, code string }{
		{"cut", signed[:len(signed)-1], "xml.syntax"},
		{"DTD", `<!DOCTYPE a [<!ATTLIST a x ID #IMPLIED>]>` + signed, "xml.dtd"},
		{"processing instruction", replace("<b>", "<?x?><b>"), "xml.pi"},
		{"second root", signed + "<a/>", "xml.syntax"},
		{"comment in a value", replace("<b>1", "<b>1<!-- -->"), "signature.comment"},
		{"comment in the signature", replace("<ds:KeyInfo>", "<!-- --><ds:KeyInfo>"), "signature.comment"},
		{"content changed", replace("<b>1", "<b>2"), "signature.digest"},
		{"white space added", replace("<b>1", "<b>1 "), "signature.digest"},
		{"attribute added", replace("<b>", "<b c=''>"), "signature.digest"},
		{"element added", replace("<b>", "<b/><b>"), "signature.digest"},
		{"namespace changed", replace("urn:a", "urn:b"), "signature.digest"},
		{"xsi:type", replace("<b>", `<b xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="a">`), "signature.xsi-type"},
		{"signature twice", before + signature + signature + after, "signature.second"},
		{"signature in the signature", replace("</ds:Signature>", signature+"</ds:Signature>"), "signature.shape"},
		{"signature deeper", strings.Replace(before, "<b>1</b>", "<b>1"+signature+"</b>", 1) + after, "signature.place"},
		{"signature first", strings.Replace(before, "<b>", signature+"<b>", 1) + after, "signature.place"},
		{"element after the signature", before + signature + "<c/>" + after, "signature.place"},
		{"signature as root", signature, "signature.place"},
		{"SignedInfo outside", replace("<b>", "<ds:SignedInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/><b>"), "signature.shape"},
		{"Object", replace("</ds:Signature>", "<ds:Object><a/></ds:Object></ds:Signature>"), "signature.object"},
		{"Object before KeyInfo", replace("<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>"), "signature.object"},
		{"two SignedInfo", replace("<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"), "signature.shape"},
		{"two values", replace("<ds:KeyInfo>", "<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo>"), "signature.shape"},
		{"two KeyInfo", replace("</ds:Signature>", "<ds:KeyInfo/></ds:Signature>"), "signature.shape"},
		{"RetrievalMethod", replace("<ds:KeyInfo>", `<ds:KeyInfo><ds:RetrievalMethod URI="http://x/"/>`), "signature.shape"},
		{"content in KeyInfo", replace("<ds:KeyInfo>", `<ds:KeyInfo><b xmlns="urn:a">2</b>`), "signature.shape"},
		{"identifier in KeyInfo", replace("<ds:KeyInfo>", `<ds:KeyInfo Id="r">`), "signature.shape"},
		{"identifier twice", replace("<b>", `<b Id="r">`), "signature.id"},
		{"identifier twice, other case", replace("<b>", `<b ID="r">`), "signature.id"},
		{"identifier twice, xml:id", replace("<b>", `<b xml:id="&#114;">`), "signature.id"},
		{"identifier twice, not the root's", replace("<b>", `<b Id="x"/><c Id="x"/><b>`), "signature.id"},
		{"identifier twice, far apart", replace("<b>", `<b Id="x"/><c><d id="&#x78;"/></c><b>`), "signature.id"},
		{"identifier twice on one element", replace("<b>", `<b Id="x" id="x"/><b>`), "signature.id"},
		{"identifier of the signature, not the root's", strings.Replace(replace("<b>", `<b Id="x"/><b>`), "<ds:Signature ", `<ds:Signature Id="x" `, 1), "signature.id"},
		{"identifier of the signature", replace("<ds:Signature ", `<ds:Signature Id="r" `), "signature.id"},
		{"two identifiers of the root", replace(`Id="r"`, `Id="r" ID="s"`), "signature.id"},
		{"attribute on SignedInfo", replace("<ds:SignedInfo>", `<ds:SignedInfo Id="x">`), "signature.form"},
		{"empty SignedInfo", replace(signature[strings.Index(signature, "<ds:SignedInfo>"):strings.Index(signature, "<ds:SignatureValue>")], "<ds:SignedInfo/>"), "signature.form"},
		{"two references", replace(reference, reference+reference), "signature.references"},
		{"no reference", replace(reference, ""), "signature.form"},
		{"reference without URI", replace(` URI=""`, ""), "signature.form"},
		{"reference with Id", replace(` URI=""`, ` Id="x" URI=""`), "signature.form"},
		{"Manifest", replace(` URI=""`, ` Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI=""`), "signature.form"},
		{"external URI", replace(` URI=""`, ` URI="http://example.org/"`), "signature.uri"},
		{"URI of another element", replace(` URI=""`, ` URI="#x"`), "signature.uri"},
		{"XPointer", replace(` URI=""`, ` URI="#xpointer(/)"`), "signature.uri"},
		{"no transform", replace(`<ds:Transforms>`, `<ds:Transforms></ds:Transforms><ds:Transforms>`), "signature.transform"},
		{"not enveloped", replace(transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"), ""), "signature.transform"},
		{"transform added", replace(exclusive, exclusive+exclusive), "signature.transform"},
		{"base64 transform", replace(exclusive, transform("http://www.w3.org/2000/09/xmldsig#base64")), "signature.transform"},
		{"with comments", replace(exclusive, transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")), "signature.transform"},
		{"InclusiveNamespaces", replace(exclusive, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="a"></i:InclusiveNamespaces></ds:Transform>`), "signature.transform"},
		{"XPath", replace(exclusive, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>0</ds:XPath></ds:Transform>`), "signature.xpath"},
		{"XPath first", replace(transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"), transform("http://www.w3.org/2002/06/xmldsig-filter2")), "signature.xpath"},
		{"XSLT", replace(exclusive, transform("http://www.w3.org/TR/1999/REC-xslt-19991116")), "signature.xslt"},
		{"SHA-1 digest", replace("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"), "signature.sha1"},
		{"SHA-1 signature", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#ecdsa-sha1"), "signature.sha1"},
		{"HMAC", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256"), "signature.hmac"},
		{"HMACOutputLength", replace(`#ecdsa-sha256"></ds:SignatureMethod>`, `#ecdsa-sha256"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>`), "signature.form"},
		{"unknown algorithm", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#x"), "signature.algorithm"},
		{"algorithm of another key", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#rsa-sha256"), "signature.algorithm"},
		{"unknown digest", replace("http://www.w3.org/2001/04/xmlenc#sha256", "urn:x"), "signature.algorithm"},
		{"canonical form 1.1", replace(`CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11"`), "signature.c14n"},
		{"another canonical form for SignedInfo", replace(`CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"`), "signature.value"},
		{"digest of nothing", replace(signature[strings.Index(signature, "<ds:DigestValue>"):strings.Index(signature, "</ds:Reference>")], "<ds:DigestValue></ds:DigestValue>"), "signature.digest"},
		{"value cut", replace(signature[strings.Index(signature, "<ds:SignatureValue>"):strings.Index(signature, "<ds:KeyInfo>")], "<ds:SignatureValue>AAAA</ds:SignatureValue>"), "signature.truncated"},
		{"value longer", replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), "signature.value"},
		{"value no base64", replace("<ds:SignatureValue>", "<ds:SignatureValue>!"), "signature.shape"},
		{"value zero", replace(signature[strings.Index(signature, "<ds:SignatureValue>"):strings.Index(signature, "<ds:KeyInfo>")], "<ds:SignatureValue>"+strings.Repeat("A", 86)+"==</ds:SignatureValue>"), "signature.value"},
		{"prefix bound elsewhere inside", replace("<ds:Reference ", `<ds:Reference xmlns:ds="urn:x" `), "signature.form"},
		{"text in SignedInfo", replace("<ds:Reference ", "x<ds:Reference "), "signature.form"},
	} {
		t.Run(c.name, func(t *testing.T) {
			claimRefused(t, v, signing.Claim{Document: []byte(c.document), Signers: signersOf(key, other), At: accepted}, c.code)
		})
	}
}

// TestPlaceInUBL: a signature in extensions counts where UBL keeps it, and
// nowhere else. Where a changed document has it in place, the digest tells of
// the change.
func TestPlaceInUBL(t *testing.T) {
	const space = "urn:oasis:names:specification:ubl:schema:xsd:"
	v, key := newVerifier(t, nil), newKey(t, "RSA")
	document := `<Invoice xmlns="` + space + `Invoice-2"><e:UBLExtensions xmlns:e="` + space + `CommonExtensionComponents-2"><e:UBLExtension/></e:UBLExtensions><y/></Invoice>`
	signed := string(must[[]byte](t)(signing.SignDocument([]byte(document), key, c14n.Exclusive)))
	i, j := strings.Index(signed, "<ds:Signature "), strings.Index(signed, "</ds:Signature>")+len("</ds:Signature>")
	for _, c := range []struct{ name, old, by, code string }{
		{"not UBL", space + "Invoice-2", "urn:other", signing.CodePlace},
		{"extensions not first", "<e:UBLExtensions", "<y/><e:UBLExtensions", signing.CodePlace},
		{"other extensions", space + "CommonExtensionComponents-2", "urn:other", signing.CodePlace},
		{"other signatures", "UBLDocumentSignatures", "Others", signing.CodePlace},
		{"something before its list", "<sig:UBLDocumentSignatures", "<x/><sig:UBLDocumentSignatures", signing.CodeDigest},
		{"element before it", signed[i:j], "<x/>" + signed[i:j], signing.CodeDigest},
		{"element after it", signed[i:j], signed[i:j] + "<x/>", signing.CodePlace},
		{"element after its parent", "</sac:SignatureInformation>", "</sac:SignatureInformation><x/>", signing.CodeDigest},
		{"also last in the root", "</Invoice>", signed[i:j] + "</Invoice>", signing.CodeSecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.ReplaceAll(signed, c.old, c.by)
			if changed == signed {
				t.Fatalf("nothing like %s in %s", c.old, signed)
			}
			claimRefused(t, v, signing.Claim{Document: []byte(changed), Signers: signersOf(key), At: accepted}, c.code)
		})
	}
}

func TestVerifyByPolicyAndRegistry(t *testing.T) {
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
		code  string // none where it is to be accepted
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
		{"key not yet", signing.Claim{Document: signed, Signers: from}, "signature.untrusted"},
		{"key no longer", signing.Claim{Document: signed, Signers: until}, "signature.untrusted"},
		{"algorithm allowed", signing.Claim{Document: signed, Signers: registered, Policy: signing.Policy{Algorithms: []string{"sm2-sm3", "ecdsa-sha256"}}}, ""},
		{"algorithm not allowed", signing.Claim{Document: signed, Signers: registered, Policy: signing.Policy{Algorithms: []string{"sm2-sm3"}}}, "signature.algorithm"},
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
	claimRefused(t, v, outdated, signing.CodeUntrusted)
}

func cutBetween(s, from, to string) string {
	i, j := strings.Index(s, from), strings.Index(s, to)+len(to)
	return s[:i] + s[j:]
}

// TestVerifyOtherWriters takes signatures as other programs write them.
func TestVerifyOtherWriters(t *testing.T) {
	v := newVerifier(t, nil)
	key := newKey(t, "SM2")
	signed := string(must[[]byte](t)(signing.SignDocument([]byte(idDocument), key, c14n.Inclusive)))
	for name, document := range map[string]string{
		"value in lines":      strings.Replace(signed, "<ds:SignatureValue>", "<ds:SignatureValue>\n ", 1),
		"key named":           strings.Replace(signed, "<ds:KeyInfo>", "\n<ds:KeyInfo>\n<ds:KeyName>桂海关01</ds:KeyName>", 1),
		"key shown":           strings.Replace(signed, "<ds:KeyInfo>", `<ds:KeyInfo><ds:KeyValue><e:ECKeyValue xmlns:e="http://www.w3.org/2009/xmldsig11#"><e:NamedCurve URI="urn:oid:1.2.156.10197.1.301"/><e:PublicKey>AAAA</e:PublicKey></e:ECKeyValue></ds:KeyValue>`, 1),
		"signature has an Id": strings.Replace(signed, "<ds:Signature ", `<ds:Signature Id="s" `, 1),
		"misleading guess":    strings.Replace(signed, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>SignedInfo</ds:KeyName>", 1),
	} {
		if _, err := v.Verify(signing.Claim{Document: []byte(document), Signers: signersOf(key), At: accepted}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	misled := must[[]byte](t)(signing.SignDocument([]byte("<a>SignedInfo Reference DigestMethod</a>"), key, c14n.Exclusive))
	if _, err := v.Verify(signing.Claim{Document: misled, Signers: signersOf(key), At: accepted}); err != nil {
		t.Errorf("text that misleads the guess: %v", err)
	}
}

// TestWildSM2 takes what e-Port clients write: other URIs, ASN.1 DER, another
// user id; each only where it is configured.
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
