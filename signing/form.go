package signing

import (
	"encoding/base64"
	"time"
)

// The parts of a seal in canonical form. A seal is accepted only if its
// SignedInfo and SignedProperties are these bytes exactly, so that nothing in
// them has to be interpreted.

const (
	envelopeSpace = "urn:beibu:exchange:envelope:1"
	xadesSpace    = "http://uri.etsi.org/01903/v1.3.2#"
	exclusiveURI  = "http://www.w3.org/2001/10/xml-exc-c14n#"

	contentID = "content"

	infoApex       = `<ds:SignedInfo xmlns:ds="` + dsigSpace + `">`
	propertiesApex = `<xades:SignedProperties xmlns:xades="` + xadesSpace + `"`
	declareDS      = ` xmlns:ds="` + dsigSpace + `"`
	exclusiveStep  = `<ds:Transforms><ds:Transform Algorithm="` + exclusiveURI + `"></ds:Transform></ds:Transforms>`
)

// sealInfo is what the SignedInfo of a seal depends on.
type sealInfo struct {
	id                  string // of the signature
	algorithm           *Algorithm
	reference           *Digest // by which both references are digested
	content, properties []byte  // digests
}

// append writes SignedInfo (XMLDSig 1.1 §4.4): a reference to the content of
// the envelope, and one to the signed properties.
func (f *sealInfo) append(dst []byte) []byte {
	dst = append(dst, infoApex...)
	dst = append(dst, `<ds:CanonicalizationMethod Algorithm="`+exclusiveURI+`"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="`...)
	dst = append(dst, f.algorithm.URI...)
	dst = append(dst, `"></ds:SignatureMethod><ds:Reference Id="`...)
	dst = append(dst, f.id...)
	dst = append(dst, `-content" URI="#`+contentID+`">`...)
	dst = appendDigest(dst, f.reference, f.content)
	dst = append(dst, `<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#`...)
	dst = append(dst, f.id...)
	dst = append(dst, `-properties">`...)
	dst = appendDigest(dst, f.reference, f.properties)
	return append(dst, `</ds:SignedInfo>`...)
}

func appendDigest(dst []byte, method *Digest, value []byte) []byte {
	dst = append(dst, exclusiveStep+`<ds:DigestMethod Algorithm="`...)
	dst = append(dst, method.URI...)
	dst = append(dst, `"></ds:DigestMethod><ds:DigestValue>`...)
	dst = base64.StdEncoding.AppendEncode(dst, value)
	return append(dst, `</ds:DigestValue></ds:Reference>`...)
}

// sealProperties is what the SignedProperties of a seal depend on.
type sealProperties struct {
	id          string // of the signature
	signingTime time.Time
	reference   *Digest
	certificate []byte // digest of its DER
}

// append writes SignedProperties (ETSI EN 319 132-1 §5.2 and, for level B-B,
// §6.3): when, with which certificate, and what kind of data was signed.
func (f *sealProperties) append(dst []byte) []byte {
	dst = f.appendStart(dst)
	dst = f.signingTime.UTC().AppendFormat(dst, time.RFC3339Nano)
	return f.appendRest(dst)
}

func (f *sealProperties) appendStart(dst []byte) []byte {
	dst = append(dst, propertiesApex+` Id="`...)
	dst = append(dst, f.id...)
	return append(dst, `-properties"><xades:SignedSignatureProperties><xades:SigningTime>`...)
}

func (f *sealProperties) appendRest(dst []byte) []byte {
	dst = append(dst, `</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod`+declareDS+` Algorithm="`...)
	dst = append(dst, f.reference.URI...)
	dst = append(dst, `"></ds:DigestMethod><ds:DigestValue`+declareDS+`>`...)
	dst = base64.StdEncoding.AppendEncode(dst, f.certificate)
	dst = append(dst, `</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>`+
		`<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#`...)
	dst = append(dst, f.id...)
	return append(dst, `-content"><xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat></xades:SignedDataObjectProperties></xades:SignedProperties>`...)
}
