// Package proof holds what somebody outside needs to check Beibu's word: the
// identity of a document, the id of its exchange, and the receipt. It needs no
// queue, no exchange and no network.
package proof

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"
)

// An Identity is what makes two documents the same: the sender, the kind, and
// the number and version as [NumberValue] returns them.
type Identity struct {
	Sender  string
	Kind    string
	Number  string
	Version string
}

// NumberValue returns the value of a document's number or version, however it is
// written: white space collapsed (XML Schema 1.0, part 2, 4.3.6) and normalised
// (Unicode NFC). It does not look for characters that no number may contain.
func NumberValue(text string) string {
	if visibleASCII(text) {
		return text
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(WhiteSpace, r) })
	return norm.NFC.String(strings.Join(parts, " "))
}

// WhiteSpace is the white space of XML 1.0, S [3].
const WhiteSpace = " \t\r\n"

// visibleASCII reports whether a text consists of the visible characters of ASCII
// alone, as nearly all numbers do.
func visibleASCII(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7F {
			return false
		}
	}
	return true
}

// Key returns K, the identity as one string. The first entry of K in the log owns
// the number. Parts are escaped, so no two identities share a key.
func (i Identity) Key() string {
	parts := []string{i.Sender, i.Kind, i.Number, i.Version}
	for n := range parts {
		parts[n] = url.PathEscape(parts[n])
	}
	return strings.Join(parts, "/")
}

// namespace is the name space of exchange ids (RFC 9562 section 5.8, version 8).
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("urn:beibu:exchange:id:1"))

// ExchangeID returns M, the id of the exchange of the document with this identity
// and this SHA-256 digest. Anyone can compute it, and every resend has the same.
func (i Identity) ExchangeID(digest [sha256.Size]byte) uuid.UUID {
	name := append([]byte(i.Key()+"|"), digest[:]...)
	return uuid.NewHash(sha256.New(), namespace, name, 8)
}

// String returns the identity for people.
func (i Identity) String() string {
	if i.Version == "" {
		return fmt.Sprintf("%s %s of %s", i.Kind, i.Number, i.Sender)
	}
	return fmt.Sprintf("%s %s version %s of %s", i.Kind, i.Number, i.Version, i.Sender)
}
