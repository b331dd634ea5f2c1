package signing

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// Keys are what the exchange signs with by itself.
type Keys struct {
	Seal       Key
	Receipt    crypto.Signer  // Ed25519
	ReceiptID  string         // thumbprint of the public key (RFC 7638), for the "kid" of receipts
	SealPEM    []byte         // the certificate by which others verify seals
	ReceiptPEM []byte         // the public key by which others verify receipts (PKIX)
	Receipts   []ReceiptKey   // that one first, and the keys that sign receipts later in a log
	Earlier    []*Certificate // of keys that sealed before, the latest first
}

// Files in the folder of keys. Each holds all that belongs together, so that
// it is there whole or not at all.
const (
	sealFile    = "seal.pem"    // PKCS #8 private key and certificate
	receiptFile = "receipt.pem" // PKCS #8 private key

	earlierPrefix = "earlier-" // and the id of the key: a certificate that sealed before
)

// LoadOrCreate reads the keys in a folder. If a key is not there it is
// made: ECDSA P-256 with a certificate of its own for this common name, valid
// from an hour before now for ten years, and Ed25519 for receipts. The folder
// must be open to nobody else (0700), and the files too (0600). Several
// processes may start at once; all get the same keys.
func LoadOrCreate(dir, commonName string, now time.Time) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make key folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open key folder: %w", err)
	}
	defer root.Close() //nolint:errcheck // nothing was written through it
	if err := private(root, "."); err != nil {
		return nil, err
	}
	sealPEM, err := readOrCreate(root, sealFile, func() ([]byte, error) { return NewKeyPEM("ecdsa-p256", commonName, now) })
	if err != nil {
		return nil, err
	}
	receiptPEM, err := readOrCreate(root, receiptFile, newReceiptPEM)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(sealPEM, receiptPEM)
	if err == nil {
		keys.Receipts, err = readReceiptKeys(root, receiptPEM)
	}
	if err == nil {
		keys.Earlier, err = readEarlier(root)
	}
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// RotateSeal puts a new key and certificate in the place of those that seal.
// The old certificate stays in the folder, so that what it sealed can be
// verified; the old private key does not. To be called while no daemon is
// starting; one that runs seals with the old key until it loads the new one.
func RotateSeal(dir, commonName string, now time.Time) (*Keys, error) {
	return replaceSeal(dir, commonName, now, func([]byte) ([]byte, error) { return NewKeyPEM("ecdsa-p256", commonName, now) })
}

// ImportSeal puts another certificate for the key that seals in the place of
// the one at hand, such as one that an authority issued on request. The old
// certificate stays in the folder, since what was sealed names it. One that
// runs seals with it until it loads the new one. It fails if the certificate
// is for another key.
func ImportSeal(dir, commonName string, now time.Time, certificate []byte) (*Keys, error) {
	return replaceSeal(dir, commonName, now, func(old []byte) ([]byte, error) { return WithCertificate(old, certificate) })
}

// replaceSeal puts what change makes of the file that seals in its place, and
// keeps the old certificate.
func replaceSeal(dir, commonName string, now time.Time, change func(old []byte) ([]byte, error)) (*Keys, error) {
	keys, err := LoadOrCreate(dir, commonName, now)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open key folder: %w", err)
	}
	defer root.Close() //nolint:errcheck // what was written is synced
	old, err := root.ReadFile(sealFile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", sealFile, err)
	}
	fresh, err := change(old)
	if err != nil {
		return nil, err
	}
	if err := create(root, earlierPrefix+keys.Seal.ID+".pem", keys.SealPEM); err != nil {
		return nil, fmt.Errorf("keep old certificate: %w", err)
	}
	if err := replace(root, sealFile, fresh); err != nil {
		return nil, fmt.Errorf("replace %s: %w", sealFile, err)
	}
	return LoadOrCreate(dir, commonName, now)
}

// ParseKey reads a private key (PKCS #8; RSA, ECDSA, Ed25519 or SM2) and its
// certificate from PEM. Its id is taken from the certificate.
func ParseKey(text []byte) (Key, error) {
	certificate, err := ParseCertificatePEM(text)
	if err != nil {
		return Key{}, err
	}
	private, err := parsePrivate(text)
	if err != nil {
		return Key{}, err
	}
	digest := sha256.Sum256(certificate.Raw)
	k := Key{ID: hex.EncodeToString(digest[:8]), Signer: private, Certificate: certificate}
	_, err = k.algorithm()
	return k, err
}

func parseKeys(sealPEM, receiptPEM []byte) (*Keys, error) {
	seal, err := ParseKey(sealPEM)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", sealFile, err)
	}
	receipt, err := parsePrivate(receiptPEM)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", receiptFile, err)
	}
	public, ok := receipt.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("read %s: not an Ed25519 key", receiptFile)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("write receipt key: %w", err)
	}
	return &Keys{
		Seal: seal, Receipt: receipt, ReceiptID: thumbprint(public),
		SealPEM:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: seal.Certificate.Raw}),
		ReceiptPEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
	}, nil
}

func parsePrivate(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "PRIVATE KEY" {
			continue
		}
		key, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("parse private key: %w", err)
		}
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, errors.New("parse private key: a key that does not sign")
	}
	return nil, errors.New("parse private key: no PRIVATE KEY block in PEM")
}

// thumbprint is that of the key as a JWK (RFC 7638, RFC 8037).
func thumbprint(public ed25519.PublicKey) string {
	jwk := `{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`
	digest := sha256.Sum256([]byte(jwk))
	return base64.RawURLEncoding.EncodeToString(digest[:])
}
