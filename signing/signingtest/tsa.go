package signingtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/smx509"
)

// A TSA is a time-stamping authority (RFC 3161) for tests that need no second
// opinion. Its fields make it err.
type TSA struct {
	Root     *smx509.Certificate // that issued its certificate
	Now      func() time.Time    // its clock
	Unnamed  bool                // leave out the name of its certificate
	Mistaken bool                // name another certificate
	Denied   bool                // refuse to stamp

	tb          testing.TB
	certificate *smx509.Certificate
	key         *ecdsa.PrivateKey
}

// NewTSA makes an authority under a root of its own.
func NewTSA(tb testing.TB) *TSA {
	tb.Helper()
	a := &TSA{tb: tb, Now: time.Now}
	now := time.Now().Truncate(time.Second)
	rootKey := a.newKey()
	root := &smx509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "time root"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: smx509.KeyUsageCertSign,
	}
	a.Root = a.certify(root, root, rootKey, rootKey)
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	a.must(err)
	a.key = a.newKey()
	a.certificate = a.certify(&smx509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "time"}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage:        smx509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}, a.Root, a.key, rootKey)
	return a
}

// RootPEM returns the root for a file.
func (a *TSA) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})
}

func (a *TSA) must(err error) {
	a.tb.Helper()
	if err != nil {
		a.tb.Fatal(err)
	}
}

func (a *TSA) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	return key
}

func (a *TSA) certify(c, issuer *smx509.Certificate, key, by *ecdsa.PrivateKey) *smx509.Certificate {
	der, err := smx509.CreateCertificate(rand.Reader, c, issuer, key.Public(), by)
	a.must(err)
	made, err := smx509.ParseCertificate(der)
	a.must(err)
	return made
}

// Answer returns the answer to a query, or nil if it is none. It may be
// called by any goroutine.
func (a *TSA) Answer(query []byte) []byte {
	var asked struct {
		Version int
		Imprint asn1.RawValue
		Rest    []asn1.RawValue `asn1:"optional"`
		CertReq bool            `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(query, &asked); err != nil {
		return nil
	}
	type status struct{ Status int }
	if a.Denied {
		return a.marshal(struct{ Status status }{status{2}})
	}
	content := a.marshal(struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint asn1.RawValue
		Serial  *big.Int
		Time    time.Time `asn1:"generalized"`
	}{1, asn1.ObjectIdentifier{1, 2, 3, 4}, asked.Imprint, big.NewInt(7), a.Now().UTC().Truncate(time.Second)})
	return a.marshal(struct {
		Status status
		Token  asn1.RawValue
	}{status{0}, asn1.RawValue{FullBytes: a.token(content)}})
}

func (a *TSA) token(content []byte) []byte {
	signed, err := pkcs7.NewSignedData(content)
	if err != nil {
		return nil
	}
	signed.GetSignedData().ContentInfo.ContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	signed.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	named := a.certificate.Raw
	if a.Mistaken {
		named = a.Root.Raw
	}
	digest := sha256.Sum256(named)
	type certificate struct{ Digest []byte }
	attributes := []pkcs7.Attribute{{
		Type:  asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}, // SigningCertificateV2 (RFC 5035)
		Value: struct{ Certificates []certificate }{[]certificate{{digest[:]}}},
	}}
	if a.Unnamed {
		attributes = nil
	}
	err = signed.AddSigner(a.certificate, a.key, pkcs7.SignerInfoConfig{ExtraSignedAttributes: attributes})
	if err != nil {
		return nil
	}
	token, err := signed.Finish()
	if err != nil {
		return nil
	}
	return token
}

func (a *TSA) marshal(v any) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		return nil
	}
	return der
}
