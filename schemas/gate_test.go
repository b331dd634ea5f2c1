package schemas_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"beibu/schemas"
)

// repeat writes what is there n times.
func repeat(s string, n int) string { return strings.Repeat(s, n) }

// numbered writes format for 0 to n-1.
func numbered(format string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, format, i)
	}
	return out.String()
}

var hostile = []struct{ name, doc, want string }{
	{"nothing", "", "xml.syntax 1:1 /"},
	{"no XML", "PK\x03\x04", "xml.syntax 1:1 /"},
	{"empty DTD", `<!DOCTYPE a><a/>`, "xml.dtd 1:1 /"},
	{"DTD with an external entity", "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "xml.dtd 2:1 /"},
	{"entity bomb", `<!DOCTYPE a [<!ENTITY b "` + repeat("&c;", 100) + `">]><a>&b;</a>`, "xml.dtd 1:1 /"},
	{"DTD behind a comment", "<!-- --><!DOCTYPE a SYSTEM 'x\"><!--'><a/>", "xml.dtd 1:9 /"},
	{"DTD in content", "<a><!DOCTYPE b></a>", "xml.dtd 1:4 /a"},
	{"entity", "<a>&b;</a>", "xml.syntax 1:4 /a"},
	{"ampersand", "<a>\n<b>Import & Export</b></a>", "xml.syntax 2:11 /a/b"},
	{"character that XML has not", "<a>&#0;</a>", "xml.syntax 1:4 /a"},
	{"control character", "<a>\x01</a>", "xml.syntax"},
	{"processing instruction", "<a><?php ?></a>", "xml.pi 1:4 /a"},
	{"stylesheet", "<?xml version='1.0'?><?xml-stylesheet href='x'?><a/>", "xml.pi 1:22 /"},
	{"instruction behind the root", "<a/><?x?>", "xml.pi 1:5 /"},
	{"second declaration", "<a><?xml version='1.0'?></a>", "xml.syntax"},
	{"declaration behind white space", " <?xml version='1.0'?><a/>", "xml.syntax"},
	{"XML 1.1", "<?xml version='1.1'?><a/>", "xml.syntax 1:1 /"},
	{"GBK", "<?xml version='1.0' encoding='GBK'?><a>\xb9\xe3</a>", "xml.encoding 1:1 /"},
	{"ISO-8859-1", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "xml.encoding 1:1 /"},
	{"UTF-16", "\xff\xfe<\x00a\x00/\x00>\x00", "xml.encoding 1:1 /"},
	{"overlong UTF-8", "<a>\xc0\xaf</a>", "xml.encoding 1:4 /a"},
	{"broken UTF-8", "<a>\n榴莲\xe6</a>", "xml.encoding 2:7 /a"},
	{"text behind the root", "<a/>x", "xml.syntax 1:5 /"},
	{"text before the root", "x<a/>", "xml.syntax 1:1 /"},
	{"two roots", "<a/>\n<b/>", "xml.syntax 2:1 /"},
	{"not closed", "<a>\n<b>", "xml.syntax 2:4 /a/b"},
	{"closed wrongly", "<a><b></a></b>", "xml.syntax 1:7 /a/b"},
	{"attribute twice", "<a b='1' b='2'/>", "xml.duplicate-attribute 1:1 /a"},
	{"attribute twice by namespace", "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", "xml.duplicate-attribute 1:1 /a"},
	{"prefix of an element", "<a><x:b/></a>", "xml.namespace 1:4 /a/b"},
	{"prefix of an attribute", "<a x:b='1'/>", "xml.namespace 1:1 /a"},
	{"attributes without space", "<a b='1'c='2'/>", "xml.syntax"},
	{"less-than in an attribute", "<a b='<'/>", "xml.syntax"},
	{"64 levels", repeat("<a>", 64) + repeat("</a>", 64), "schema.unknown-kind 1:1 /a"},
	{"65 levels", repeat("<a>", 65) + repeat("</a>", 65), "xml.limit 1:193 " + repeat("/a", 65)},
	{"a million levels", repeat("<a>", 1_000_000), "xml.limit"},
	{"64 attributes", "<a " + numbered("a%d='' ", 64) + "/>", "schema.unknown-kind 1:1 /a"},
	{"65 attributes", "<a " + numbered("a%d='' ", 65) + "/>", "xml.limit"},
	{"100,000 attributes", "<a " + numbered("a%d='' ", 100_000) + "/>", "xml.limit"},
	{"32 namespaces", "<a " + numbered("xmlns:a%d='u' ", 32) + "/>", "schema.unknown-kind 1:1 /a"},
	{"33 namespaces", "<a>\n<b " + numbered("xmlns:a%d='u' ", 33) + "/></a>", "xml.limit 2:1 /a/b"},
	{"100,000 namespaces", "<a " + numbered("xmlns:a%d='u' ", 100_000) + "/>", "xml.limit"},
	{"200,000 elements", "<a>" + repeat("<b/>", 199_999) + "</a>", "schema.unknown-kind 1:1 /a"},
	{"200,001 elements", "<a>" + repeat("<b/>", 200_000) + "</a>", "xml.limit"},
	{"too large", "<a>" + repeat(" ", schemas.DefaultMaxBytes) + "</a>", "xml.limit 1:1 /"},
	{"odd schema location", "<a xmlns:xsi='" + xsi + "' xsi:schemaLocation='u u.xsd v'/>", "xml.schema-location 1:1 /a"},
	{"schema location of the root", "<a xmlns='u' xmlns:xsi='" + xsi + "' xsi:schemaLocation='u u.xsd'/>", "schema.unknown-kind 1:1 /a"},
	{"schema without a namespace", "<a xmlns:xsi='" + xsi + "' xsi:noNamespaceSchemaLocation='http://127.0.0.1:1/a.xsd'/>", "schema.unknown-kind 1:1 /a"},
	{"XInclude", "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>", "schema.unknown-kind 1:1 /include"},
	{"a part of a document", "<Party xmlns='" + cac + "'/>", "schema.unknown-kind 1:1 /Party"},
	{"byte order mark", "\xef\xbb\xbf<a/>", "schema.unknown-kind 1:1 /a"},
	{"two byte order marks", "\xef\xbb\xbf\xef\xbb\xbf<?xml version='1.0'?><a/>", "xml.syntax 1:1 /"},
	{"two byte order marks without a declaration", "\xef\xbb\xbf\xef\xbb\xbf<a/>", "xml.syntax 1:1 /"},
	{"byte order mark behind white space", "\n\xef\xbb\xbf<a/>", "xml.syntax 2:1 /"},
	{"empty line before the declaration", "\r\n<?xml version='1.0'?><a/>", "xml.syntax 1:1 /"},
	{"instruction in a comment and in CDATA", "<a><!-- <?x?> --><![CDATA[<?x?>]]></a>", "schema.unknown-kind 1:1 /a"},
}

// expectedFound is how the gate speaks, in both languages.
var expectedFound = regexp.MustCompile(`^[Ee]xpected .*\bfound .*(应|最多).*(实际|到此结束)`)

// TestProlog shows that what nobody can see before the first tag is named.
func TestProlog(t *testing.T) {
	c := newCatalog(t)
	for doc, says := range map[string][2]string{
		"\xef\xbb\xbf\xef\xbb\xbf<?xml version='1.0'?><a/>": {"found a second one", "字节顺序标记"},
		" \xef\xbb\xbf<a/>":                       {"byte order mark (U+FEFF) at the very start", "字节顺序标记"},
		"\n<?xml version='1.0'?><a/>":             {"XML declaration at the very start, found an empty line before it", "其前有空行"},
		"\t<?xml version='1.0'?><a/>":             {"found white space before it", "其前有空白"},
		"\xef\xbb\xbf\n<?xml version='1.0'?><a/>": {"found an empty line before it", "其前有空行"},
	} {
		r := validate(t, c, []byte(doc))
		if v := r.Violations[0]; !strings.Contains(v.EN, says[0]) || !strings.Contains(v.ZH, says[1]) {
			t.Errorf("%q: %+v", doc, r)
		}
	}
	for _, doc := range []string{"\n<a/>", "x<a/>", "\xef\xbb\xbf<?xml version='1.0'?><a/>", "<?xml-a?><a/>"} {
		if v := validate(t, c, []byte(doc)).Violations[0]; strings.Contains(v.EN, "very start,") {
			t.Errorf("%q: %+v", doc, v)
		}
	}
}

// A document whose root can be read is reported as what it would be, however
// broken it is behind that.
func TestMalformedDocumentsHaveAKind(t *testing.T) {
	c := newCatalog(t)
	open := strings.TrimSuffix(carnet("<cbc:ID>1</cbc:ID>"), "</GoodsItemPassport>")
	for name, test := range map[string]struct{ doc, kind string }{
		"not closed":          {open, "ata-carnet"},
		"text behind":         {open + "</GoodsItemPassport>x", "ata-carnet"},
		"instruction within":  {open + "<?x?></GoodsItemPassport>", "ata-carnet"},
		"broken UTF-8 within": {open + "\xe6</GoodsItemPassport>", "ata-carnet"},
		"attribute twice":     {strings.Replace(open, "<GoodsItemPassport ", "<GoodsItemPassport a='' a='' ", 1), "ata-carnet"},
		"text ahead":          {"x" + open + "</GoodsItemPassport>", ""},
		"declaration ahead":   {"<!DOCTYPE GoodsItemPassport>" + open + "</GoodsItemPassport>", ""},
		"unknown root":        {"<a><b></a>", ""},
		"nothing":             {"", ""},
	} {
		r := validate(t, c, []byte(test.doc))
		if string(r.Type.Kind) != test.kind || !r.Malformed {
			t.Errorf("%s: kind %q, malformed %t, want %q", name, r.Type.Kind, r.Malformed, test.kind)
		}
	}
}

func TestHostileDocuments(t *testing.T) {
	c := newCatalog(t)
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			r := validate(t, c, []byte(h.doc))
			if len(r.Violations) != 1 {
				t.Fatalf("%d violations: %+v", len(r.Violations), r.Violations)
			}
			v := r.Violations[0]
			got := fmt.Sprintf("%s %d:%d %s", v.Code, v.Line, v.Column, v.Path)
			if got != h.want && v.Code != h.want {
				t.Errorf("%s, expected %s (%s)", got, h.want, v.EN)
			}
			if r.Malformed && !expectedFound.MatchString(v.EN+" "+v.ZH) {
				t.Errorf("does not say what was expected and what was found: %s %s", v.EN, v.ZH)
			}
			if r.Malformed != strings.HasPrefix(v.Code, "xml.") {
				t.Errorf("malformed: %v", r.Malformed)
			}
		})
	}
}

// What the gate says of each kind of fault is fixed, in both languages.
func TestGateTexts(t *testing.T) {
	c := newCatalog(t)
	for doc, says := range map[string][2]string{
		"\xff\xfe<\x00a\x00/\x00>\x00": {"Expected UTF-8, found another encoding.", "应为 UTF-8 编码，实际为其他编码。"},
		"<a>\xe6</a>":                  {"Expected UTF-8, found a byte that belongs to no character.", "应为 UTF-8 编码，实际有不构成任何字符的字节。"},
		"<!DOCTYPE a><a/>": {
			"Expected an element, found a document type declaration (DOCTYPE), which is not accepted.",
			"此处应为元素，实际为文档类型声明（DOCTYPE），不予接受。",
		},
		"<a><?x?></a>": {
			"Expected text, an element or a comment, found a processing instruction, which is not accepted. Only the XML declaration at the start is.",
			"此处应为文本、元素或注释，实际为处理指令，不予接受。只允许文档开头的 XML 声明。",
		},
		"<x:a/>":                                 {"Expected a declared prefix, found x, which is bound to no namespace.", "应为已声明的前缀，实际为 x，它没有绑定命名空间。"},
		"<a b='1' b='2'/>":                       {"Expected each attribute of an element once, found b twice.", "同一元素中每个属性应只出现一次，实际 b 出现两次。"},
		repeat("<a>", 65):                        {"Expected at most 64 open elements, found one more.", "元素最多嵌套 64 层，实际更深。"},
		"<a>" + repeat("<b/>", 200_000) + "</a>": {"Expected at most 200,000 elements, found more.", "元素最多 200,000 个，实际更多。"},
		"<a " + numbered("xmlns:a%d='u' ", 33) + "/>":     {"Expected at most 32 namespace declarations in an element, found more.", "一个元素最多声明 32 个命名空间，实际更多。"},
		"<a xmlns:x='" + xsi + "' x:schemaLocation='u'/>": {"Expected pairs of namespace and location in xsi:schemaLocation, found an odd number of parts.", "xsi:schemaLocation 应由命名空间和位置成对组成，实际为奇数个部分。"},
		"hello": {`expected the root element, found "hello"`, "应为根元素，实际为“hello”。"},
	} {
		v := validate(t, c, []byte(doc)).Violations[0]
		if v.EN != says[0] || v.ZH != says[1] {
			t.Errorf("%.40q: %s %s", doc, v.EN, v.ZH)
		}
	}
}
