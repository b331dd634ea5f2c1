package signing_test

import (
	"errors"
	"strings"
	"testing"

	"beibu/signing"
	"beibu/signing/c14n"
)

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
		{"comment before xsi:type", replace("<b>", `<!-- --><b xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="a">`), "signature.comment"},
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
		{"identifier in KeyInfo", replace("<ds:X509Data>", `<ds:X509Data Id="x">`), "signature.shape"},
		{"identifier twice", replace("<b>", `<b Id="r">`), "signature.id"},
		{"identifier twice, other case", replace("<b>", `<b ID="r">`), "signature.id"},
		{"identifier twice, xml:id", replace("<b>", `<b xml:id="&#114;">`), "signature.id"},
		{"identifier twice, not the root's", replace("<b>", `<b Id="x"/><c Id="x"/><b>`), "signature.id"},
		{"identifier twice, far apart", replace("<b>", `<b Id="x"/><c><d id="&#x78;"/></c><b>`), "signature.id"},
		{"identifier twice on one element", replace("<b>", `<b Id="x" id="x"/><b>`), "signature.id"},
		{"identifier of the signature, not the root's", strings.Replace(replace("<b>", `<b Id="x"/><b>`), "<ds:Signature ", `<ds:Signature Id="x" `, 1), "signature.id"},
		{"identifier of the signature", replace("<ds:Signature ", `<ds:Signature Id="r" `), "signature.id"},
		{"identifier of KeyInfo, the root's", replace("<ds:KeyInfo>", `<ds:KeyInfo Id="r">`), "signature.id"},
		{"identifier of SignedInfo, the root's", replace("<ds:SignedInfo>", `<ds:SignedInfo Id="r">`), "signature.id"},
		{"identifier of the reference, the root's", replace(` URI=""`, ` Id="&#114;" URI=""`), "signature.id"},
		{"identifier of the value, the root's", replace("<ds:SignatureValue>", `<ds:SignatureValue Id="r">`), "signature.id"},
		{"identifier of the value, another element's", strings.Replace(replace("<b>", `<b Id="x"/><b>`), "<ds:SignatureValue>", `<ds:SignatureValue Id="x">`, 1), "signature.id"},
		{"identifier of the value and of KeyInfo", strings.Replace(replace("<ds:KeyInfo>", `<ds:KeyInfo Id="x">`), "<ds:SignatureValue>", `<ds:SignatureValue Id="x">`, 1), "signature.id"},
		{"identifier of SignedInfo and its reference", strings.Replace(replace(` URI=""`, ` Id="x" URI=""`), "<ds:SignedInfo>", `<ds:SignedInfo Id="x">`, 1), "signature.id"},
		{"identifier of the reference and of KeyInfo", strings.Replace(replace(` URI=""`, ` Id="x" URI=""`), "<ds:KeyInfo>", `<ds:KeyInfo Id="x">`, 1), "signature.id"},
		{"identifier of a key value, the root's", replace("<ds:KeyInfo>", `<ds:KeyInfo><ds:KeyValue><e:ECKeyValue xmlns:e="http://www.w3.org/2009/xmldsig11#" Id="r"/></ds:KeyValue>`), "signature.id"},
		{"other case of Id on KeyInfo", replace("<ds:KeyInfo>", `<ds:KeyInfo ID="x">`), "signature.shape"},
		{"xml:id on KeyInfo", replace("<ds:KeyInfo>", `<ds:KeyInfo xml:id="x">`), "signature.shape"},
		{"two attributes on the value", replace("<ds:SignatureValue>", `<ds:SignatureValue Id="x" id="y">`), "signature.shape"},
		{"two identifiers of the root", replace(`Id="r"`, `Id="r" ID="s"`), "signature.id"},
		{"Id on SignedInfo, not signed", replace("<ds:SignedInfo>", `<ds:SignedInfo Id="x">`), "signature.value"},
		{"attribute on SignedInfo", replace("<ds:SignedInfo>", `<ds:SignedInfo Name="x">`), "signature.form"},
		{"xml:id on SignedInfo", replace("<ds:SignedInfo>", `<ds:SignedInfo xml:id="x">`), "signature.form"},
		{"Id on Transforms", replace("<ds:Transforms>", `<ds:Transforms Id="x">`), "signature.form"},
		{"Id on DigestValue", replace("<ds:DigestValue>", `<ds:DigestValue Id="x">`), "signature.form"},
		{"empty SignedInfo", replace(signature[strings.Index(signature, "<ds:SignedInfo>"):strings.Index(signature, "<ds:SignatureValue>")], "<ds:SignedInfo/>"), "signature.form"},
		{"two references", replace(reference, reference+reference), "signature.references"},
		{"no reference", replace(reference, ""), "signature.form"},
		{"reference without URI", replace(` URI=""`, ""), "signature.form"},
		{"reference with Id, not signed", replace(` URI=""`, ` Id="x" URI=""`), "signature.value"},
		{"reference with id", replace(` URI=""`, ` URI="" id="x"`), "signature.form"},
		{"reference with Id and Type", replace(` URI=""`, ` Id="x" Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI=""`), "signature.form"},
		{"Manifest", replace(` URI=""`, ` Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI=""`), "signature.form"},
		{"external URI", replace(` URI=""`, ` URI="http://example.org/"`), "signature.uri"},
		{"URI of another element", replace(` URI=""`, ` URI="#x"`), "signature.uri"},
		{"XPointer", replace(` URI=""`, ` URI="#xpointer(/)"`), "signature.uri"},
		{"no transform", replace(`<ds:Transforms>`, `<ds:Transforms></ds:Transforms><ds:Transforms>`), "signature.transform"},
		{"not enveloped", replace(transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"), ""), "signature.transform"},
		{"transform added", replace(exclusive, exclusive+exclusive), "signature.transform"},
		{"base64 transform", replace(exclusive, transform("http://www.w3.org/2000/09/xmldsig#base64")), "signature.transform"},
		{"with comments", replace(exclusive, transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")), "signature.c14n-comments"},
		{"SignedInfo with comments", replace(`CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"`), "signature.c14n-comments"},
		{"SignedInfo with InclusiveNamespaces", replace("</ds:CanonicalizationMethod>", `<i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="a"/></ds:CanonicalizationMethod>`), "signature.c14n-prefixes"},
		{"InclusiveNamespaces", replace(exclusive, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="a"></i:InclusiveNamespaces></ds:Transform>`), "signature.c14n-prefixes"},
		{"XPath", replace(exclusive, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>0</ds:XPath></ds:Transform>`), "signature.xpath"},
		{"XPath first", replace(transform("http://www.w3.org/2000/09/xmldsig#enveloped-signature"), transform("http://www.w3.org/2002/06/xmldsig-filter2")), "signature.xpath"},
		{"XSLT", replace(exclusive, transform("http://www.w3.org/TR/1999/REC-xslt-19991116")), "signature.xslt"},
		{"SHA-1 digest", replace("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"), "signature.sha1"},
		{"SHA-1 signature", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#ecdsa-sha1"), "signature.sha1"},
		{"HMAC", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#hmac-sha256"), "signature.hmac"},
		{"HMACOutputLength", replace(`#ecdsa-sha256"></ds:SignatureMethod>`, `#ecdsa-sha256"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>`), "signature.form"},
		{"unknown algorithm", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#x"), "signature.algorithm"},
		{"algorithm of another key", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#rsa-sha256"), "signature.key-type"},
		{"MD5 digest", replace("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#md5"), "signature.md5"},
		{"SHA-224 signature", replace("xmldsig-more#ecdsa-sha256", "xmldsig-more#ecdsa-sha224"), "signature.sha224"},
		{"DSA", replace("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "http://www.w3.org/2009/xmldsig11#dsa-sha256"), "signature.dsa"},
		{"PSS", replace("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), "signature.pss"},
		{"unknown digest", replace("http://www.w3.org/2001/04/xmlenc#sha256", "urn:x"), "signature.algorithm"},
		{"canonical form 1.1", replace(`CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11"`), "signature.c14n"},
		{"another canonical form for SignedInfo", replace(`CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"`), "signature.value"},
		{"digest of nothing", replace(signature[strings.Index(signature, "<ds:DigestValue>"):strings.Index(signature, "</ds:Reference>")], "<ds:DigestValue></ds:DigestValue>"), "signature.digest"},
		{"value cut", replace(signature[strings.Index(signature, "<ds:SignatureValue>"):strings.Index(signature, "<ds:KeyInfo>")], "<ds:SignatureValue>AAAA</ds:SignatureValue>"), "signature.truncated"},
		{"value longer", replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"), "signature.value"},
		{"value no base64", replace("<ds:SignatureValue>", "<ds:SignatureValue>!"), "signature.shape"},
		{"reference to a letter in the value", replace("<ds:SignatureValue>", "<ds:SignatureValue>&#65;"), "signature.shape"},
		{"white space that is none of XML's in the value", replace("<ds:SignatureValue>", "<ds:SignatureValue>\u00a0"), "signature.shape"},
		{"the same as a reference", replace("<ds:SignatureValue>", "<ds:SignatureValue>&#xA0;"), "signature.shape"},
		{"white space that is none of XML's in the digest", replace("<ds:DigestValue>", "<ds:DigestValue>\u00a0"), "signature.form"},
		{"reference to a letter in the digest", replace("<ds:DigestValue>", "<ds:DigestValue>&#65;"), "signature.form"},
		{"second certificate no base64", replace("</ds:X509Data>", "<ds:X509Certificate>!</ds:X509Certificate></ds:X509Data>"), "signature.shape"},
		{"too many certificates", replace("</ds:X509Data>", strings.Repeat("<ds:X509Certificate>AA==</ds:X509Certificate>", 32)+"</ds:X509Data>"), "signature.shape"},
		{"value zero", replace(signature[strings.Index(signature, "<ds:SignatureValue>"):strings.Index(signature, "<ds:KeyInfo>")], "<ds:SignatureValue>"+strings.Repeat("A", 86)+"==</ds:SignatureValue>"), "signature.value"},
		{"prefix bound elsewhere inside", replace("<ds:Reference ", `<ds:Reference xmlns:ds="urn:x" `), "signature.form"},
		{"text in SignedInfo", replace("<ds:Reference ", "x<ds:Reference "), "signature.form"},
	} {
		t.Run(c.name, func(t *testing.T) {
			claimRefused(t, v, signing.Claim{Document: []byte(c.document), Signers: signersOf(key, other), At: accepted}, c.code)
		})
	}
}

// TestPlaceInUBL: a signature in extensions counts at the place of UBL, and
// nowhere else. If a changed document has it in place, the digest reveals
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
