package exchange

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// An Identity is what makes two documents the same: who sent it, of which kind
// it is, and its number and version there.
type Identity struct {
	Sender  string
	Kind    string
	Number  string
	Version string
}

// Key returns K, the identity as one string, under which the log decides who
// owns the number. Parts are escaped, so no two identities share a key.
func (i Identity) Key() string {
	parts := []string{i.Sender, i.Kind, i.Number, i.Version}
	for n := range parts {
		parts[n] = url.PathEscape(parts[n])
	}
	return strings.Join(parts, "/")
}

// space is the name space of exchange ids (RFC 9562 section 5.8, version 8).
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:beibu:exchange:id:1"))

// ExchangeID returns M, the id of the exchange that a document with this
// identity and this SHA-256 digest has. Anyone can compute it, and it is the
// same for every resend.
func (i Identity) ExchangeID(digest [sha256.Size]byte) uuid.UUID {
	name := append([]byte(i.Key()+"|"), digest[:]...)
	return uuid.NewHash(sha256.New(), space, name, 8)
}

// String returns the identity for people.
func (i Identity) String() string {
	if i.Version == "" {
		return fmt.Sprintf("%s %s of %s", i.Kind, i.Number, i.Sender)
	}
	return fmt.Sprintf("%s %s version %s of %s", i.Kind, i.Number, i.Version, i.Sender)
}
