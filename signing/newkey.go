package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// lifetime is how long a certificate holds that is made here.
const lifetime = 10 * 365 * 24 * time.Hour

// KeyKinds returns the kinds of keys that NewKeyPEM makes.
func KeyKinds() []string {
	return []string{"ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048", "rsa-3072", "sm2"}
}

// NewKeyPEM makes a key of a kind, with a certificate of its own for a common
// name, valid from a day before now for ten years: the clocks of those who seal
// with it and of those who verify differ, and are set right one day. It returns
// both in PEM, as ParseKey reads them.
func NewKeyPEM(kind, commonName string, now time.Time) ([]byte, error) {
	key, err := generate(kind)
	if err != nil {
		return nil, fmt.Errorf("make %s key: %w", kind, err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make %s key: %w", kind, err)
	}
	start := now.UTC().Truncate(time.Second).AddDate(0, 0, -1)
	template := &smx509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: commonName},
		NotBefore: start, NotAfter: start.Add(lifetime),
		KeyUsage: smx509.KeyUsageDigitalSignature | smx509.KeyUsageContentCommitment, BasicConstraintsValid: true,
	}
	certificate, err := smx509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	private, err := privatePEM(key)
	if err != nil {
		return nil, err
	}
	return slices.Concat(private, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})), nil
}

func generate(kind string) (crypto.Signer, error) {
	switch kind {
	case "ecdsa-p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ecdsa-p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case "rsa-2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "rsa-3072":
		return rsa.GenerateKey(rand.Reader, 3072)
	case "sm2":
		return sm2.GenerateKey(rand.Reader)
	}
	return nil, fmt.Errorf("the kind must be one of %v", KeyKinds())
}

// NewRequestPEM returns a request for a certificate (PKCS #10, RFC 2986; for
// SM2 as GM/T 0092 has it) for key, in PEM.
func NewRequestPEM(key crypto.Signer, subject pkix.Name) ([]byte, error) {
	der, err := smx509.CreateCertificateRequest(rand.Reader, &smx509.CertificateRequest{Subject: subject}, key)
	if err != nil {
		return nil, fmt.Errorf("make certificate request: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

// WithCertificate returns a key in PEM with another certificate for it, such
// as one that an authority has issued on request.
func WithCertificate(keyPEM, certificatePEM []byte) ([]byte, error) {
	key, err := parsePrivate(keyPEM)
	if err != nil {
		return nil, err
	}
	certificate, err := ParseCertificatePEM(certificatePEM)
	if err != nil {
		return nil, err
	}
	if _, err := (&Key{ID: "to import", Signer: key, Certificate: certificate}).algorithm(); err != nil {
		return nil, err
	}
	private, err := privatePEM(key)
	if err != nil {
		return nil, err
	}
	return slices.Concat(private, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})), nil
}

func newReceiptPEM() ([]byte, error) {
	key, err := generate("ed25519")
	if err != nil {
		return nil, err
	}
	return privatePEM(key)
}

func privatePEM(key crypto.Signer) ([]byte, error) {
	der, err := smx509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("write private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
