package signing

import (
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/smx509"
)

// A time-stamping authority (RFC 3161) may add to a seal when it existed at the
// latest. The exchange asks it after a document was accepted, never before.

var (
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA1        = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidMD5         = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 5}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
)

// messageImprint is what is time-stamped (RFC 3161 §2.4.1).
type messageImprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

// timestampRequest is TimeStampReq, without a nonce: the imprint of a seal
// covers that seal alone, so an old answer is as good as a new one.
type timestampRequest struct {
	Version int
	Imprint messageImprint
	CertReq bool
}

// timestampResponse is TimeStampResp (RFC 3161 §2.4.2).
type timestampResponse struct {
	Status struct {
		Status   int
		Text     asn1.RawValue  `asn1:"optional,tag:16"`
		FailInfo asn1.BitString `asn1:"optional"`
	}
	Token asn1.RawValue `asn1:"optional"`
}

// timestampInfo is TSTInfo (RFC 3161 §2.4.2) up to what is used of it.
type timestampInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint messageImprint
	Serial  *big.Int
	Time    time.Time       `asn1:"generalized"`
	Rest    []asn1.RawValue `asn1:"optional"`
}

// TimestampQuery verifies an envelope as OpenEnvelope does, and returns what to
// ask an authority to time-stamp one of its seals: the body of a request of
// type application/timestamp-query.
func TimestampQuery(envelope []byte, trust Trust, sealID string) ([]byte, error) {
	o := openers.Get().(*opener)
	defer o.putBack()
	o.keepsStampables = true
	if _, err := o.open(envelope, trust); err != nil {
		return nil, err
	}
	value, _, err := o.stampable(sealID)
	if err != nil {
		return nil, err
	}
	return timestampQuery(value)
}

// AddTimestamp verifies an envelope and an authority's answer, and returns the
// envelope with the time stamp in its seal, which is of level XAdES B-T then
// (ETSI EN 319 132-1 §5.3, §6.3). No signature changes. It refuses an answer
// by an authority that trust does not know.
func AddTimestamp(envelope []byte, trust Trust, sealID string, answer []byte) ([]byte, error) {
	o := openers.Get().(*opener)
	defer o.putBack()
	o.keepsStampables = true
	if _, err := o.open(envelope, trust); err != nil {
		return nil, err
	}
	value, at, err := o.stampable(sealID)
	if err != nil {
		return nil, err
	}
	token, err := tokenOf(answer)
	if err != nil {
		return nil, err
	}
	stamp, err := readTimestamp(token, value, trust.authorities)
	if err != nil {
		return nil, err
	}
	if !stamp.trusted {
		return nil, refusal(CodeUntrusted, "the time stamp is by an authority that is not trusted")
	}
	return slices.Concat(envelope[:at], []byte(stampOpen+base64.StdEncoding.EncodeToString(token)+stampClose), envelope[at:]), nil
}

const (
	stampOpen = `<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>` +
		`<ds:CanonicalizationMethod Algorithm="` + exclusiveURI + `"></ds:CanonicalizationMethod><xades:EncapsulatedTimeStamp>`
	stampClose = `</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp></xades:UnsignedSignatureProperties></xades:UnsignedProperties>`
)

// stampable returns the bytes of a seal that a time stamp covers, its value in
// canonical form, and the offset at which the time stamp goes.
func (o *opener) stampable(sealID string) (value []byte, at int, err error) {
	for _, s := range o.stampables {
		if s.id != sealID {
			continue
		}
		if s.stamped {
			return nil, 0, refusal(CodeTimestamp, "the seal has a time stamp already")
		}
		return s.value, s.at, nil
	}
	return nil, 0, refusal(CodeTimestamp, "the envelope has no seal with this Id")
}

// stampable is a seal that a time stamp can be added to.
type stampable struct {
	id      string
	value   []byte
	at      int
	stamped bool
}

// timestampQuery asks for a time stamp over data.
func timestampQuery(data []byte) ([]byte, error) {
	digest := sha256.Sum256(data)
	query, err := asn1.Marshal(timestampRequest{
		Version: 1, CertReq: true,
		Imprint: messageImprint{pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}, digest[:]},
	})
	if err != nil {
		return nil, fmt.Errorf("write time-stamp query: %w", err)
	}
	return query, nil
}

// tokenOf takes the token out of an authority's answer.
func tokenOf(answer []byte) ([]byte, error) {
	var response timestampResponse
	if rest, err := asn1.Unmarshal(answer, &response); err != nil || len(rest) > 0 {
		return nil, refusal(CodeTimestamp, "the authority's answer is no TimeStampResp")
	}
	const granted, grantedWithMods = 0, 1
	if s := response.Status.Status; s != granted && s != grantedWithMods || len(response.Token.FullBytes) == 0 {
		return nil, refusal(CodeTimestamp, fmt.Sprintf("the authority refused with status %d (RFC 3161 §2.4.2)", s))
	}
	return response.Token.FullBytes, nil
}

// largestToken bounds what is parsed, in bytes.
const largestToken = 64 << 10

// A timestamp is a token that was found to hold over what it should.
type timestamp struct {
	time    time.Time
	trusted bool // the authority comes from one of the roots
}

// readTimestamp verifies a token over data. It must be by one signer whose
// certificate is in the token, and for nothing but time stamps.
func readTimestamp(token, data []byte, roots *smx509.CertPool) (timestamp, error) {
	wrong := func(reason string) (timestamp, error) { return timestamp{}, refusal(CodeTimestamp, reason) }
	if len(token) > largestToken {
		return wrong("the time stamp is too large")
	}
	signed, err := pkcs7.Parse(token)
	if err != nil {
		return wrong("the time stamp cannot be read")
	}
	var kind asn1.ObjectIdentifier
	if err := signed.UnmarshalSignedAttribute(oidContentType, &kind); err != nil || !kind.Equal(oidTSTInfo) {
		return wrong("the time stamp is something else that was signed")
	}
	var info timestampInfo
	if _, err := asn1.Unmarshal(signed.Content, &info); err != nil || info.Version != 1 {
		return wrong("the time stamp cannot be read")
	}
	digest := sha256.Sum256(data)
	if !info.Imprint.Algorithm.Algorithm.Equal(oidSHA256) || !slices.Equal(info.Imprint.Digest, digest[:]) {
		return wrong("the time stamp is for something else")
	}
	signer := signed.GetOnlySigner()
	if signer == nil || !slices.Equal(signer.ExtKeyUsage, []smx509.ExtKeyUsage{smx509.ExtKeyUsageTimeStamping}) {
		return wrong("the time stamp is not by one authority for time stamps")
	}
	if digest := signed.Signers[0].DigestAlgorithm.Algorithm; digest.Equal(oidSHA1) || digest.Equal(oidMD5) {
		return wrong("the time stamp is by SHA-1 or MD5")
	}
	if err := signed.Verify(); err != nil {
		return wrong("the time stamp does not hold")
	}
	if !namesSigner(signed, signer) {
		return wrong("the time stamp does not name the certificate of its authority")
	}
	return timestamp{info.Time, isAuthority(signer, signed.Certificates, roots, info.Time)}, nil
}

// isAuthority reports whether a certificate leads to a root at a time.
func isAuthority(c *Certificate, others []*Certificate, roots *smx509.CertPool, at time.Time) bool {
	if roots == nil {
		return false
	}
	intermediates := smx509.NewCertPool()
	for _, other := range others {
		intermediates.AddCert(other)
	}
	_, err := c.Verify(smx509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []smx509.ExtKeyUsage{smx509.ExtKeyUsageTimeStamping},
	})
	return err == nil
}
