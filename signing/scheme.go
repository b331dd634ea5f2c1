package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
)

// defaultUserID is the identity that enters Z of an SM2 signature where the
// parties agreed on no other (GB/T 35276).
var defaultUserID = []byte("1234567812345678")

// sm2Options says how a counterpart writes SM2 signatures.
type sm2Options struct {
	userID []byte // for Z
	der    bool   // the value may be ASN.1 DER
}

// sign signs a message by a, as XML Signature writes the value: for ECDSA and
// SM2 the two numbers, r then s, each as long as the curve's order.
func (a *Algorithm) sign(signer crypto.Signer, message, userID []byte) ([]byte, error) {
	switch a.family {
	case familyRSA, familyECDSA:
		return a.signDigest(signer, message)
	case familyEd25519:
		signature, err := signer.Sign(rand.Reader, message, crypto.Hash(0))
		if err != nil {
			return nil, fmt.Errorf("sign by %s: %w", a.Name, err)
		}
		return signature, nil
	case familySM2:
		if len(userID) == 0 {
			userID = defaultUserID
		}
		der, err := signer.Sign(rand.Reader, message, sm2.NewSM2SignerOption(true, userID))
		if err != nil {
			return nil, fmt.Errorf("sign by %s: %w", a.Name, err)
		}
		return fixedFromDER(der, 32)
	case noFamily:
	}
	return nil, refusal(a.Code, a.Name+" is refused: "+a.Why)
}

func (a *Algorithm) signDigest(signer crypto.Signer, message []byte) ([]byte, error) {
	var buffer [64]byte
	h := a.digest.new()
	_, _ = h.Write(message) // a hash never fails
	signature, err := signer.Sign(rand.Reader, h.Sum(buffer[:0]), a.digest.hash)
	if err != nil {
		return nil, fmt.Errorf("sign by %s: %w", a.Name, err)
	}
	if a.family == familyRSA {
		return signature, nil
	}
	return fixedFromDER(signature, orderSize(signer.Public().(*ecdsa.PublicKey)))
}

// orderSize is the length in bytes of each half of a signature.
func orderSize(key *ecdsa.PublicKey) int { return (key.Params().N.BitLen() + 7) / 8 }

// verify checks a signature over a message, or returns a *Refusal. The key
// must be of the algorithm's family, and the algorithm allowed.
func (a *Algorithm) verify(public crypto.PublicKey, message, signature []byte, o sm2Options) error {
	f, why := familyOf(public)
	if f == noFamily {
		return refusal(CodeAlgorithm, why)
	}
	if f != a.family {
		return refusal(CodeAlgorithm, "the signature names "+a.Name+", which the signer's key is not for")
	}
	if len(signature) < valueSize(public) && !o.der {
		return refusal(CodeTruncated, "the signature's value is shorter than the signer's key makes it")
	}
	if !a.holds(public, message, signature, o) {
		return refusal(CodeValue, "the signature is not that of the signer's key over what stands there")
	}
	return nil
}

// valueSize is the length of every signature by a key.
func valueSize(public crypto.PublicKey) int {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return key.Size()
	case *ecdsa.PublicKey:
		return 2 * orderSize(key)
	}
	return ed25519.SignatureSize
}

func (a *Algorithm) holds(public crypto.PublicKey, message, signature []byte, o sm2Options) bool {
	var buffer [64]byte
	var digest []byte
	if a.digest != nil {
		h := a.digest.new()
		_, _ = h.Write(message) // a hash never fails
		digest = h.Sum(buffer[:0])
	}
	switch key := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, a.digest.hash, digest, signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, signature)
	case *ecdsa.PublicKey:
		var der [maxDER]byte
		if a.family == familyECDSA {
			written, ok := derFromFixed(der[:0], signature, orderSize(key))
			return ok && ecdsa.VerifyASN1(key, digest, written)
		}
		return holdsSM2(key, message, signature, o)
	}
	return false
}

func holdsSM2(key *ecdsa.PublicKey, message, signature []byte, o sm2Options) bool {
	userID := o.userID
	if len(userID) == 0 {
		userID = defaultUserID
	}
	var der [maxDER]byte
	written, ok := derFromFixed(der[:0], signature, orderSize(key))
	if !ok && o.der {
		// Read and written again, so that one value has one form.
		fixed, err := fixedFromDER(signature, orderSize(key))
		if err != nil {
			return false
		}
		written, ok = derFromFixed(der[:0], fixed, orderSize(key))
	}
	return ok && sm2.VerifyASN1WithSM2(key, userID, message, written)
}
