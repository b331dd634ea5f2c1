// Package keyring keeps the keys by which a party signs in a folder: NAME.key
// holds a private key with its certificate, for its owner alone, and NAME.pem
// the certificate, to be given to others.
package keyring

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"beibu/cmd/internal/secret"
	"beibu/queue/atomicfile"
	"beibu/signing"
)

// Suffixes of the two files of a key.
const (
	keySuffix         = ".key"
	certificateSuffix = ".pem"
)

// A Folder is a folder of keys, by its path.
type Folder string

// An Entry is one certificate in a folder.
type Entry struct {
	Name        string
	Certificate *signing.Certificate
	Private     bool // its private key is there as well
}

var named = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// New makes a key of a kind (see signing.KeyKinds) with a certificate of its
// own for a common name. It fails if the name is taken.
func (f Folder) New(name, kind, commonName string, now time.Time) (signing.Key, error) {
	if !named.MatchString(name) {
		return signing.Key{}, fmt.Errorf("make key: %q is no name: letters, digits, dots, hyphens", name)
	}
	if _, err := os.Lstat(f.path(name, keySuffix)); !errors.Is(err, fs.ErrNotExist) {
		return signing.Key{}, fmt.Errorf("make key: %s is there already: %w", f.path(name, keySuffix), fs.ErrExist)
	}
	text, err := signing.NewKeyPEM(kind, commonName, now)
	if err != nil {
		return signing.Key{}, err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return signing.Key{}, fmt.Errorf("make key folder: %w", err)
	}
	return f.put(name, text)
}

// put writes the two files of a key, the private one first.
func (f Folder) put(name string, text []byte) (signing.Key, error) {
	key, err := signing.ParseKey(text)
	if err != nil {
		return key, err
	}
	if err := atomicfile.Replace(f.path(name, keySuffix), text, 0o600); err != nil {
		return key, err
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw})
	return key, atomicfile.Replace(f.path(name, certificateSuffix), certificate, 0o644)
}

// Key reads a key by its name.
func (f Folder) Key(name string) (signing.Key, error) { return ReadKey(f.path(name, keySuffix), "") }

// Request returns a request for a certificate for a key (PKCS #10), in PEM.
// What the subject does not say is taken from the certificate that is there.
func (f Folder) Request(name string, subject pkix.Name) ([]byte, error) {
	key, err := f.Key(name)
	if err != nil {
		return nil, err
	}
	return Request(key, subject)
}

// Request is Folder.Request for a key at hand.
func Request(key signing.Key, subject pkix.Name) ([]byte, error) {
	is := key.Certificate.Subject
	if subject.CommonName == "" {
		subject.CommonName = is.CommonName
	}
	if len(subject.Organization) == 0 {
		subject.Organization = is.Organization
	}
	if len(subject.Country) == 0 {
		subject.Country = is.Country
	}
	return signing.NewRequestPEM(key.Signer, subject)
}

// Import gives a key another certificate, such as one that an authority issued
// on request. It fails if that is for another key.
func (f Folder) Import(name string, certificate []byte) (signing.Key, error) {
	if _, err := f.Key(name); err != nil {
		return signing.Key{}, err
	}
	text, err := os.ReadFile(f.path(name, keySuffix))
	if err == nil {
		text, err = signing.WithCertificate(text, certificate)
	}
	if err != nil {
		return signing.Key{}, fmt.Errorf("import certificate: %w", err)
	}
	return f.put(name, text)
}

// Rotate makes a new key of the same kind and common name in the place of one,
// which stays beside it under the returned name, so that it can serve until
// others know the new one.
func (f Folder) Rotate(name string, now time.Time) (key signing.Key, old string, err error) {
	before, err := f.Key(name)
	if err != nil {
		return key, "", err
	}
	text, err := os.ReadFile(f.path(name, keySuffix))
	if err != nil {
		return key, "", fmt.Errorf("rotate key: %w", err)
	}
	old = name + "-" + before.ID
	if _, err := f.put(old, text); err != nil {
		return key, "", err
	}
	text, err = signing.NewKeyPEM(kindOf(before.Signer.Public()), before.Certificate.Subject.CommonName, now)
	if err != nil {
		return key, "", err
	}
	key, err = f.put(name, text)
	return key, old, err
}

// kindOf returns what signing.NewKeyPEM calls a key like this one.
func kindOf(public crypto.PublicKey) string {
	algorithm, err := signing.AlgorithmFor(public)
	if err != nil {
		return ""
	}
	if key, ok := public.(*rsa.PublicKey); ok && key.N.BitLen() > 2048 {
		return "rsa-3072"
	}
	return map[string]string{
		"ecdsa-sha256": "ecdsa-p256", "ecdsa-sha384": "ecdsa-p384", "eddsa-ed25519": "ed25519",
		"rsa-sha256": "rsa-2048", "sm2-sm3": "sm2",
	}[algorithm.Name]
}

// List returns every certificate in the folder, by name. It reads the folder
// of a daemon's own keys as well.
func (f Folder) List() ([]Entry, error) {
	files, err := fs.Glob(os.DirFS(string(f)), "*"+certificateSuffix)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	if _, err := os.Stat(string(f)); err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	slices.Sort(files)
	var all []Entry
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(string(f), file))
		if err != nil {
			return nil, fmt.Errorf("list keys: %w", err)
		}
		if !bytes.Contains(text, []byte("BEGIN CERTIFICATE-----")) {
			continue // such as the key that signs receipts
		}
		certificate, err := signing.ParseCertificatePEM(text)
		if err != nil {
			return nil, fmt.Errorf("list keys: %s: %w", file, err)
		}
		name := strings.TrimSuffix(file, certificateSuffix)
		_, err = os.Stat(f.path(name, keySuffix))
		all = append(all, Entry{name, certificate, err == nil || bytes.Contains(text, []byte("BEGIN PRIVATE KEY-----"))})
	}
	return all, nil
}

func (f Folder) path(name, suffix string) string { return filepath.Join(string(f), name+suffix) }

// ReadKey reads a private key, with its certificate out of the same file or,
// if one is named, out of another. The file must be open to its owner alone.
func ReadKey(path, certificate string) (signing.Key, error) {
	text, err := secret.Read(path)
	if err != nil {
		return signing.Key{}, fmt.Errorf("read key: %w", err)
	}
	if certificate != "" {
		other, err := os.ReadFile(certificate)
		if err != nil {
			return signing.Key{}, fmt.Errorf("read certificate: %w", err)
		}
		if text, err = signing.WithCertificate(text, other); err != nil {
			return signing.Key{}, fmt.Errorf("read key %s: %w", path, err)
		}
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		return key, fmt.Errorf("read key %s: %w", path, err)
	}
	return key, nil
}
