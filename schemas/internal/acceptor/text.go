package acceptor

import (
	"regexp"
	"strconv"
	"unicode/utf8"

	"beibu/schemas/internal/grammar"
)

// A text is a simple type as checks of a value. Facets that are not there allow all.
type text struct {
	check      func(value []byte, w *walk) bool // by the built-in type underneath
	collapse   bool                             // white space at the ends does not count, and within it is one space
	anything   bool                             // all that is text
	values     map[string]bool
	patterns   []*regexp.Regexp // all must match
	shortest   int
	longest    int // -1 for no bound
	digits     int // in all; -1 for no bound
	fraction   int // of digits; -1 for no bound
	least, top *int64
}

// unsure is the type that no value has for sure.
var unsure = &text{check: func([]byte, *walk) bool { return false }}

// A builtin is a type of XML Schema (part 2) as it is checked here.
type builtin struct {
	check   func(value []byte, w *walk) bool
	stringy bool // its values are compared as they are written, and have a length
	number  bool
	least   int64 // of a number, if bounded
	bounded bool
}

var builtins = map[string]builtin{
	"string":             {stringy: true},
	"normalizedString":   {stringy: true},
	"token":              {stringy: true},
	"language":           {check: plain(isLanguage)},
	"ID":                 {check: func(v []byte, w *walk) bool { return w.identify(v) }},
	"NCName":             {check: plain(isNCName)},
	"anyURI":             {check: plain(isPlainURI)},
	"boolean":            {check: plain(isBoolean)},
	"base64Binary":       {check: plain(isBase64)},
	"hexBinary":          {check: plain(isHex)},
	"date":               {check: plain(isDate)},
	"time":               {check: plain(isTime)},
	"dateTime":           {check: plain(isDateTime)},
	"decimal":            {check: plain(isDecimal), number: true},
	"integer":            {check: plain(isInteger), number: true},
	"nonNegativeInteger": {check: plain(isInteger), number: true, bounded: true},
	"positiveInteger":    {check: plain(isInteger), number: true, bounded: true, least: 1},
}

func plain(is func([]byte) bool) func([]byte, *walk) bool {
	return func(value []byte, _ *walk) bool { return is(value) }
}

// newText makes the checks of a simple type, or returns false if one of them is not
// done here.
func newText(t *grammar.Text) (*text, bool) {
	b, ok := builtins[t.Base]
	if !ok || t.Doubtful || t.Base == "ID" && (len(t.Facets)+len(t.Steps)+len(t.Values) > 0) {
		return nil, false
	}
	made := &text{check: b.check, collapse: t.Base != "string" && t.Base != "normalizedString", longest: -1, digits: -1, fraction: -1}
	if b.bounded {
		made.least = &b.least
	}
	for _, f := range t.Facets {
		if !made.limit(f, b) {
			return nil, false
		}
	}
	for _, step := range t.Steps {
		p, ok := pattern(step)
		if !ok {
			return nil, false
		}
		made.patterns = append(made.patterns, p)
	}
	if len(t.Values) > 0 && !made.enumerate(t.Values, b) {
		return nil, false
	}
	made.anything = b.stringy && len(t.Facets)+len(t.Steps)+len(t.Values) == 0
	return made, true
}

// limit adds a facet.
func (t *text) limit(f grammar.Facet, b builtin) bool {
	bound, err := strconv.ParseInt(f.Value, 10, 32)
	if err != nil {
		return false
	}
	size := int(bound)
	switch f.Kind {
	case "length", "minLength", "maxLength":
		if !b.stringy || size < 0 {
			return false
		}
		if f.Kind != "maxLength" {
			t.shortest = max(t.shortest, size)
		}
		if f.Kind != "minLength" {
			t.longest = lower(t.longest, size)
		}
	case "totalDigits":
		t.digits = lower(t.digits, size)
	case "fractionDigits":
		t.fraction = lower(t.fraction, size)
	case "minInclusive":
		if t.least == nil || *t.least < bound {
			t.least = &bound
		}
	case "maxInclusive":
		if t.top == nil || *t.top > bound {
			t.top = &bound
		}
	default:
		return false
	}
	return b.stringy || b.number
}

// lower returns the lower of two bounds, of which the first may be none.
func lower(bound, other int) int {
	if bound < 0 {
		return other
	}
	return min(bound, other)
}

// enumerate adds an enumeration, if its values are written as they are compared.
func (t *text) enumerate(values []string, b builtin) bool {
	t.values = make(map[string]bool, len(values))
	for _, value := range values {
		if !b.stringy || !isCollapsed([]byte(value)) {
			return false
		}
		t.values[value] = true
	}
	return true
}

// allows reports whether the type allows a value for sure.
func (t *text) allows(value []byte, w *walk) bool {
	if t.anything {
		return true
	}
	if t.collapse {
		if value = trim(value); t.check == nil && !isCollapsed(value) {
			return false
		}
	}
	return (t.check == nil || t.check(value, w)) && t.hasLength(value) && t.inBounds(value) &&
		(t.values == nil || t.values[string(value)]) && t.matches(value)
}

func (t *text) hasLength(value []byte) bool {
	if t.shortest == 0 && t.longest < 0 {
		return true
	}
	length := utf8.RuneCount(value)
	return length >= t.shortest && (t.longest < 0 || length <= t.longest)
}

func (t *text) matches(value []byte) bool {
	for _, p := range t.patterns {
		if !p.Match(value) {
			return false
		}
	}
	return true
}

// inBounds reports whether a decimal number keeps to the facets of numbers. Digits
// are counted as they are written, which is more than what counts.
func (t *text) inBounds(value []byte) bool {
	if t.digits < 0 && t.fraction < 0 && t.least == nil && t.top == nil {
		return true
	}
	d, ok := readDecimal(value)
	if !ok || t.digits >= 0 && d.digits > t.digits || t.fraction >= 0 && d.fraction > t.fraction {
		return false
	}
	return (t.least == nil || d.floor >= *t.least) && (t.top == nil || d.ceiling <= *t.top)
}
