package acceptor_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"beibu/testdata"
)

// types are built-in types, each with values around the edges of its own.
var types = map[string][]string{
	"string":             {"", " a  b ", "榴莲\t"},
	"normalizedString":   {"a b", "a\tb"},
	"token":              {"a b", " a", "a  b"},
	"language":           {"zh", "zh-CN", "i-klingon", "abcdefgh-12345678", "x-123456789"},
	"ID":                 {"a", "_a-1.b", "a:b", "é", "1a"},
	"NCName":             {"a", "_a-1.b", "a:b", "é", "1a"},
	"anyURI":             {"urn:a:b", "http://a.b:80/c/d_e", "http://[::1]/", "a b", "http:", "x://", "x:///a", "urn:%41", "1:a", "//a", "a/b:c", "x://-a", "x:..//b", "", "#", "#a", "#a#b", "urn:a#", "http://a.b/c#d-e", "urn:a#b#c", "urn:#a", "a#b", "#%"},
	"boolean":            {"true", "false", "1", "0", "True", "10"},
	"base64Binary":       {"", "QUJD", "QUI=", "QQ==", "QR==", "Q U J D", "QUJDQUI=", "===="},
	"hexBinary":          {"", "0aFF", "0", "0g"},
	"date":               {"2026-01-31", "2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0001-01-01", "0000-01-01", "-0001-01-01", "10000-12-31", "2026-01-31Z", "2026-01-31+14:00", "2026-01-31-14:01"},
	"time":               {"00:00:00", "24:00:00", "23:59:59.999", "23:59:60", "08:30:00Z", "08:30:00+08:00"},
	"dateTime":           {"2026-01-31T08:30:00", "2026-01-31T24:00:00", "2024-02-29T23:59:59.1Z", "2026-01-31T08:30:00-14:00"},
	"decimal":            {"1", "-1.50", "+.5", "1.", ".", "00.00", "12345678901234567890.123"},
	"integer":            {"1", "-10", "+7", "1.0", "99999999999999999999"},
	"nonNegativeInteger": {"0", "-0", "-1", "+1", "00"},
	"positiveInteger":    {"1", "0", "-0", "+01", "10000000000000000"},
}

// bounds are facets of some types.
var bounds = map[string]struct{ base, facets string }{
	"bounded":   {"decimal", `<xs:minInclusive value="-9"/><xs:maxInclusive value="100"/>`},
	"negative":  {"decimal", `<xs:minInclusive value="-100"/><xs:maxInclusive value="-9"/>`},
	"written":   {"decimal", `<xs:totalDigits value="4"/><xs:fractionDigits value="2"/>`},
	"counted":   {"positiveInteger", `<xs:maxInclusive value="999"/>`},
	"cent":      {"integer", `<xs:minInclusive value="0"/><xs:totalDigits value="3"/>`},
	"short":     {"token", `<xs:minLength value="1"/><xs:maxLength value="3"/>`},
	"long":      {"token", `<xs:minLength value="4"/>`},
	"exact":     {"string", `<xs:length value="2"/>`},
	"normal":    {"normalizedString", `<xs:maxLength value="2"/>`},
	"code":      {"token", `<xs:enumeration value="a"/><xs:enumeration value="b c"/>`},
	"patterned": {"token", `<xs:pattern value="[0-9A-Za-z][0-9A-Za-z./\-]*|#"/><xs:maxLength value="4"/>`},
	"digits":    {"decimal", `<xs:pattern value="[0-9]+(\.[0-9]{1,2})?"/>`},
	"day":       {"date", `<xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}"/>`},
	"year":      {"date", `<xs:minInclusive value="2026-01-01"/>`},
	"bytes":     {"base64Binary", `<xs:maxLength value="2"/>`},
}

// valueJudge is the judge of documents whose root is of the name of a type.
func valueJudge(tb testing.TB) judge {
	tb.Helper()
	var declarations strings.Builder
	for name := range types {
		fmt.Fprintf(&declarations, `<xs:element name="%[1]s"><xs:complexType><xs:simpleContent><xs:extension base="xs:%[1]s"><xs:attribute name="k" type="xs:%[1]s"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>`, name)
	}
	for name, b := range bounds {
		fmt.Fprintf(&declarations, `<xs:element name="%s"><xs:simpleType><xs:restriction base="xs:%s">%s</xs:restriction></xs:simpleType></xs:element>`, name, b.base, b.facets)
	}
	j, ok := newJudge(tb, schema(declarations.String()))
	if !ok {
		tb.Fatal("the engine does not compile the types")
	}
	return j
}

// valuesEach is how many values of a type are tried.
func valuesEach() int {
	if testdata.Long() {
		return 20_000
	}
	return 2_000
}

// TestValues holds the values of each type, and random changes of them, against the
// engine: what is accepted must be valid, and of what is valid most is accepted.
func TestValues(t *testing.T) {
	j, random := valueJudge(t), rand.New(rand.NewPCG(12, 1))
	names := make([]string, 0, len(types)+len(bounds))
	for name := range types {
		names = append(names, name)
	}
	for name := range bounds {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		base := name
		if b, ok := bounds[name]; ok {
			base = b.base
		}
		sure, valid := 0, 0
		for range valuesEach() {
			value := changed(random, types[base][random.IntN(len(types[base]))])
			doc := "<" + name + ` xmlns="u">` + escaped(value) + "</" + name + ">"
			if _, bounded := bounds[name]; !bounded && random.IntN(3) == 0 {
				doc = "<" + name + ` xmlns="u" k="` + escaped(value) + `">` + types[base][0] + "</" + name + ">"
			}
			yes, good := j.verdicts(t, doc)
			if yes {
				sure++
			}
			if good {
				valid++
			}
		}
		if few := name == "year" || name == "bytes" || name == "anyURI"; !few && sure < valid/2 || valid == 0 {
			t.Errorf("%s: %d of %d valid values are accepted", name, sure, valid)
		}
	}
}

// changed changes a few characters of a value.
func changed(random *rand.Rand, value string) string {
	const alphabet = "0011223456789999--++..::TZ  \t\naAbcEz=/#%&_榴é[]?"
	letters, runes := []rune(alphabet), []rune(value)
	for range random.IntN(4) {
		c := letters[random.IntN(len(letters))]
		at := random.IntN(len(runes) + 1)
		switch random.IntN(3) {
		case 0:
			runes = slices.Insert(runes, at, c)
		case 1:
			if at < len(runes) {
				runes[at] = c
			}
		default:
			if at < len(runes) {
				runes = slices.Delete(runes, at, at+1)
			}
		}
	}
	return string(runes)
}

// FuzzValues keeps looking for a value that is accepted and that the engine refuses.
func FuzzValues(f *testing.F) {
	j := valueJudge(f)
	for name, values := range types {
		for _, value := range values {
			f.Add(name, value)
		}
	}
	for name, b := range bounds {
		for _, value := range types[b.base] {
			f.Add(name, value)
		}
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		j.verdicts(t, "<"+name+` xmlns="u">`+escaped(value)+"</"+name+">")
	})
}

// patterns are parts of patterns, and values that match some of them.
var (
	patterns = []string{"a", "b", "[ab]", "[a-c]", "[0-9]", "(", ")", "|", "?", "*", "+", "{2}", "{1,2}", "{0,}", `\.`, `\-`, `\\`, "-", "#", ".", "^", "$", `\d`, "[^a]", "[a-c-[b]]", "[-a]", "[a-]", `[\-a]`, `[\]]`, "{", "}", "]", " ", "榴", "(a|b)", "(ab)", "&amp;", "x{,2}", "[]"}
	matching = []string{"", "a", "b", "c", "ab", "aa", "abab", "0", "12", ".", "-", "#", `\`, "a b", "]", "^", "$", "榴", "ba", "abc", "a-c", "&", "x"}
)

// TestPatterns makes patterns of parts, and holds values against them.
func TestPatterns(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 2))
	compiled, sure := 0, 0
	for range valuesEach() {
		var pattern strings.Builder
		for range 1 + random.IntN(4) {
			pattern.WriteString(patterns[random.IntN(len(patterns))])
		}
		j, ok := newJudge(t, schema(restricted("xs:string", `<xs:pattern value="`+pattern.String()+`"/>`)))
		if !ok {
			continue
		}
		compiled++
		for _, value := range matching {
			if yes, _ := j.verdicts(t, `<r xmlns="u">`+escaped(value)+"</r>"); yes {
				sure++
			}
		}
	}
	if compiled < 200 || sure < 200 {
		t.Errorf("%d patterns, %d values accepted", compiled, sure)
	}
}

// FuzzPatterns keeps looking for a value that matches a pattern as it is translated and
// not as the engine reads it.
func FuzzPatterns(f *testing.F) {
	for _, pattern := range patterns {
		for _, value := range matching[:4] {
			f.Add(pattern, value)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		if j, ok := newJudge(t, schema(restricted("xs:string", `<xs:pattern value="`+escaped(pattern)+`"/>`))); ok {
			j.verdicts(t, `<r xmlns="u">`+escaped(value)+"</r>")
		}
	})
}
