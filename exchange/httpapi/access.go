package httpapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"beibu/exchange"
)

// A Caller is who makes a request, as the door established it.
type Caller struct {
	Name     string // of the credential, for logs and for the record
	Party    string // that it speaks for; an operator may speak for none
	Operator bool   // sees every exchange, replays, releases what is held
}

// sees tells whether the caller may know of an exchange: an operator of all, a
// sender of what it sent, a receiver of what was consigned to it. What is held
// was consigned to nobody yet.
func (c Caller) sees(x exchange.Exchange) bool {
	return c.Operator || c.Party != "" && (x.Identity.Sender == c.Party || slices.ContainsFunc(x.Deliveries,
		func(d exchange.Delivery) bool { return d.Receiver == c.Party }))
}

// seesDelivery tells whether the caller may know how a delivery of an exchange
// that it sees went: a receiver is told nothing of the others.
func (c Caller) seesDelivery(x exchange.Exchange, receiver string) bool {
	return c.Operator || x.Identity.Sender == c.Party || receiver == c.Party
}

// A Credential is one way to prove who is calling. It holds the digest of a
// secret, never the secret.
type Credential struct {
	Name       string // required
	Party      string // required, but for an operator
	Operator   bool
	KeySHA256  string // of an API key, hexadecimal, or ""
	SPKISHA256 string // of a client certificate's SubjectPublicKeyInfo (RFC 5280 section 4.1), hexadecimal, or ""
}

// Access knows the callers. It is safe for concurrent use.
type Access struct {
	known atomic.Pointer[keyring]
}

// keyring is one set of credentials. It is not changed once made.
type keyring struct {
	keys         []keyOf // of every API key
	certificates map[[sha256.Size]byte]Caller
}

type keyOf struct {
	digest [sha256.Size]byte
	caller Caller
}

// NewAccess returns access for the holders of credentials. It fails with every
// mistake at once: a name or party missing, a digest that is none, a secret
// given twice, or no secret at all.
func NewAccess(all []Credential) (*Access, error) {
	a := &Access{}
	return a, a.Swap(all)
}

// Swap puts other credentials in force for every request from now on. Where it
// fails, those before stay in force.
func (a *Access) Swap(all []Credential) error {
	ring := &keyring{certificates: make(map[[sha256.Size]byte]Caller)}
	var mistakes []error
	for i, c := range all {
		if err := ring.add(c); err != nil {
			mistakes = append(mistakes, fmt.Errorf("credential %d (%s): %w", i+1, c.Name, err))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return err
	}
	a.known.Store(ring)
	return nil
}

func (k *keyring) add(c Credential) error {
	if c.Name == "" || c.Party == "" && !c.Operator {
		return errors.New("name and party must be there, the party but for an operator")
	}
	if c.KeySHA256 == "" && c.SPKISHA256 == "" {
		return errors.New("neither an API key nor a certificate")
	}
	caller := Caller{Name: c.Name, Party: c.Party, Operator: c.Operator}
	if c.KeySHA256 != "" {
		digest, err := digestOf(c.KeySHA256)
		if err != nil {
			return fmt.Errorf("read digest of key: %w", err)
		}
		if slices.ContainsFunc(k.keys, func(other keyOf) bool { return other.digest == digest }) {
			return errors.New("the API key is another credential's")
		}
		k.keys = append(k.keys, keyOf{digest, caller})
	}
	if c.SPKISHA256 != "" {
		digest, err := digestOf(c.SPKISHA256)
		if err != nil {
			return fmt.Errorf("read digest of certificate: %w", err)
		}
		if _, taken := k.certificates[digest]; taken {
			return errors.New("the certificate is another credential's")
		}
		k.certificates[digest] = caller
	}
	return nil
}

// digestOf reads a SHA-256 in hexadecimal.
func digestOf(text string) (digest [sha256.Size]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil {
		return digest, err
	}
	if len(b) != sha256.Size {
		return digest, fmt.Errorf("it has %d bytes, not %d", len(b), sha256.Size)
	}
	return [sha256.Size]byte(b), nil
}

// caller tells who makes a request at a time. A caller that shows both a key
// and a certificate must be the same party by both. It fails with a *refusal.
func (a *Access) caller(r *http.Request, now time.Time) (Caller, error) {
	ring := a.known.Load()
	byCertificate, certified := ring.certificate(r.TLS, now)
	header := r.Header.Get("Authorization")
	if header == "" {
		if certified {
			return byCertificate, nil
		}
		return Caller{}, errNoCredentials
	}
	byKey, known := ring.key(header)
	if !known || certified && (byKey.Party != byCertificate.Party || byKey.Operator != byCertificate.Operator) {
		return Caller{}, errWrongCredentials
	}
	return byKey, nil
}

// key finds the holder of a bearer token (RFC 6750 section 2.1). It compares
// with every key in constant time, so that neither the time taken nor its
// spread tells anything of any key.
func (k *keyring) key(header string) (Caller, bool) {
	scheme, key, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		return Caller{}, false
	}
	digest := sha256.Sum256([]byte(key))
	found := -1
	for i := range k.keys {
		same := subtle.ConstantTimeCompare(k.keys[i].digest[:], digest[:])
		found = subtle.ConstantTimeSelect(same, i, found)
	}
	if found < 0 {
		return Caller{}, false
	}
	return k.keys[found].caller, true
}

// certificate finds the holder of a client certificate. The handshake proved
// that the caller has its key (RFC 8446 section 4.4.3), and the key is pinned;
// a certificate out of its time does not count.
func (k *keyring) certificate(state *tls.ConnectionState, now time.Time) (Caller, bool) {
	if len(k.certificates) == 0 || state == nil || len(state.PeerCertificates) == 0 {
		return Caller{}, false
	}
	leaf := state.PeerCertificates[0]
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return Caller{}, false
	}
	caller, known := k.certificates[sha256.Sum256(leaf.RawSubjectPublicKeyInfo)]
	return caller, known
}
