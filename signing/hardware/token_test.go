//go:build pkcs11

package hardware_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/hardware"
	"beibu/signing/signingtest"
)

var accepted = time.Date(2026, 9, 14, 7, 30, 0, 0, time.UTC)

// softHSM sets up a token in software, with these keys in it by label.
func softHSM(t *testing.T, keys map[string][]byte) hardware.Options {
	t.Helper()
	tool := signingtest.Tool(t, "softhsm2-util")
	dir := t.TempDir()
	configuration := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(configuration, []byte("directories.tokendir = "+dir+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", configuration)
	run := func(arguments ...string) {
		if out, err := exec.CommandContext(t.Context(), tool, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("softhsm2-util %s: %v\n%s", arguments[0], err, out)
		}
	}
	run("--init-token", "--free", "--label", "beibu", "--so-pin", "1234", "--pin", "5678")
	for label, text := range keys {
		file := filepath.Join(dir, label+".pem")
		if err := os.WriteFile(file, privatePart(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run("--import", file, "--token", "beibu", "--label", label, "--id", strings.ToUpper(rest(label)), "--pin", "5678")
	}
	for _, path := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(path); err == nil {
			return hardware.Options{Module: path, Token: "beibu", PIN: "5678"}
		}
	}
	t.Fatal("softhsm2-util is there, but not its module")
	return hardware.Options{}
}

// rest makes a hexadecimal id of a label.
func rest(label string) string {
	return map[string]string{"ecdsa": "a1", "rsa": "a2", "other": "a3"}[label]
}

func privatePart(text []byte) []byte {
	block, _ := pem.Decode(text)
	return pem.EncodeToMemory(block)
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
	defer token.Close()
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
