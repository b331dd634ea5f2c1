package schemas_test

import (
	"strconv"
	"strings"

	"beibu/schemas/internal/grammar"

	"github.com/beevik/etree"
)

// edges are values at the edges of the built-in types: some just within, some just
// beyond, some that are rare.
var edges = map[string][]string{
	"date": {
		"0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2024-02-29", "2023-02-29", "1900-02-29",
		"2000-02-29", "2025-04-31", "2025-00-10", "2025-1-01", "2025-01-00", "2025-09-17+14:00", "2025-09-17+14:01",
		"2025-09-17-00:00", "2025-09-17z", "2025-09-17+24:00", "2025-09-17 ", lineFeed + "2025-09-17", "2025-09-17T00:00:00", "2025-09-17+8:00",
	},
	"time": {
		"00:00:00", "23:59:59", "23:59:60", "24:00:00", "24:00:01", "08:30", "8:30:00", "08:30:00.", "08:30:00.5", "08:30:00.000Z",
		"08:30:00-14:00", "08:60:00", "08:30:00+", " 08:30:00", "08:30:00,5",
	},
	"dateTime": {
		"2025-09-17T08:30:00", "2025-09-17T24:00:00", "2025-09-17T24:00:00.1", "2025-02-29T00:00:00Z", "2025-09-17t08:30:00",
		"2025-09-17 08:30:00", "2025-09-17T08:30:00.123456789+08:00", "2025-09-17T", "12025-09-17T08:30:00", "2025-09-17T23:59:60Z",
	},
	"decimal": {
		"+1", "-0", "00.0", "1.", "+.5", ".", "", "-", "1e5", "1,5", "0.00001", "12345678901234567890.12", "-0.0", "+-1", "1.2.3",
		"99999999999999999999", "100", "100.0", "100.000001", "-0.0000001", "INF", "٣", " 7 ", "7 7",
	},
	"integer":         {"0", "-1", "+1", "001", "1.0", "100", "101", "999", "1000", "9999", "10000", "-0", "1.", "0x1", "999999999999999999"},
	"positiveInteger": {"0", "1", "-1", "+1", "00", "001", "1.0", "999", "1000", "10000"},
	"boolean":         {"true", "false", "1", "0", "TRUE", "yes", "01", " true ", "", "True"},
	"base64Binary":    {"", "QUJD", "QUI=", "QUI", "QQ==", "QR==", "QUJ=", "QUJD\nQUJD", "Q U J D", "====", "Q===", "QUJD=", "QU-_", "QUJDQ", " QUJD ", "QQ= ="},
	"anyURI": {
		"", "urn:a", "urn:", ":a", "http://[", "http://[::1]/", "http://a/%zz", "http://a/%41", "//a", "a b", "a\tb", "http://a:8/b", "http://-/", "1:a",
		"http:", "http://", "http:///a", "urn:榴莲", "mailto:a@b", "a", "#", "urn:a:b.c-d_e", "http://a/b?c=d#e", "C:\\a", "{}", "http://a//b", "x:/a", "x::",
		"#a", "#a#b", "##", "urn:a#", "urn:#a", "http://a/b#c", "http://a/b#c#d", "a#b", "#[", "#%41",
	},
	"language": {"zh", "zh-CN", "zh_CN", "toolongtag", "a", "zh-", "-zh", "zh--CN", "zh-123456789", "1a", "zh-1a", " zh ", ""},
	"ID":       {"a", "a1", "1a", "a:b", "_", "-a", "a.b-c", "榴莲", "", " a ", "a b", "same", "same"},
	"token":    {"", " ", "a  b", " a", "a ", "a\tb", "a\nb", "榴莲", "a b"},
}

// edge gives an element without children a value at the edge of its type.
func (m *mutator) edge(all []*etree.Element) {
	e := m.leaf(all)
	if t := m.typeOf(e); t.Simple() {
		e.SetText(m.edgeOf(t.Text))
	}
}

// attributeEdge gives an attribute of an element a value at the edge of its type.
func (m *mutator) attributeEdge(e *etree.Element) {
	t := m.typeOf(e)
	if t == nil || len(t.Attributes) == 0 {
		return
	}
	a := t.Attributes[m.IntN(len(t.Attributes))]
	if a.Name.Space == "" && a.Type.Simple() {
		e.CreateAttr(a.Name.Local, m.edgeOf(a.Type.Text))
	}
}

// edgeOf returns a value at the edge of a simple type.
func (m *mutator) edgeOf(t *grammar.Text) string {
	some := edges[t.Base]
	if some == nil {
		some = edges["token"]
	}
	for _, f := range t.Facets {
		n, err := strconv.Atoi(f.Value)
		if err != nil {
			continue
		}
		for _, near := range []int{n - 1, n, n + 1} {
			switch {
			case strings.HasSuffix(strings.ToLower(f.Kind), "length") && near >= 0:
				some = append(some, strings.Repeat("x", near), strings.Repeat("榴", near), " "+strings.Repeat("x", near)+" ")
			case strings.HasSuffix(f.Kind, "clusive"):
				some = append(some, strconv.Itoa(near), strconv.Itoa(near)+".0", strconv.Itoa(near)+".01", "+0"+strconv.Itoa(max(near, 0)), "-"+strconv.Itoa(max(near, 0)))
			case strings.HasSuffix(f.Kind, "Digits") && near > 0:
				some = append(some, strings.Repeat("1", near), "0."+strings.Repeat("1", near), "0"+strings.Repeat("1", near), strings.Repeat("1", near)+".0", "1."+strings.Repeat("1", near)+"0")
			}
		}
	}
	if len(t.Patterns) > 0 && m.IntN(2) == 0 {
		some = []string{"1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "AB", "ABC", "ABCDE", "ABC2E", "ab", "A1", "A", "a", "0", "abc", "AB#C", "12-34-5", "1234-56-78", "CNQZH", "CN", "zh", "CNY", "A.B/C-D", "Ａ", "é", "A\nB", " AB", "AB "}
	}
	return some[m.IntN(len(some))]
}
