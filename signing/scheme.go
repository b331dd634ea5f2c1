package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"sync"

	"github.com/emmansun/gmsm/sm2"
)

// defaultUserID is the identity that enters Z of an SM2 signature if the
// parties agreed on no other (GB/T 35276).
var defaultUserID = []byte("1234567812345678")

// sm2Options says how a counterpart writes SM2 signatures.
type sm2Options struct {
	userID []byte // for Z
	der    bool   // the value may be ASN.1 DER
}

// A pad is scratch space for one signature.
type pad struct {
	digest [64]byte
	der    [maxDER]byte
}

var pads = sync.Pool{New: func() any { return new(pad) }}

// nonces is the source of random numbers that a signer is given. A key in
// memory gets none, and derives the nonce of a signature from itself and what
// it signs (RFC 6979, allowed by FIPS 186-5 §6.3): no bad random number can
// give the key away, and it costs a fifth less than a nonce that is hedged by one
// (BenchmarkNonces). Hardware has its own source.
func nonces(signer crypto.Signer) io.Reader {
	switch signer.(type) {
	case *ecdsa.PrivateKey, *sm2.PrivateKey:
		return nil
	}
	return rand.Reader
}

// sign signs a message by a and appends the value to dst as XML Signature
// writes it: for ECDSA and SM2 the two numbers, r then s, each as long as the
// curve's order.
func (a *Algorithm) sign(dst []byte, signer crypto.Signer, message, userID []byte) ([]byte, error) {
	var signature []byte
	var err error
	switch a.family {
	case familyRSA, familyECDSA:
		p := pads.Get().(*pad)
		defer pads.Put(p)
		signature, err = signer.Sign(nonces(signer), a.digest.append(p.digest[:0], message), a.digest.hash)
	case familyEd25519:
		signature, err = signer.Sign(rand.Reader, message, crypto.Hash(0))
	case familySM2:
		if len(userID) == 0 {
			userID = defaultUserID
		}
		signature, err = signer.Sign(nonces(signer), message, sm2.NewSM2SignerOption(true, userID))
	case noFamily:
		return nil, refusal(a.Code, a.Name+" is refused: "+a.Why)
	}
	if err != nil {
		return nil, fmt.Errorf("sign by %s: %w", a.Name, err)
	}
	if key, isCurve := signer.Public().(*ecdsa.PublicKey); isCurve {
		return fixedFromDER(dst, signature, orderSize(key))
	}
	return append(dst, signature...), nil
}

// orderSize is the length in bytes of each half of a signature.
func orderSize(key *ecdsa.PublicKey) int { return (key.Params().N.BitLen() + 7) / 8 }

// verify checks a signature over a message, or returns a *Refusal. The key
// must be of the algorithm's family, and the algorithm allowed.
func (a *Algorithm) verify(public crypto.PublicKey, message, signature []byte, o sm2Options) error {
	f, why := familyOf(public)
	if f == noFamily {
		return refusal(CodeWeakKey, why)
	}
	if f != a.family {
		return refusal(CodeKeyType, "the signature names "+a.Name+", which the signer's key is not for")
	}
	if len(signature) < valueSize(public) && !o.der {
		return refusal(CodeTruncated, "the signature's value is shorter than the signer's key makes it")
	}
	if !a.holds(public, message, signature, o) {
		return refusal(CodeValue, "the signature is not that of the signer's key over the content that is there")
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
	p := pads.Get().(*pad)
	defer pads.Put(p)
	var digest []byte
	if a.digest != nil {
		digest = a.digest.append(p.digest[:0], message)
	}
	switch key := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, a.digest.hash, digest, signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, signature)
	case *ecdsa.PublicKey:
		if a.family == familyECDSA {
			written, ok := derFromFixed(p.der[:0], signature, orderSize(key))
			return ok && ecdsa.VerifyASN1(key, digest, written)
		}
		return p.holdsSM2(key, message, signature, o)
	}
	return false
}

func (p *pad) holdsSM2(key *ecdsa.PublicKey, message, signature []byte, o sm2Options) bool {
	userID := o.userID
	if len(userID) == 0 {
		userID = defaultUserID
	}
	written, ok := derFromFixed(p.der[:0], signature, orderSize(key))
	if !ok && o.der {
		// Read and written again, so that one value has one form.
		fixed, err := fixedFromDER(nil, signature, orderSize(key))
		if err != nil {
			return false
		}
		written, ok = derFromFixed(p.der[:0], fixed, orderSize(key))
	}
	return ok && sm2.VerifyASN1WithSM2(key, userID, message, written)
}
