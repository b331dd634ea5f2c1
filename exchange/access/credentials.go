package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"beibu/exchange"
)

// A Credential is one way for a caller to prove its identity. It holds the digest
// of a secret, never the secret.
type Credential struct {
	Name       string // required
	Party      string // required, unless Grants are given
	Grants     []Grant
	BreakGlass bool   // for emergencies
	KeySHA256  string // of an API key, hexadecimal, or ""
	SPKISHA256 string // of a client certificate's SubjectPublicKeyInfo (RFC 5280 section 4.1), hexadecimal, or ""
}

// Credentials are those that count by one configuration. They are immutable.
type Credentials struct {
	keys         []apiKey
	certificates map[[sha256.Size]byte]Principal
	byPrint      map[Fingerprint]Principal
}

// A Fingerprint identifies the secret of a credential, and gives nothing of it away. The
// zero value is that of no secret.
type Fingerprint [sha256.Size]byte

// fingerprint returns that of a secret of a sort, of which the digest is known.
func fingerprint(sort string, digest [sha256.Size]byte) Fingerprint {
	return sha256.Sum256(append([]byte("beibu "+sort+" "), digest[:]...))
}

type apiKey struct {
	digest    [sha256.Size]byte
	principal Principal
}

// NewCredentials returns credentials. It returns every mistake at once: a missing name
// or party, a digest that is not one, a secret that is given twice, or no secret at
// all.
func NewCredentials(all []Credential) (*Credentials, error) {
	c := &Credentials{certificates: make(map[[sha256.Size]byte]Principal), byPrint: make(map[Fingerprint]Principal)}
	var mistakes []error
	for i, one := range all {
		if err := c.add(one); err != nil {
			mistakes = append(mistakes, fmt.Errorf("credential %d (%s): %w", i+1, one.Name, err))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Credentials) add(one Credential) error {
	principal := Principal{Name: one.Name, Party: one.Party, Grants: merged(one.Grants), BreakGlass: one.BreakGlass}
	if one.Name == "" || one.Party == "" && !principal.IsStaff() {
		return errors.New("a name and a party are required, the party unless there are roles")
	}
	if one.KeySHA256 == "" && one.SPKISHA256 == "" {
		return errors.New("neither an API key nor a certificate")
	}
	if one.KeySHA256 != "" {
		digest, err := parseDigest(one.KeySHA256)
		if err != nil {
			return fmt.Errorf("read digest of key: %w", err)
		}
		if slices.ContainsFunc(c.keys, func(other apiKey) bool { return other.digest == digest }) {
			return errors.New("the API key is another credential's")
		}
		c.keys = append(c.keys, apiKey{digest, principal})
		c.byPrint[fingerprint(ofKey, digest)] = principal
	}
	if one.SPKISHA256 != "" {
		digest, err := parseDigest(one.SPKISHA256)
		if err != nil {
			return fmt.Errorf("read digest of certificate: %w", err)
		}
		if _, taken := c.certificates[digest]; taken {
			return errors.New("the certificate is another credential's")
		}
		c.certificates[digest] = principal
		c.byPrint[fingerprint(ofCertificate, digest)] = principal
	}
	return nil
}

// parseDigest reads a SHA-256 in hexadecimal.
func parseDigest(text string) (digest [sha256.Size]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil {
		return digest, err
	}
	if len(b) != sha256.Size {
		return digest, fmt.Errorf("it has %d bytes, not %d", len(b), sha256.Size)
	}
	return [sha256.Size]byte(b), nil
}

// The sorts of secret.
const (
	ofKey         = "API key"
	ofCertificate = "certificate"
)

// KeyFingerprint returns the fingerprint of an API key.
func KeyFingerprint(key string) Fingerprint {
	return fingerprint(ofKey, sha256.Sum256([]byte(key)))
}

// CertificateFingerprint returns the fingerprint of a client certificate, or the zero
// value of none.
func CertificateFingerprint(leaf *x509.Certificate) Fingerprint {
	if leaf == nil {
		return Fingerprint{}
	}
	return fingerprint(ofCertificate, sha256.Sum256(leaf.RawSubjectPublicKeyInfo))
}

// Resolve returns the principal of the credential that has a name and a secret with a
// fingerprint, and false if there is none: it was removed, renamed, or has another secret.
// It is for sessions, whose callers have proved possession of the secret before.
func (c *Credentials) Resolve(name string, f Fingerprint) (Principal, bool) {
	principal, known := c.byPrint[f]
	return principal, known && principal.Name == name
}

// The reasons for which a caller is not authenticated.
var (
	ErrNoCredentials      = &exchange.Error{Op: "authenticate", Kind: exchange.Unauthenticated, Code: "credentials-missing"}
	ErrUnknownCredentials = &exchange.Error{Op: "authenticate", Kind: exchange.Unauthenticated, Code: "credentials-unknown"}
)

// Authenticate returns the principal of an API key, of a client certificate, or of
// both; key is "" and leaf nil if the caller has shown none. If it has shown both,
// they must belong to the same party and have the same grants, and the key's principal
// counts. The caller must have proved possession of the certificate's key, as a TLS handshake does
// (RFC 8446 section 4.4.3). The key is pinned; a certificate that is unknown or
// outside its validity at now counts as none. It returns ErrNoCredentials or
// ErrUnknownCredentials.
func (c *Credentials) Authenticate(key string, leaf *x509.Certificate, now time.Time) (Principal, error) {
	byCertificate, certified := c.byCertificate(leaf, now)
	if key == "" {
		if certified {
			return byCertificate, nil
		}
		return Principal{}, ErrNoCredentials
	}
	byKey, known := c.byKey(key)
	if !known || certified && (byKey.Party != byCertificate.Party || !sameGrants(byKey.Grants, byCertificate.Grants)) {
		return Principal{}, ErrUnknownCredentials
	}
	return byKey, nil
}

// byKey compares with every key in constant time, so that neither the time taken
// nor its spread reveals anything about a key.
func (c *Credentials) byKey(key string) (Principal, bool) {
	digest, found := sha256.Sum256([]byte(key)), -1
	for i := range c.keys {
		same := subtle.ConstantTimeCompare(c.keys[i].digest[:], digest[:])
		found = subtle.ConstantTimeSelect(same, i, found)
	}
	if found < 0 {
		return Principal{}, false
	}
	return c.keys[found].principal, true
}

func (c *Credentials) byCertificate(leaf *x509.Certificate, now time.Time) (Principal, bool) {
	if len(c.certificates) == 0 || leaf == nil || now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return Principal{}, false
	}
	principal, known := c.certificates[sha256.Sum256(leaf.RawSubjectPublicKeyInfo)]
	return principal, known
}
