package courier

import (
	"cmp"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"beibu/exchange"
)

// What looks like a secret, wherever it is. The first group of a match is kept.
var secrets = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(\b(?:bearer|basic|digest|negotiate)\s+)[\w+/=.~-]{6,}`),
	regexp.MustCompile(`(?i)(<(?:[\w-]+:)?[\w-]*(?:authorization|cookie|token|secret|passw|api-?key|signature|session)[\w-]*(?:\s[^>]*)?>)[^<]+`),
	regexp.MustCompile(`(?i)([\w-]*(?:authorization|cookie|token|secret|passw|api-?_?key|signature|session)[\w-]*["']?\s*[:=]\s*)("[^"]*"?|'[^']*'?|[^\s,;&<"']+)`),
	regexp.MustCompile(`()\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?`), // a JSON Web Token
}

// token is what may be base64 or hexadecimal of 16 bytes or more.
var token = regexp.MustCompile(`[A-Za-z0-9+/_=-]{32,}`)

// isSecret reports whether what may be a token is one, and no path, number of an exchange
// or long word.
func isSecret(text string) bool {
	if uuid.Validate(text[:min(len(text), 36)]) == nil {
		return false
	}
	has := func(is func(rune) bool) bool { return strings.IndexFunc(text, is) >= 0 }
	hexadecimal := !has(func(r rune) bool { return hexOf(r) < 0 })
	return hexadecimal || has(unicode.IsDigit) && has(unicode.IsUpper) && has(unicode.IsLower)
}

// encoded are the forms in which an answer may repeat a character of the document.
var (
	escaped = regexp.MustCompile(`(?:\\+u[0-9A-Fa-f]{4})+`)
	percent = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)
)

// masks masks the text of one attempt.
type masks struct {
	personal *regexp.Regexp // or nil
	masked   int
}

// maxPatterns bounds what is looked for, in bytes; a document has some thousand.
const maxPatterns = 128 << 10

// masksOf returns the masks for values that are about people. Each is found in whatever
// case and spacing, with or without its marks and the signs between its digits, and so is
// each of its words. It returns false if they are too many: nothing is masked then.
func masksOf(values []string) (m *masks, complete bool) {
	var patterns []string
	size := 0
	add := func(pattern string) {
		if pattern != "" {
			patterns, size = append(patterns, pattern), size+len(pattern)
		}
	}
	for _, value := range values {
		if size+len(value) > maxPatterns {
			return &masks{}, false
		}
		for _, form := range []string{plain(norm.NFC.String(value)), bare(value)} {
			words := strings.FieldsFunc(form, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;/()", r) })
			add(spaced(strings.Fields(form)))
			for _, word := range words {
				add(spaced([]string{word}))
			}
			add(numbered(form))
		}
	}
	if len(patterns) == 0 {
		return &masks{}, true
	}
	slices.SortFunc(patterns, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // the longest first
	personal, err := regexp.Compile(`(?i)` + strings.Join(slices.Compact(patterns), "|"))
	return &masks{personal: personal}, err == nil
}

// bare returns a text without the marks of its letters, as a system writes it that knows
// ASCII alone.
func bare(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(plain(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ':
			b.WriteRune('d')
		case r == 'Đ':
			b.WriteRune('D')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// spaced returns the pattern for words, whatever is between them. A short word of ASCII is
// found as a whole alone, and a single letter of ASCII is not.
func spaced(words []string) string {
	if len(words) == 0 {
		return ""
	}
	quoted := make([]string, 0, len(words))
	for _, word := range words {
		if strings.IndexFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
			var each []string
			for _, r := range word {
				each = append(each, regexp.QuoteMeta(string(r)))
			}
			quoted = append(quoted, strings.Join(each, `\s*`))
			continue
		}
		quoted = append(quoted, regexp.QuoteMeta(word))
	}
	pattern, text := strings.Join(quoted, `[\s,;_.+-]*`), strings.Join(words, "")
	ascii := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	switch {
	case ascii && len(text) < 2:
		return ""
	case ascii && len(text) < 4 && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0:
		return `\b` + pattern + `\b`
	}
	return pattern
}

// numbered returns the pattern for the digits of a value, whatever signs are between them.
func numbered(text string) string {
	var digits []string
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits = append(digits, string(r))
		}
	}
	if len(digits) < 6 {
		return ""
	}
	return strings.Join(digits, `[ ()/.+-]*`)
}

// text masks a text, in the plain form of its characters.
func (m *masks) text(text string) string {
	text = plain(norm.NFC.String(decode(text)))
	for _, secret := range secrets {
		text = secret.ReplaceAllStringFunc(text, func(found string) string {
			m.masked++
			return secret.FindStringSubmatch(found)[1] + exchange.DialogueMask
		})
	}
	text = token.ReplaceAllStringFunc(text, func(found string) string {
		if !isSecret(found) {
			return found
		}
		m.masked++
		return exchange.DialogueMask
	})
	if m.personal != nil {
		text = m.personal.ReplaceAllStringFunc(text, func(string) string {
			m.masked++
			return exchange.DialogueMask
		})
	}
	return text
}

// line masks a line, and cuts it.
func (m *masks) line(text string) string { return clip(m.text(text), maxLine) }

// lines masks lines. Their names are kept as they are, so that no value hides one.
func (m *masks) lines(all []string) []string {
	var out []string
	for _, one := range all[:min(len(all), maxLines)] {
		name, value, ok := strings.Cut(one, ": ")
		if ok && !strings.EqualFold(name, "traceparent") {
			one = name + ": " + m.line(value)
		}
		out = append(out, clip(one, maxLine))
	}
	return out
}

// body masks the beginning of a body, and cuts it. If it was cut before, a value at its
// end may be, too, and nothing near that end is kept.
func (m *masks) body(text []byte, cut bool) string {
	masked := m.text(string(whole(text, cut)))
	if cut {
		masked = clip(masked, max(0, len(masked)-cutMargin))
	}
	return clip(masked, maxBody)
}

// decode returns a text with its characters instead of what JSON, XML or an address
// writes for them.
func decode(text string) string {
	for range 2 { // an answer may quote an answer
		text = escaped.ReplaceAllStringFunc(text, func(found string) string {
			var units []uint16
			for one := range strings.SplitSeq(strings.ReplaceAll(found, `\`, "")[1:], "u") {
				var unit uint16
				for _, digit := range one {
					unit = unit<<4 | uint16(hexOf(digit)) //nolint:gosec // below 16
				}
				units = append(units, unit)
			}
			return string(utf16.Decode(units))
		})
		text = percent.ReplaceAllStringFunc(text, func(found string) string {
			plain, err := url.PathUnescape(found)
			if err != nil || !utf8.ValidString(plain) {
				return found
			}
			return plain
		})
		text = html.UnescapeString(text)
	}
	return text
}

// hexOf returns the value of a hexadecimal digit.
func hexOf(digit rune) int { return strings.IndexRune("0123456789abcdef", unicode.ToLower(digit)) }
