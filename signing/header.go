package signing

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// A Header is what an envelope says of its document. The seal covers it.
type Header struct {
	ExchangeID      string
	Sender          string // party id
	Kind            string // such as "ata-carnet"
	DocumentNumber  string
	DocumentVersion string
	Receivers       []string  // party ids
	DigestSHA256    [32]byte  // of the document's bytes
	AcceptedAt      time.Time // kept to the nanosecond, in UTC
	SchemaPack      string    // by which the document was found valid, such as "profile:ubl-2.4"
	Readdressed     Readdressed
}

// A Readdressed says that an envelope was sealed later for other receivers than the first
// one of its document. It is zero in the first one, which has no element for it.
type Readdressed struct {
	Run  string    // the id of the run that did it
	Plan string    // the digest of its plan
	At   time.Time // kept to the nanosecond, in UTC
}

// sealedAt returns when the envelope is sealed.
func (h *Header) sealedAt() time.Time {
	if h.Readdressed != (Readdressed{}) {
		return h.Readdressed.At
	}
	return h.AcceptedAt
}

// ErrHeader says that a header cannot be written: a value holds a character
// that XML does not allow, or a time is outside the years 0 to 9999.
var ErrHeader = errors.New("the header has a value that XML cannot carry")

// A field is one element of the header with its text.
type field struct{ name, text string }

// The elements of the header, in their order, before and after the receivers.
func (h *Header) before() [5]field {
	return [...]field{
		{"ExchangeID", h.ExchangeID},
		{"Sender", h.Sender},
		{"Kind", h.Kind},
		{"DocumentNumber", h.DocumentNumber},
		{"DocumentVersion", h.DocumentVersion},
	}
}

// check returns an error that wraps ErrHeader if the header cannot be
// written and read back the same.
func (h *Header) check() error {
	for _, f := range h.before() {
		if !isText(f.text) {
			return fmt.Errorf("write %s: %w", f.name, ErrHeader)
		}
	}
	for _, receiver := range h.Receivers {
		if !isText(receiver) {
			return fmt.Errorf("write Receiver: %w", ErrHeader)
		}
	}
	if !isText(h.SchemaPack) {
		return fmt.Errorf("write SchemaPack: %w", ErrHeader)
	}
	if !isText(h.Readdressed.Run) || !isText(h.Readdressed.Plan) {
		return fmt.Errorf("write Readdressed: %w", ErrHeader)
	}
	for _, at := range [...]time.Time{h.AcceptedAt, h.sealedAt()} {
		if year := at.UTC().Year(); year < 0 || year > 9999 {
			return fmt.Errorf("write AcceptedAt: %w", ErrHeader)
		}
	}
	return nil
}

// isText reports whether every character is one of XML (XML 1.0 §2.2).
func isText(s string) bool {
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			if _, n := utf8.DecodeRuneInString(s[i:]); n <= 1 {
				return false
			}
		case r == '\t' || r == '\n' || r == '\r':
		case r < 0x20 || r == 0xfffe || r == 0xffff:
			return false
		}
	}
	return true
}

// size is how many bytes append writes at most, if little is escaped.
func (h *Header) size() int {
	n := 512
	for _, f := range h.before() {
		n += len(f.text)
	}
	for _, receiver := range h.Receivers {
		n += len(receiver) + len("<Receiver></Receiver>")
	}
	return n + len(h.SchemaPack) + len(h.Readdressed.Run) + len(h.Readdressed.Plan)
}

// append writes the header in canonical form.
func (h *Header) append(dst []byte) []byte {
	dst = append(dst, "<Header>"...)
	for _, f := range h.before() {
		dst = appendElement(dst, f.name, f.text)
	}
	dst = append(dst, "<Receivers>"...)
	for _, receiver := range h.Receivers {
		dst = appendElement(dst, "Receiver", receiver)
	}
	dst = append(dst, "</Receivers><DigestSHA256>"...)
	dst = hex.AppendEncode(dst, h.DigestSHA256[:])
	dst = append(dst, "</DigestSHA256><AcceptedAt>"...)
	dst = h.AcceptedAt.UTC().AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, "</AcceptedAt>"...)
	dst = appendElement(dst, "SchemaPack", h.SchemaPack)
	if h.Readdressed != (Readdressed{}) {
		dst = h.Readdressed.append(dst)
	}
	return append(dst, "</Header>"...)
}

func (r *Readdressed) append(dst []byte) []byte {
	dst = appendElement(append(dst, "<Readdressed>"...), "Run", r.Run)
	dst = append(appendElement(dst, "Plan", r.Plan), "<At>"...)
	dst = r.At.UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, "</At></Readdressed>"...)
}

func appendElement(dst []byte, name, text string) []byte {
	dst = append(dst, '<')
	dst = append(dst, name...)
	dst = append(dst, '>')
	dst = appendText(dst, text)
	dst = append(dst, '<', '/')
	dst = append(dst, name...)
	return append(dst, '>')
}

// appendText writes a text node canonically (Canonical XML 1.0 §2.3).
func appendText(dst []byte, text string) []byte {
	from := 0
	for i := range len(text) {
		var escaped string
		switch text[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '\r':
			escaped = "&#xD;"
		default:
			continue
		}
		dst = append(dst, text[from:i]...)
		dst = append(dst, escaped...)
		from = i + 1
	}
	return append(dst, text[from:]...)
}

// parseTime reads a time as append writes it, and in no other form.
func parseTime(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, false
	}
	t = t.UTC()
	return t, t.Format(time.RFC3339Nano) == text
}
