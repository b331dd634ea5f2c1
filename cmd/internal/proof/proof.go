// Package proof verifies, offline, what the exchange has signed: envelopes and
// receipts. It also holds them against each other: an exchange id must be the
// one that anybody can compute from the document.
package proof

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/signing"
)

// PEM block types (RFC 7468).
const (
	certificateType = "CERTIFICATE"
	publicKeyType   = "PUBLIC KEY"
)

// Trust is whose seals, signatures, receipts and time stamps count.
type Trust struct {
	Signers     []signing.Signer
	Receipts    []ed25519.PublicKey
	Authorities []*signing.Certificate // roots of time-stamping authorities
}

// AddAuthorities trusts the time-stamping authorities under the certificates in
// PEM files, and in the *.pem files of folders.
func (t *Trust) AddAuthorities(names []string) error {
	roots, err := Read(names)
	for _, s := range roots.Signers {
		t.Authorities = append(t.Authorities, s.Certificate)
	}
	return err
}

// Read reads PEM files, and the *.pem files of folders: certificates, for
// envelopes and signed documents, and Ed25519 public keys, for receipts. What
// keys show -o json prints, or GET /v1/keys answers, will do as well.
func Read(names []string) (Trust, error) {
	var t Trust
	for _, name := range names {
		files := []string{name}
		info, err := os.Stat(name)
		if err != nil {
			return t, fmt.Errorf("read trust: %w", err)
		}
		if info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(name, "*.pem")); err != nil || len(files) == 0 {
				return t, errors.Join(fmt.Errorf("read trust: there is no .pem file in %s", name), err)
			}
		}
		for _, file := range files {
			if err := t.add(file); err != nil {
				return t, fmt.Errorf("read trust from %s: %w", file, err)
			}
		}
	}
	return t, nil
}

// add reads every block of a PEM file, or published keys.
func (t *Trust) add(file string) error {
	rest, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var published httpapi.Keys
	if json.Unmarshal(rest, &published) == nil {
		return t.AddKeys(published)
	}
	for n := 0; ; n++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if n == 0 {
				return errors.New("it holds no PEM")
			}
			return nil
		}
		if err := t.addBlock(block); err != nil {
			return err
		}
	}
}

func (t *Trust) addBlock(block *pem.Block) error {
	switch block.Type {
	case certificateType:
		c, err := signing.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("read certificate: %w", err)
		}
		t.Signers = append(t.Signers, signing.Signer{Name: c.Subject.String(), Certificate: c})
	case publicKeyType:
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return fmt.Errorf("read public key: %w", err)
		}
		public, ok := key.(ed25519.PublicKey)
		if !ok {
			return errors.New("read public key: receipts are signed with Ed25519")
		}
		t.Receipts = append(t.Receipts, public)
	default:
		return fmt.Errorf("a %q has no place among what is trusted", block.Type)
	}
	return nil
}

// AddKeys trusts keys that a daemon publishes.
func (t *Trust) AddKeys(keys httpapi.Keys) error {
	if len(keys.Seals)+len(keys.Keys) == 0 {
		return errors.New("it holds no keys")
	}
	for _, k := range keys.Seals {
		certificate, err := signing.ParseCertificatePEM([]byte(k.Certificate))
		if err != nil {
			return fmt.Errorf("read certificate: %w", err)
		}
		t.Signers = append(t.Signers, signing.Signer{Name: certificate.Subject.String(), Certificate: certificate, UserID: []byte(k.UserID)})
	}
	for _, k := range keys.Keys {
		public, err := ReceiptKey(k)
		if err != nil {
			return err
		}
		t.Receipts = append(t.Receipts, public)
	}
	return nil
}

// OpenEnvelope verifies an envelope and that its exchange id is the one that
// anybody can compute from what it holds.
func (t Trust) OpenEnvelope(b []byte) (*signing.Envelope, error) {
	envelope, err := signing.OpenEnvelope(b, signing.NewTrust(t.Signers...).WithTimestamps(t.Authorities...))
	if err != nil {
		return nil, err
	}
	h := envelope.Header
	identity := proof.Identity{Sender: h.Sender, Kind: h.Kind, Number: h.DocumentNumber, Version: h.DocumentVersion}
	if id := identity.ExchangeID(h.DigestSHA256).String(); id != h.ExchangeID {
		return nil, &Mismatch{Code: "envelope.exchange-id", Reason: "the exchange id is not the one of this document: " + id}
	}
	return envelope, nil
}

// OpenReceipt verifies a receipt by any of the keys.
func (t Trust) OpenReceipt(compact string) (proof.Receipt, error) {
	err := error(&Mismatch{Code: "receipt.untrusted", Reason: "no key to verify receipts by"})
	for _, key := range t.Receipts {
		var receipt proof.Receipt
		if receipt, err = proof.OpenReceipt(compact, key); err == nil {
			return receipt, nil
		}
	}
	return proof.Receipt{}, err
}

// A Mismatch says that things which hold each by itself do not fit together.
type Mismatch struct{ Code, Reason string }

// Error returns the reason.
func (m *Mismatch) Error() string { return m.Reason }

// CodeOf returns the stable code of why something does not hold, or "" where
// the error is of another nature.
func CodeOf(err error) string {
	if r, ok := errors.AsType[*signing.Refusal](err); ok {
		return r.Code
	}
	if m, ok := errors.AsType[*Mismatch](err); ok {
		return m.Code
	}
	if errors.Is(err, proof.ErrReceipt) {
		return "receipt.signature"
	}
	return ""
}

// SealedBy returns the names of those whose seals are by trusted signers.
func SealedBy(e *signing.Envelope) []string {
	var all []string
	for _, seal := range e.Seals {
		if seal.Signer != "" && !slices.Contains(all, seal.Signer) {
			all = append(all, seal.Signer)
		}
	}
	return all
}

// ReceiptKey returns the key of a JWK (RFC 8037 section 2).
func ReceiptKey(k httpapi.JWK) (ed25519.PublicKey, error) {
	if k.Type != "OKP" || k.Curve != "Ed25519" {
		return nil, fmt.Errorf("read receipt key: it is %s %s, not Ed25519", k.Type, k.Curve)
	}
	b, err := base64.RawURLEncoding.DecodeString(k.X)
	if err != nil {
		return nil, fmt.Errorf("read receipt key: %w", err)
	}
	if len(b) != ed25519.PublicKeySize {
		return nil, errors.New("read receipt key: it has the wrong length")
	}
	return b, nil
}
