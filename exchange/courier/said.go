package courier

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"beibu/exchange"
)

// Said is what an attempt sent and what came back, as a carrier has it. The courier masks
// it before it is recorded: no carrier has to.
type Said struct {
	Request string   // method and address without a query, or the name of a file
	Sent    []string // headers that are no secret, each "Name: value"
	Status  string   // of the answer, such as 503 Service Unavailable
	Err     error    // if there was no answer; it may quote what came
	Headers []string // of the answer, those that may be shown
	Type    string   // the media type of Body
	Body    []byte   // the beginning of a failed answer
	Cut     bool     // Body is not all of it
}

// The bounds of what is recorded of an attempt, in bytes.
const (
	maxBody   = 1024
	maxLine   = 300 // of a request, an answer or a header
	maxLines  = 16  // headers, each way
	cutMargin = 256 // at the end of a body that was cut, a value may be cut, too
)

// record returns what the record keeps of it. values are what the document says about
// people, if its kind is known.
func (s *Said) record(values []string, known bool) *exchange.Dialogue {
	if s == nil {
		return nil
	}
	m, complete := masksOf(values)
	known = known && complete
	d := &exchange.Dialogue{Request: m.line(s.Request), Answer: s.Status, Sent: m.lines(s.Sent)}
	if known {
		d.Headers = m.lines(s.Headers)
		if s.Err != nil {
			d.Answer = m.line(s.Err.Error())
		}
	}
	switch {
	case len(s.Body) == 0:
	case !s.isText():
		d.Withheld = exchange.WithheldNotText
	case !known:
		d.Withheld = exchange.WithheldPersonal
	default:
		d.Body = m.body(s.Body, s.Cut)
	}
	d.Masked = m.masked
	return d
}

// isText reports whether the body is JSON, XML or plain text in UTF-8.
func (s *Said) isText() bool {
	kind, _, err := mime.ParseMediaType(s.Type)
	_, form, _ := strings.Cut(kind, "/")
	text := kind == "text/plain" || form == "json" || form == "xml" || strings.HasSuffix(form, "+json") || strings.HasSuffix(form, "+xml")
	return err == nil && text && utf8.Valid(whole(s.Body, s.Cut))
}

// whole returns a text without the character at its end that was cut.
func whole(text []byte, cut bool) []byte {
	for n := 0; cut && n < utf8.UTFMax && len(text) > 0 && !utf8.Valid(text); n++ {
		text = text[:len(text)-1]
	}
	return text
}

// plain returns a text with a space for each run of white space and control characters.
func plain(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}

// clip returns at most so many bytes of a text, and no part of a character.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
