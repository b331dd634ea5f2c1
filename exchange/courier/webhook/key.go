package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The prefixes of keys in their text form, as Standard Webhooks 1.0.0 gives them.
const (
	prefixSecret  = "whsec_"
	prefixPrivate = "whsk_"
	prefixPublic  = "whpk_"
)

// The bounds of an HMAC secret, in bytes, of the standard.
const (
	minSecret = 24
	maxSecret = 64
)

// A Key signs what is pushed: by Ed25519 (v1a), or by HMAC-SHA-256 with a secret that the
// receiver has too (v1).
type Key struct {
	private ed25519.PrivateKey
	secret  []byte
}

// ParseKey reads a key: "whsk_" with the base64 of an Ed25519 seed of 32 bytes or a
// private key of 64, or "whsec_" with the base64 of a secret of 24 to 64 bytes. Its error
// does not quote the text.
func ParseKey(text string) (Key, error) {
	encoded, asymmetric := strings.CutPrefix(text, prefixPrivate)
	secret, symmetric := strings.CutPrefix(text, prefixSecret)
	if symmetric {
		encoded = secret
	}
	if !asymmetric && !symmetric {
		return Key{}, fmt.Errorf("a key begins with %s (Ed25519) or %s (HMAC)", prefixPrivate, prefixSecret)
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err != nil:
		return Key{}, errors.New("what follows the prefix of a key is base64")
	case asymmetric && len(raw) == ed25519.SeedSize:
		return Key{private: ed25519.NewKeyFromSeed(raw)}, nil
	case asymmetric && len(raw) == ed25519.PrivateKeySize && ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize]).Equal(ed25519.PrivateKey(raw)):
		return Key{private: raw}, nil
	case asymmetric:
		return Key{}, fmt.Errorf("an Ed25519 key is its seed of %d bytes or its %d bytes, in base64", ed25519.SeedSize, ed25519.PrivateKeySize)
	case len(raw) < minSecret || len(raw) > maxSecret:
		return Key{}, fmt.Errorf("a secret has %d to %d bytes, in base64", minSecret, maxSecret)
	}
	return Key{secret: raw}, nil
}

// Public returns what the receiver verifies by, "whpk_" with base64, or "" for a secret.
func (k Key) Public() string {
	if k.private == nil {
		return ""
	}
	public := k.private[ed25519.PrivateKeySize-ed25519.PublicKeySize:]
	return prefixPublic + base64.StdEncoding.EncodeToString(public)
}

// sign returns one signature of a message, with its version.
func (k Key) sign(message []byte) string {
	if k.private != nil {
		return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, message))
	}
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(message)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signatures returns the value of webhook-signature: one for each key, so that the
// receiver may know the old one or the new one while a key is rotated.
func signatures(keys []Key, id string, at time.Time, body []byte) string {
	message := make([]byte, 0, len(id)+len(body)+22)
	message = append(append(message, id...), '.')
	message = append(strconv.AppendInt(message, at.Unix(), 10), '.')
	message = append(message, body...)
	all := make([]string, 0, len(keys))
	for _, k := range keys {
		all = append(all, k.sign(message))
	}
	return strings.Join(all, " ")
}
