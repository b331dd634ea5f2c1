package ratings

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// LinkDays is for how many days a link can be used after the day on which it was given. The
// sender is given another one at any time.
const LinkDays = 30

// MaxLink bounds the text of a link, in bytes.
const MaxLink = 256

// Links seal what a rater or an asker may do into a text that can be part of an address.
// Nothing of it can be read or altered by others (AES-256-GCM, NIST SP 800-38D), and daemons
// with one secret make and read the same links, also after a restart. It is safe for
// concurrent use.
type Links struct {
	aead cipher.AEAD
	id   []byte // the key of the digests in the place of exchanges
	seal []byte // the key of nonces
}

// purposes separate the keys from whatever else is made of the same secret.
const (
	purposeLink   = "beibu rating link 1"
	purposeNonce  = "beibu rating nonce 1"
	purposeRating = "beibu rating id 1"
)

// NewLinks returns the links of a secret of at least 32 bytes (HKDF, RFC 5869).
func NewLinks(secret []byte) (*Links, error) {
	if len(secret) < sha256.Size {
		return nil, fmt.Errorf("make links of ratings: a secret of %d bytes is too short", len(secret))
	}
	keys := make([][]byte, 0, 3)
	for _, purpose := range []string{purposeLink, purposeNonce, purposeRating} {
		key, err := hkdf.Key(sha256.New, secret, nil, purpose, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive key of ratings: %w", err)
		}
		keys = append(keys, key)
	}
	block, err := aes.NewCipher(keys[0])
	if err != nil {
		return nil, fmt.Errorf("make links of ratings: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make links of ratings: %w", err)
	}
	return &Links{aead, keys[2], keys[1]}, nil
}

// A Link is what a link is for: to rate an exchange of a sender, or to follow a question.
type Link struct {
	Exchange uuid.UUID // zero if it is about a question
	Party    string    // the sender, or the id of the question
	Until    time.Time // to the second
}

// Offer returns a link that is given on a day: to rate an exchange of a sender.
func (l *Links) Offer(id uuid.UUID, sender string, at time.Time) (text string, until time.Time) {
	until = DayOf(at).Begin().AddDate(0, 0, LinkDays+1)
	return l.Seal(Link{id, sender, until}), until
}

// Seal returns a link as a text. The same link is the same text: the nonce is the digest of
// the content under a key of its own, as in RFC 8452.
func (l *Links) Seal(one Link) string {
	plain := append([]byte{}, one.Exchange[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(one.Until.Unix())) //nolint:gosec // the bits, read back as they were
	plain = append(plain, one.Party...)
	mac := hmac.New(sha256.New, l.seal)
	_, _ = mac.Write(plain)
	nonce := mac.Sum(nil)[:l.aead.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(l.aead.Seal(nonce, nonce, plain, nil))
}

// Open returns the link of a text. It fails with an [*exchange.Error]: of code rating-link if
// the text is no link of this exchange, and of code rating-link-expired if its time is over.
func (l *Links) Open(text string, at time.Time) (Link, error) {
	if len(text) > MaxLink {
		return Link{}, errLink()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	size := l.aead.NonceSize()
	if err != nil || len(raw) < size {
		return Link{}, errLink()
	}
	plain, err := l.aead.Open(nil, raw[:size], raw[size:], nil)
	if err != nil || len(plain) < 25 {
		return Link{}, errLink()
	}
	one := Link{Exchange: uuid.UUID(plain[:16]), Party: string(plain[24:])}
	one.Until = time.Unix(int64(binary.BigEndian.Uint64(plain[16:24])), 0).UTC() //nolint:gosec // the bits, as they were written
	if !at.Before(one.Until) {
		return Link{}, &exchange.Error{Op: "read link", Kind: exchange.Forbidden, Code: "rating-link-expired", Err: exchange.Because(
			"the link could be used until %s; the sender of the exchange is given another one with the exchange",
			"该评价链接的有效期至 %s；发送方查看该交换时可取得新链接", one.Until.In(Beijing).Format(time.RFC3339))}
	}
	return one, nil
}

func errLink() error {
	return &exchange.Error{Op: "read link", Kind: exchange.Forbidden, Code: "rating-link", Err: exchange.Because(
		"this is no link of this exchange: it was cut, altered or made elsewhere", "该链接不是本平台签发的评价链接：可能不完整、被改动或来自他处")}
}

// ratingID returns what the record has in the place of an exchange and its sender. Only who
// has the secret can compute it.
func (l *Links) ratingID(id uuid.UUID, sender string) string {
	mac := hmac.New(sha256.New, l.id)
	_, _ = mac.Write(id[:])
	_, _ = mac.Write([]byte(sender))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
