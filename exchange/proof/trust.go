package proof

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"beibu/signing"
)

// PEM block types (RFC 7468).
const (
	certificateType = "CERTIFICATE"
	publicKeyType   = "PUBLIC KEY"
)

// Trust names the keys whose seals, signatures, receipts and time stamps count.
type Trust struct {
	Signers     []signing.Signer
	Receipts    []ReceiptKey
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

// Read reads PEM files, and the *.pem files and the [KeysFile] of folders:
// certificates, for envelopes and signed documents, and Ed25519 public keys, for
// receipts. It also reads the JSON that GET /v1/keys returns.
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
			if published := filepath.Join(name, KeysFile); exists(published) {
				files = append(files, published)
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

// KeysFile is the file in a folder of trust that holds the JSON of GET /v1/keys. PEM
// says nothing of the positions of a key that signs receipts, and this file does.
const KeysFile = "keys.json"

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// add reads every block of a PEM file, or published keys.
func (t *Trust) add(file string) error {
	rest, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if json.Valid(rest) {
		var published Keys
		if err := json.Unmarshal(rest, &published); err != nil {
			return err
		}
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
		t.Receipts = append(t.Receipts, ReceiptKey{Public: public})
	default:
		return fmt.Errorf("a %q has no place among what is trusted", block.Type)
	}
	return nil
}

// AddKeys trusts keys that a daemon publishes.
func (t *Trust) AddKeys(keys Keys) error {
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
	t.Receipts = append(t.Receipts, keys.Keys...)
	return nil
}

// OpenEnvelope verifies the seals of an envelope, and that its exchange id is the
// id that anyone can compute from its content.
func (t Trust) OpenEnvelope(b []byte) (*signing.Envelope, error) {
	envelope, err := signing.OpenEnvelope(b, signing.NewTrust(t.Signers...).WithTimestamps(t.Authorities...))
	if err != nil {
		return nil, err
	}
	h := envelope.Header
	identity := Identity{Sender: h.Sender, Kind: h.Kind, Number: h.DocumentNumber, Version: h.DocumentVersion}
	if id := identity.ExchangeID(h.DigestSHA256).String(); id != h.ExchangeID {
		return nil, &Mismatch{Code: "envelope.exchange-id", Reason: "the exchange id is not the one of this document: " + id}
	}
	return envelope, nil
}

// OpenReceipt verifies a receipt with the trusted keys. If a key is among them
// more than once, all its bounds count.
func (t Trust) OpenReceipt(compact string) (Receipt, error) {
	err := error(&Mismatch{Code: "receipt.untrusted", Reason: "no key to verify receipts by"})
	for _, key := range t.Receipts {
		var receipt Receipt
		if receipt, err = OpenReceipt(compact, key.Public); err == nil {
			if err = t.checkPosition(key.Public, receipt.Position); err != nil {
				return Receipt{}, err
			}
			return receipt, nil
		}
	}
	return Receipt{}, err
}

// checkPosition fails if any bounds of a key exclude a position.
func (t Trust) checkPosition(public ed25519.PublicKey, position int64) error {
	for _, key := range t.Receipts {
		if !key.Public.Equal(public) {
			continue
		}
		if err := key.Check(position); err != nil {
			return err
		}
	}
	return nil
}

// A Mismatch says that things that are valid by themselves do not fit together.
type Mismatch struct{ Code, Reason string }

// Error returns the reason.
func (m *Mismatch) Error() string { return m.Reason }

// CodeOf returns the stable code of a failed verification, or "" for any other
// error.
func CodeOf(err error) string {
	if r, ok := errors.AsType[*signing.Refusal](err); ok {
		return r.Code
	}
	if m, ok := errors.AsType[*Mismatch](err); ok {
		return m.Code
	}
	if errors.Is(err, ErrReceipt) {
		return "receipt.signature"
	}
	return ""
}

// SealedBy returns the names of the trusted signers whose seals an envelope has.
func SealedBy(e *signing.Envelope) []string {
	var all []string
	for _, seal := range e.Seals {
		if seal.Signer != "" && !slices.Contains(all, seal.Signer) {
			all = append(all, seal.Signer)
		}
	}
	return all
}
