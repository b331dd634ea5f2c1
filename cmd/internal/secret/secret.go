// Package secret reads files that hold secrets: API keys, passwords, private
// keys. A file that others than its owner can read is refused, and so is an
// empty one, since both are mistakes that nobody notices until it is too late.
// A file of root may be read by its group as well: Kubernetes and others who hand
// secrets to a service put them into the service's group, as PostgreSQL takes them.
package secret

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// MinKey is the fewest characters of an API key. 32 characters of base64 are 192
// bits, of hexadecimal 128 bits, which nobody guesses (NIST SP 800-63B section
// 5.1.4.2 asks for 64 at least).
const MinKey = 32

// maxFile bounds what is read of a file, in bytes: far more than any key takes.
const maxFile = 1 << 20

// Read returns the content of a file with a secret. It fails, and names the
// path, if the file is no regular file, is empty, is larger than 1 MiB, or if
// its group or others have any permission on it; but the group may read a file that
// belongs to root, unless the daemon is root.
func Read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := private(info); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > maxFile:
		return nil, fmt.Errorf("%s: larger than 1 MiB, so it is no file with a key", path)
	case strings.TrimSpace(string(content)) == "":
		return nil, fmt.Errorf("%s: the file is empty", path)
	}
	return content, nil
}

// private refuses what is no regular file, and what others than its owner may
// use. Windows has no such permissions, and its access lists are not judged.
func private(info os.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	forbidden := os.FileMode(0o077)
	if ofRoot(info) && os.Geteuid() != 0 {
		forbidden = 0o037
	}
	if info.Mode().Perm()&forbidden != 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("its permissions are %v, but only the owner may have any (chmod go= it)", info.Mode().Perm())
	}
	return nil
}

// Password returns the password in a file, without the white space around it.
// It fails as [Read] does.
func Password(path string) (string, error) {
	content, err := Read(path)
	return strings.TrimSpace(string(content)), err
}

// Key returns the API key in a file, without the white space around it. It
// fails as [Read] does, and if the key has fewer than [MinKey] characters or
// holds a character that no HTTP header can carry (RFC 6750 section 2.1).
func Key(path string) (string, error) {
	key, err := Password(path)
	switch {
	case err != nil:
		return "", err
	case len(key) < MinKey:
		return "", fmt.Errorf("%s: the key in it has %d characters; at least %d are needed", path, len(key), MinKey)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fmt.Errorf("%s: the key in it must be one line of printable ASCII characters without spaces", path)
	}
	return key, nil
}

// KeyPair returns the certificate chain in one PEM file with the private key in
// another. It fails as [Read] does for the file with the key.
func KeyPair(certificate, key string) (tls.Certificate, error) {
	chain, err := os.ReadFile(certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	private, err := Read(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(chain, private)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s and %s: %w", certificate, key, err)
	}
	return pair, nil
}
