//go:build pkcs11

package hardware

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/miekg/pkcs11"

	"beibu/signing"
)

// Signer returns the private key with a label as a signing.ContextSigner, for RSA
// and ECDSA. The public key is that of its certificate; a signature on trial makes
// sure that they belong together. PKCS #11 has no common mechanism for SM2.
func (t *Token) Signer(label string, public crypto.PublicKey) (signing.ContextSigner, error) {
	switch public.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
	default:
		return nil, errors.New("use hardware key: it must be RSA or ECDSA")
	}
	s := &signer{token: t, label: label, public: public}
	if err := s.try(); err != nil {
		return nil, fmt.Errorf("use hardware key %s: %w", label, err)
	}
	return s, nil
}

type signer struct {
	token  *Token
	label  string
	public crypto.PublicKey
}

// Public returns the public key.
func (s *signer) Public() crypto.PublicKey { return s.public }

// digestInfo starts DigestInfo for RSA (RFC 8017 §9.2, note 1).
var digestInfo = map[crypto.Hash][]byte{
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
	crypto.SHA384: {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40},
}

// Sign is SignContext for whoever waits as long as it takes.
func (s *signer) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.SignContext(context.Background(), random, digest, opts)
}

// SignContext signs a digest by PKCS #1 v1.5 or ECDSA, whose signature it
// returns in ASN.1. The hardware makes its own random numbers. If ctx ends
// first, nobody waits for the hardware any longer.
func (s *signer) SignContext(ctx context.Context, _ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if len(digest) != opts.HashFunc().Size() {
		return nil, errors.New("sign in hardware: the digest has another length than its hash")
	}
	if _, isRSA := s.public.(*rsa.PublicKey); isRSA {
		prefix, known := digestInfo[opts.HashFunc()]
		if _, isPSS := opts.(*rsa.PSSOptions); isPSS || !known {
			return nil, errors.New("sign in hardware: RSA is by PKCS #1 v1.5 with SHA-256, SHA-384 or SHA-512")
		}
		return s.raw(ctx, pkcs11.CKM_RSA_PKCS, slices.Concat(prefix, digest))
	}
	fixed, err := s.raw(ctx, pkcs11.CKM_ECDSA, digest)
	if err != nil {
		return nil, err
	}
	half := len(fixed) / 2
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(fixed[:half]), new(big.Int).SetBytes(fixed[half:])})
}

func (s *signer) raw(ctx context.Context, mechanism uint, message []byte) ([]byte, error) {
	return s.token.do(ctx, func(in *session) ([]byte, error) { return in.sign(s.label, mechanism, message) })
}

// try signs something and verifies it by the public key.
func (s *signer) try() error {
	digest := sha256.Sum256([]byte("beibu: is this the key of the certificate?"))
	signature, err := s.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return err
	}
	good := false
	switch public := s.public.(type) {
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(public, digest[:], signature)
	}
	if !good {
		return errors.New("it is not the key of the certificate")
	}
	return nil
}
