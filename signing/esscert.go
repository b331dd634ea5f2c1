package signing

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // ESSCertID is by SHA-1 (RFC 2634 §5.4): see holds
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"

	"github.com/emmansun/gmsm/pkcs7"
)

// The attributes by which a token names the certificate of its signer (RFC 5035
// §5.4, RFC 5816 §2.2). One of them must be there: the certificate is found by
// its issuer and serial number alone, which anybody could write into another.
var (
	oidSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}

	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

// signingCertificate is SigningCertificate and, with algorithms,
// SigningCertificateV2. The first certificate is the signer's.
type signingCertificate struct {
	Certificates []essCertID
	Policies     asn1.RawValue `asn1:"optional"`
}

// essCertID is ESSCertID and ESSCertIDv2, which is by SHA-256 if it names no
// algorithm.
type essCertID struct {
	Algorithm    pkix.AlgorithmIdentifier `asn1:"optional"`
	Digest       []byte
	IssuerSerial issuerSerial `asn1:"optional"`
}

type issuerSerial struct {
	Issuer []asn1.RawValue // GeneralNames; the one must be a directoryName
	Serial *big.Int
}

// namesSigner reports whether a token names its signer's certificate, by every
// attribute that could.
func namesSigner(signed *pkcs7.PKCS7, signer *Certificate) bool {
	named := false
	for _, oid := range []asn1.ObjectIdentifier{oidSigningCertificate, oidSigningCertificateV2} {
		var raw asn1.RawValue
		if signed.UnmarshalSignedAttribute(oid, &raw) != nil {
			continue // it is not there
		}
		var names signingCertificate
		rest, err := asn1.Unmarshal(raw.FullBytes, &names)
		if err != nil || len(rest) > 0 || len(names.Certificates) == 0 || !names.Certificates[0].holds(signer, oid.Equal(oidSigningCertificateV2)) {
			return false
		}
		named = true
	}
	return named
}

// holds reports whether the digest is that of a certificate. SHA-1 will do in the
// first version: a forger would need a second certificate of the same digest by
// an authority that is trusted, and many authorities write nothing else.
func (id *essCertID) holds(c *Certificate, v2 bool) bool {
	var digest []byte
	switch a := id.Algorithm.Algorithm; {
	case !v2 && len(a) == 0:
		sum := sha1.Sum(c.Raw) //nolint:gosec // as the standard has it
		digest = sum[:]
	case v2 && (len(a) == 0 || a.Equal(oidSHA256)):
		sum := sha256.Sum256(c.Raw)
		digest = sum[:]
	case v2 && a.Equal(oidSHA384):
		sum := sha512.Sum384(c.Raw)
		digest = sum[:]
	case v2 && a.Equal(oidSHA512):
		sum := sha512.Sum512(c.Raw)
		digest = sum[:]
	default:
		return false
	}
	return bytes.Equal(id.Digest, digest) && id.IssuerSerial.holds(c)
}

// holds reports whether issuer and serial number, if they are given, are those
// of a certificate.
func (s *issuerSerial) holds(c *Certificate) bool {
	if s.Serial == nil {
		return true
	}
	const directoryName = 4
	return s.Serial.Cmp(c.SerialNumber) == 0 && len(s.Issuer) == 1 && s.Issuer[0].Class == asn1.ClassContextSpecific &&
		s.Issuer[0].Tag == directoryName && bytes.Equal(s.Issuer[0].Bytes, c.RawIssuer)
}
