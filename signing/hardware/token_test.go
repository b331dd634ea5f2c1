//go:build pkcs11

package hardware_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/hardware"
	"beibu/signing/hardware/hardwaretest"
	"beibu/signing/signingtest"
)

var accepted = time.Date(2026, 9, 14, 7, 30, 0, 0, time.UTC)

// softHSM sets up a token in software, with these keys in it by label.
func softHSM(t *testing.T, keys map[string][]byte) hardware.Options {
	t.Helper()
	return hardware.Options{Module: hardwaretest.SoftHSM(t, keys), Token: hardwaretest.Token, PIN: hardwaretest.PIN}
}

func newKey(t *testing.T, kind string) (signing.Key, []byte) {
	t.Helper()
	text, err := signing.NewKeyPEM(kind, kind, accepted)
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key, text
}

// TestSealByHardware seals with keys in a token, many at once, and opens.
func TestSealByHardware(t *testing.T) {
	byECDSA, ecdsaPEM := newKey(t, "ecdsa-p256")
	byRSA, rsaPEM := newKey(t, "rsa-2048")
	_, otherPEM := newKey(t, "ecdsa-p256")
	options := softHSM(t, map[string][]byte{"ecdsa": ecdsaPEM, "rsa": rsaPEM, "other": otherPEM})
	token, err := hardware.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := token.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := token.Signer("other", byECDSA.Certificate.PublicKey); err == nil {
		t.Error("took a key that is not the certificate's")
	}
	if _, err := token.Signer("none", byECDSA.Certificate.PublicKey); err == nil {
		t.Error("took a key that is not there")
	}
	for label, key := range map[string]*signing.Key{"ecdsa": &byECDSA, "rsa": &byRSA} {
		if key.Signer, err = token.Signer(label, key.Certificate.PublicKey); err != nil {
			t.Fatal(err)
		}
	}
	sealer, err := signing.NewSealer(byECDSA, byRSA)
	if err != nil {
		t.Fatal(err)
	}
	trust := signing.NewTrust(signing.Signer{Name: "a", Certificate: byECDSA.Certificate}, signing.Signer{Name: "b", Certificate: byRSA.Certificate})
	document := signingtest.Document(2_000)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			sealed, err := sealer.Seal(t.Context(), signing.Header{DigestSHA256: sha256.Sum256(document), AcceptedAt: accepted}, document)
			if err != nil {
				t.Error(err)
				return
			}
			e, err := signing.OpenEnvelope(sealed, trust)
			if err != nil || !bytes.Equal(e.Document, document) || e.Seals[0].Signer != "a" || e.Seals[1].Signer != "b" {
				t.Errorf("OpenEnvelope: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestOpenFails(t *testing.T) {
	options := softHSM(t, nil)
	for name, change := range map[string]func(*hardware.Options){
		"no module":   func(o *hardware.Options) { o.Module = "/nowhere.so" },
		"no token":    func(o *hardware.Options) { o.Token = "x" },
		"another PIN": func(o *hardware.Options) { o.PIN = "0000" },
	} {
		o := options
		change(&o)
		if token, err := hardware.Open(o); err == nil {
			t.Errorf("%s: opened %v", name, token)
		}
	}
}

// A session that was lost is opened again, with its login, in the middle of
// everything; whoever stops waiting for one is answered at once.
func TestLostAndOccupiedSessions(t *testing.T) {
	key, text := newKey(t, "ecdsa-p256")
	options := softHSM(t, map[string][]byte{"ecdsa": text})
	options.Sessions = 2
	token, err := hardware.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := token.Close(); err != nil {
			t.Error(err)
		}
	}()
	signer, err := token.Signer("ecdsa", key.Certificate.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key.Signer = signer
	sealer, err := signing.NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	document := signingtest.Document(2_000)
	seal := func() error {
		_, err := sealer.Seal(t.Context(), signing.Header{DigestSHA256: sha256.Sum256(document), AcceptedAt: accepted}, document)
		return err
	}
	for range 3 {
		if err := token.Lose(); err != nil {
			t.Fatal(err)
		}
		for range 4 { // both sessions come to it
			if err := seal(); err != nil {
				t.Errorf("after the sessions were lost: %v", err)
			}
		}
	}
	release := token.Occupy()
	left := errors.New("left")
	ctx, leave := context.WithCancelCause(t.Context())
	leave(left)
	if _, err := signer.SignContext(ctx, nil, make([]byte, 32), crypto.SHA256); !errors.Is(err, left) {
		t.Errorf("left while every session was occupied: %v", err)
	}
	release()
	if err := seal(); err != nil {
		t.Errorf("when they are free again: %v", err)
	}
}

// Two tokens of one module are in use at once.
func TestTwoTokensOfOneModule(t *testing.T) {
	options := softHSM(t, nil)
	first, err := hardware.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	second, err := hardware.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(second.Close(), first.Close()); err != nil {
		t.Error(err)
	}
}
