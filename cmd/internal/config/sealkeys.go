package config

import (
	"fmt"
	"strings"

	"beibu/cmd/internal/hsm"
	"beibu/cmd/internal/keyring"
	"beibu/signing"
)

// A LoadedKey is a key that seals: one at hand, or one in hardware, which the
// daemon opens. Nothing speaks to hardware while a configuration is read.
type LoadedKey struct {
	Key      signing.Key
	Hardware *hsm.Key // or nil
}

// maxSessions is the most sessions with one token.
const maxSessions = 256

// longestUserID is how long an SM2 user id may be: its length in bits is written
// in two bytes (GB/T 32918.2 §5.5).
const longestUserID = 1<<16/8 - 1

// loadSealKeys reads the keys that seal beside the daemon's own.
func (l *Loaded) loadSealKeys(src *source) {
	if len(l.Seal.UserID) > longestUserID {
		src.note("seal.userID", "it must not be longer than %d bytes", longestUserID)
	}
	for i, k := range l.Seal.Keys {
		at := fmt.Sprintf("seal.keys[%d]", i)
		switch inHardware := k.PKCS11 != (PKCS11{}); {
		case inHardware == (k.File != ""):
			src.note(at, "it must be a file or pkcs11")
		case inHardware:
			if key := src.hardwareKey(at+".pkcs11", k.PKCS11); key != nil {
				l.SealKeys = append(l.SealKeys, LoadedKey{Hardware: key})
			}
		default:
			key, err := keyring.ReadKey(k.File, "")
			if err != nil {
				src.note(at, "%s", cause(err))
				continue
			}
			key.UserID = []byte(l.Seal.UserID)
			l.SealKeys = append(l.SealKeys, LoadedKey{Key: key})
		}
	}
}

// hardwareKey reads the place of a key in hardware, or notes why it cannot be used.
func (s *source) hardwareKey(at string, p PKCS11) *hsm.Key {
	before := len(s.mistakes)
	if !hsm.Built {
		s.note(at, "%s", hsm.ErrNotBuilt)
	}
	for key, value := range map[string]string{"token": p.Token, "label": p.Label} {
		if value == "" {
			s.note(at, "%s is missing", key)
		}
	}
	if p.Sessions < 0 || p.Sessions > maxSessions {
		s.note(at+".sessions", "%d is not between 1 and %d", p.Sessions, maxSessions)
	}
	s.needsFile(at+".module", p.Module)
	key := &hsm.Key{Module: p.Module, Token: p.Token, Label: p.Label, Sessions: p.Sessions, PIN: s.pin(at+".pinFile", p.PINFile)}
	if key.Certificate = s.certificate(at+".certificate", p.Certificate); key.Certificate != nil {
		algorithm, err := signing.AlgorithmFor(key.Certificate.PublicKey)
		if err != nil || !strings.HasPrefix(algorithm.Name, "rsa-") && !strings.HasPrefix(algorithm.Name, "ecdsa-") {
			s.note(at+".certificate", "a key in hardware must be RSA or ECDSA")
		}
	}
	if len(s.mistakes) > before {
		return nil
	}
	return key
}

// needsFile notes a file that is not named, or cannot be looked at.
func (s *source) needsFile(key, path string) {
	if path == "" {
		s.note(key, "it is missing")
	}
	s.checkFile(key, path)
}

// pin reads a PIN.
func (s *source) pin(key, path string) string {
	if path == "" {
		s.note(key, "it is missing")
	}
	return s.secret(key, path)
}
