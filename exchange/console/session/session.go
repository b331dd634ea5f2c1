// Package session seals what a browser keeps of a person who has signed in. A session is
// a cookie and nothing else: no node stores it, and every node with the same secret reads
// it. It says who signed in and when. What that person may do is decided at each request,
// by the configuration in force.
package session

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beibu/exchange/access"
)

// A Session is who signed in, by what, and when.
type Session struct {
	ID            string             `json:"i,omitempty"` // in the record; "" of an earlier version
	Name          string             `json:"n"`           // of the credential, or of the person at the identity provider
	Fingerprint   access.Fingerprint `json:"f"`           // of the secret that was shown; zero of a Person
	ByCertificate bool               `json:"x,omitempty"` // the secret is a client certificate, which every request has to show
	Person        *access.Person     `json:"p,omitempty"` // whom an issuer of identities has signed in, or nil
	Began         time.Time          `json:"b"`
	Seen          time.Time          `json:"s"` // about when it was last used
}

// A SignIn is what the browser keeps of a person who is at an issuer of identities.
type SignIn struct {
	State    string    `json:"s"` // State, Nonce and Verifier are what the answer of the issuer has to fit
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Back     string    `json:"p"` // the page of the console that the person comes back to
	Began    time.Time `json:"b"`
}

// Limits end sessions.
type Limits struct {
	Idle    time.Duration // since the last use
	Longest time.Duration // since the beginning
}

// renewal is after how much of [Limits.Idle] a session that is in use is sealed again.
const renewal = 10

// Ended reports whether a session is over at a time, or begins after it.
func (l Limits) Ended(s Session, at time.Time) bool {
	return at.Sub(s.Seen) >= l.Idle || at.Sub(s.Began) >= l.Longest || s.Began.Sub(at) > time.Minute
}

// Due reports whether a session that is in use at a time should be sealed again.
func (l Limits) Due(s Session, at time.Time) bool { return at.Sub(s.Seen) >= l.Idle/renewal }

// MaxSealed bounds a sealed session, in bytes: browsers keep cookies of 4 KiB.
const MaxSealed = 3 << 10

// ErrTooLong means that a session has too many claims for a cookie.
var ErrTooLong = errors.New("session is too long for a cookie")

// ErrUnknown means that bytes are no session that this secret has sealed.
var ErrUnknown = errors.New("not a session of this exchange")

// A Sealer seals sessions with AES-256-GCM (NIST SP 800-38D), so that nobody else can read
// or make one. It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// purpose separates the key of sessions from whatever else is made of the same secret,
// and signIn and proof what is sealed for a sign-in and a sign-out from sessions.
const (
	purpose = "beibu console session 1"
	signIn  = "beibu console sign-in 1"
	proof   = "beibu console sign-out 1"
)

// NewSealer returns the sealer of a secret of at least 32 bytes (HKDF, RFC 5869).
func NewSealer(secret []byte) (*Sealer, error) {
	if len(secret) < sha256.Size {
		return nil, fmt.Errorf("make session sealer: a secret of %d bytes is too short", len(secret))
	}
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key of sessions: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make session sealer: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make session sealer: %w", err)
	}
	return &Sealer{aead}, nil
}

// Seal returns a session as the value of a cookie. It fails with ErrTooLong.
func (s *Sealer) Seal(one Session) (string, error) { return s.seal(purpose, one) }

// SealSignIn returns a sign-in as the value of a cookie, which is no session.
func (s *Sealer) SealSignIn(one SignIn) (string, error) { return s.seal(signIn, one) }

// SealToken returns the ID token by which an issuer knows who signs out, as the value of a
// cookie, which is no session. It fails with ErrTooLong.
func (s *Sealer) SealToken(token string) (string, error) { return s.seal(proof, token) }

func (s *Sealer) seal(as string, one any) (string, error) {
	plain, err := json.Marshal(one)
	if err != nil {
		return "", fmt.Errorf("seal session: %w", err)
	}
	sealed := base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(as))) //nolint:gosec // it makes its own nonce
	if len(sealed) > MaxSealed {
		return "", ErrTooLong
	}
	return sealed, nil
}

// Open returns the session in the value of a cookie, or ErrUnknown.
func (s *Sealer) Open(value string) (one Session, err error) {
	err = s.open(purpose, value, &one)
	return one, err
}

// OpenSignIn returns the sign-in in the value of a cookie, or ErrUnknown.
func (s *Sealer) OpenSignIn(value string) (one SignIn, err error) {
	err = s.open(signIn, value, &one)
	return one, err
}

// OpenToken returns the ID token in the value of a cookie, or ErrUnknown.
func (s *Sealer) OpenToken(value string) (token string, err error) {
	err = s.open(proof, value, &token)
	return token, err
}

func (s *Sealer) open(as, value string, into any) error {
	if len(value) > MaxSealed {
		return ErrUnknown
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil {
		return ErrUnknown
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(as))
	if err != nil {
		return ErrUnknown
	}
	reader := json.NewDecoder(bytes.NewReader(plain))
	reader.DisallowUnknownFields()
	if err := reader.Decode(into); err != nil {
		return ErrUnknown
	}
	return nil
}
