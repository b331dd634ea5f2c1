package signing

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// A ReceiptKey is an Ed25519 key that signs receipts.
type ReceiptKey struct {
	ID     string        // thumbprint of the public key (RFC 7638)
	Signer crypto.Signer // Ed25519
	File   string        // its name in the folder of keys
}

// laterPrefix and the beginning of its id name the file of a receipt key that is
// not the first one of a log.
const laterPrefix = "receipt-"

// NewReceiptKey adds a key that can sign receipts to a folder of keys. Those that
// are there stay: they sign the receipts of earlier documents again.
func NewReceiptKey(dir string) (ReceiptKey, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ReceiptKey{}, fmt.Errorf("open key folder: %w", err)
	}
	defer root.Close() //nolint:errcheck // what was written is synced
	if err := private(root, "."); err != nil {
		return ReceiptKey{}, err
	}
	text, err := newReceiptPEM()
	if err != nil {
		return ReceiptKey{}, fmt.Errorf("make receipt key: %w", err)
	}
	key, err := parseReceiptKey(text)
	if err != nil {
		return key, err
	}
	key.File = laterPrefix + key.ID[:16] + ".pem"
	if err := create(root, key.File, text); err != nil {
		return key, fmt.Errorf("write %s: %w", key.File, err)
	}
	return key, nil
}

// readReceiptKeys reads the first receipt key and all others of a folder.
func readReceiptKeys(root *os.Root, first []byte) ([]ReceiptKey, error) {
	key, err := parseReceiptKey(first)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", receiptFile, err)
	}
	key.File = receiptFile
	all := []ReceiptKey{key}
	names, err := fs.Glob(root.FS(), laterPrefix+"*.pem")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		if err := private(root, name); err != nil {
			return nil, err
		}
		text, err := root.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read receipt key: %w", err)
		}
		if key, err = parseReceiptKey(text); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if !strings.HasPrefix(name, laterPrefix+key.ID[:16]) {
			return nil, fmt.Errorf("read %s: it holds the key %s, whose file is %s%s.pem", name, key.ID, laterPrefix, key.ID[:16])
		}
		key.File = name
		all = append(all, key)
	}
	return all, nil
}

func parseReceiptKey(text []byte) (ReceiptKey, error) {
	signer, err := parsePrivate(text)
	if err != nil {
		return ReceiptKey{}, err
	}
	public, ok := signer.Public().(ed25519.PublicKey)
	if !ok {
		return ReceiptKey{}, fmt.Errorf("it is %T, not an Ed25519 key", signer.Public())
	}
	return ReceiptKey{ID: thumbprint(public), Signer: signer}, nil
}
