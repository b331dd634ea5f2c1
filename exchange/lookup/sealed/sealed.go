// Package sealed puts the names of holders, which people search for, into a form that can
// be part of an address. A name is personal data, and addresses are kept by browsers and
// logged by proxies. The digest by which the index finds a name has no key, so it can be
// guessed by trying names; a sealed one says nothing to anybody but the daemons of this
// exchange.
package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"beibu/exchange/lookup"
)

// A Holder is the name of a holder that somebody gave, as the index finds it.
type Holder struct {
	Term  lookup.Term
	Given time.Time // to the second
}

// Shown is what a page or an answer shows in the place of a name.
const Shown = "●●●"

// ErrUnknown means that a text is nothing that this secret has sealed, such as a name.
var ErrUnknown = errors.New("not a sealed name of this exchange")

// ErrNothing means that a name has neither a letter nor a digit.
var ErrNothing = errors.New("a name has at least one letter or digit")

// A Sealer seals names with AES-256-GCM (NIST SP 800-38D). What it has sealed stays valid
// as long as the secret does, so that a search can be saved. It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// purpose separates the key from whatever else is made of the same secret.
const purpose = "beibu holder 1"

// digestSize is how many bytes the value of a term for a holder has, in hexadecimal.
const digestSize = 16

// NewSealer returns the sealer of a secret of at least 32 bytes (HKDF, RFC 5869).
func NewSealer(secret []byte) (*Sealer, error) {
	if len(secret) < sha256.Size {
		return nil, fmt.Errorf("make sealer of names: a secret of %d bytes is too short", len(secret))
	}
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key of names: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make sealer of names: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make sealer of names: %w", err)
	}
	return &Sealer{aead}, nil
}

// Seal returns a name that was given at a time, in characters that an address can have. It
// fails with ErrNothing.
func (s *Sealer) Seal(name string, at time.Time) (string, error) {
	digest, err := hex.DecodeString(lookup.TermOf(lookup.Holder, name).Value)
	if err != nil || len(digest) != digestSize {
		return "", ErrNothing
	}
	plain := binary.BigEndian.AppendUint64(digest, uint64(at.Unix()))                               //nolint:gosec // the bits, read back as they were
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(purpose))), nil //nolint:gosec // it makes its own nonce
}

// Open returns what Seal was given, or ErrUnknown.
func (s *Sealer) Open(text string) (Holder, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return Holder{}, ErrUnknown
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(purpose))
	if err != nil || len(plain) != digestSize+8 {
		return Holder{}, ErrUnknown
	}
	at := int64(binary.BigEndian.Uint64(plain[digestSize:])) //nolint:gosec // the bits, as they were written
	return Holder{lookup.Term{Role: lookup.Holder, Value: hex.EncodeToString(plain[:digestSize])}, time.Unix(at, 0).UTC()}, nil
}
