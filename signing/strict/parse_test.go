package strict_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"beibu/signing/strict"
)

// refusals are documents that must be refused, each with the code and the
// place of the fault.
var refusals = []struct {
	name, in, code string
	offset         int
}{
	{"empty", "", "xml.syntax", 0},
	{"only white space", " \n", "xml.syntax", 2},
	{"only a comment", "<!--x-->", "xml.syntax", 8},
	{"text before the root", "x<a/>", "xml.syntax", 0},
	{"text after the root", "<a/>x", "xml.syntax", 4},
	{"reference after the root", "<a/>&#32;", "xml.syntax", 4},
	{"second root", "<a/><b/>", "xml.syntax", 4},
	{"not closed", "<a><b></b>", "xml.syntax", 10},
	{"wrong end tag", "<a></b>", "xml.syntax", 3},
	{"longer end tag", "<a></ab>", "xml.syntax", 3},
	{"shorter end tag", "<ab></a>", "xml.syntax", 4},
	{"end tag with another prefix", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`, "xml.syntax", 29},
	{"end tag with attribute", "<a></a b='c'>", "xml.syntax", 3},
	{"end tag alone", "</a>", "xml.syntax", 0},
	{"space before a name", "< a/>", "xml.syntax", 1},
	{"digit starts a name", "<1a/>", "xml.syntax", 1},
	{"combining mark starts a name", "<\u0300a/>", "xml.syntax", 1},
	{"no name character", "<a\u00d7/>", "xml.syntax", 2},
	{"ends in a tag", "<a", "xml.syntax", 2},
	{"ends after less-than", "<a><", "xml.syntax", 3},
	{"slash alone", "<a/ >", "xml.syntax", 2},
	{"attributes not apart", `<a b="1"c="2"/>`, "xml.syntax", 8},
	{"attribute without value", "<a b/>", "xml.syntax", 4},
	{"value without quotes", "<a b=c/>", "xml.syntax", 5},
	{"value not closed", `<a b="c/>`, "xml.syntax", 5},
	{"less-than in a value", `<a b="<"/>`, "xml.syntax", 6},
	{"bad reference in a value", `<a b="&x;"/>`, "xml.syntax", 6},
	{"control in a value", "<a b=\"\x01\"/>", "xml.syntax", 6},
	{"ampersand alone", "<a>& </a>", "xml.syntax", 3},
	{"entity not predefined", "<a>&nbsp;</a>", "xml.syntax", 3},
	{"reference to NUL", "<a>&#0;</a>", "xml.syntax", 3},
	{"reference to a surrogate", "<a>&#xD800;</a>", "xml.syntax", 3},
	{"reference to U+FFFE", "<a>&#xFFFE;</a>", "xml.syntax", 3},
	{"reference past Unicode", "<a>&#x110000;</a>", "xml.syntax", 3},
	{"reference past 64 bits", "<a>&#x1000000000000000041;</a>", "xml.syntax", 3},
	{"upper case X", "<a>&#X41;</a>", "xml.syntax", 3},
	{"signed number", "<a>&#+65;</a>", "xml.syntax", 3},
	{"underscore in a number", "<a>&#6_5;</a>", "xml.syntax", 3},
	{"reference without number", "<a>&#;</a>", "xml.syntax", 3},
	{"control character", "<a>\x02</a>", "xml.syntax", 3},
	{"U+FFFE", "<a>\ufffe</a>", "xml.syntax", 3},
	{"U+FFFF in a comment", "<a><!--\uffff--></a>", "xml.syntax", 7},
	{"control in CDATA", "<a><![CDATA[\x0b]]></a>", "xml.syntax", 12},
	{"end of CDATA in text", "<a>x]]>y</a>", "xml.syntax", 4},
	{"two hyphens in a comment", "<a><!-- -- --></a>", "xml.syntax", 8},
	{"three hyphens end a comment", "<a><!-- ---></a>", "xml.syntax", 8},
	{"comment not closed", "<a><!-- </a>", "xml.syntax", 3},
	{"CDATA not closed", "<a><![CDATA[ ]]</a>", "xml.syntax", 3},
	{"CDATA outside the root", "<a/><![CDATA[]]>", "xml.syntax", 4},
	{"lower case cdata", "<a><![cdata[]]></a>", "xml.dtd", 3},
	{"exclamation mark", "<a><!x></a>", "xml.syntax", 3},

	{"declaration without version", `<?xml encoding="UTF-8"?><a/>`, "xml.syntax", 0},
	{"version 1.1", `<?xml version="1.1"?><a/>`, "xml.syntax", 0},
	{"standalone neither", `<?xml version="1.0" standalone="maybe"?><a/>`, "xml.syntax", 0},
	{"declaration in wrong order", `<?xml version="1.0" standalone="yes" encoding="UTF-8"?><a/>`, "xml.syntax", 37},
	{"declaration not apart", `<?xml version="1.0"encoding="UTF-8"?><a/>`, "xml.syntax", 19},
	{"declaration not closed", `<?xml version="1.0"><a/>`, "xml.syntax", 19},
	{"declaration without quotes", `<?xml version=1.0?><a/>`, "xml.syntax", 14},
	{"declaration without equals sign", `<?xml version?><a/>`, "xml.syntax", 13},
	{"declaration value not closed", `<?xml version="1.0?><a/>`, "xml.syntax", 14},

	{"declaration behind white space", " <?xml version='1.0'?><a/>", "xml.syntax", 0},
	{"declaration behind an empty line", "\n<?xml version='1.0'?><a/>", "xml.syntax", 0},
	{"declaration too late", "<!----><?xml version='1.0'?><a/>", "xml.syntax", 7},
	{"declaration within", "<a><?xml version='1.0'?></a>", "xml.syntax", 3},
	{"two byte order marks", "\xef\xbb\xbf\xef\xbb\xbf<a/>", "xml.syntax", 3},
	{"byte order mark behind white space", " \xef\xbb\xbf<a/>", "xml.syntax", 1},

	{"declared GBK", `<?xml version="1.0" encoding="GBK"?><a/>`, "xml.encoding", 0},
	{"declared ASCII", `<?xml version="1.0" encoding="US-ASCII"?><a/>`, "xml.encoding", 0},
	{"overlong", "<a>\xc0\xaf</a>", "xml.encoding", 3},
	{"surrogate", "<a>\xed\xa0\x80</a>", "xml.encoding", 3},
	{"cut", "<a>\xe4\xb8</a>", "xml.encoding", 3},
	{"UTF-16", "\xff\xfe<\x00a\x00/\x00>\x00", "xml.encoding", 0},
	{"GB18030 text", "<a>\xd6\xd0</a>", "xml.encoding", 3},

	{"DOCTYPE", "<!DOCTYPE a><a/>", "xml.dtd", 0},
	{"DOCTYPE within", "<a><!DOCTYPE a></a>", "xml.dtd", 3},
	{"DOCTYPE that differs between parsers", `<!DOCTYPE response SYSTEM 'x"><!--'><a/>`, "xml.dtd", 0},
	{"ENTITY", "<!ENTITY x 'y'><a/>", "xml.dtd", 0},
	{"conditional section", "<a><![INCLUDE[]]></a>", "xml.dtd", 3},

	{"processing instruction", "<?go?><a/>", "xml.pi", 0},
	{"processing instruction within", "<a><?go there?></a>", "xml.pi", 3},
	{"processing instruction after", "<a/><?go there?>", "xml.pi", 4},
	{"stylesheet", "<?xml-stylesheet href='x'?><a/>", "xml.pi", 0},

	{"prefix not declared", "<p:a/>", "xml.namespace", 1},
	{"attribute prefix not declared", "<a p:b=''/>", "xml.namespace", 3},
	{"prefix out of scope", `<a><b xmlns:p="u"/><p:c/></a>`, "xml.namespace", 20},
	{"colon first", "<:a/>", "xml.namespace", 1},
	{"colon last", "<p: xmlns:p='u'/>", "xml.namespace", 1},
	{"two colons", "<p:a:b xmlns:p='u'/>", "xml.namespace", 1},
	{"digit after the colon", "<p:1 xmlns:p='u'/>", "xml.namespace", 1},
	{"prefix bound to nothing", "<a xmlns:p=''/>", "xml.namespace", 3},
	{"xmlns declared", "<a xmlns:xmlns='u'/>", "xml.namespace", 3},
	{"xmlns as an element's prefix", "<xmlns:a/>", "xml.namespace", 1},
	{"xml bound elsewhere", "<a xmlns:xml='u'/>", "xml.namespace", 3},
	{"XML namespace under another prefix", "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "xml.namespace", 3},
	{"XML namespace as default", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "xml.namespace", 3},
	{"xmlns namespace", "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "xml.namespace", 3},
	{"xmlns namespace by reference", "<a xmlns:p='http://www.w3.org/2000/xmlns&#x2f;'/>", "xml.namespace", 3},

	{"attribute twice", "<a b='' b=''/>", "xml.duplicate-attribute", 8},
	{"attribute twice by namespace", "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", "xml.duplicate-attribute", 34},
	{"attribute twice by a decoded namespace", "<a xmlns:p='u' xmlns:q='&#117;' p:b='' q:b=''/>", "xml.duplicate-attribute", 39},
	{"prefix declared twice", "<a xmlns:p='u' xmlns:p='v'/>", "xml.duplicate-attribute", 15},
	{"default namespace declared twice", "<a xmlns='u' xmlns='u'/>", "xml.duplicate-attribute", 13},
}

// expectedFound is how the reader speaks.
var expectedFound = regexp.MustCompile(`(?s)^[Ee]xpected .*\bfound .+\n.*(应|最多).*(实际|到此结束)`)

func TestParseRefuses(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			_, err := strict.Parse([]byte(c.in), strict.Limits{})
			fault, ok := errors.AsType[*strict.Fault](err)
			if !ok {
				t.Fatalf("Parse(%q) = %v, want a fault", c.in, err)
			}
			if !expectedFound.MatchString(fault.Reason + "\n" + fault.ReasonZH) {
				t.Errorf("does not say what was expected and what was found: %s %s", fault.Reason, fault.ReasonZH)
			}
			if fault.Code != c.code || fault.Offset != c.offset {
				t.Errorf("Parse(%q) = %s at %d (%s), want %s at %d", c.in, fault.Code, fault.Offset, fault.Reason, c.code, c.offset)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	for _, in := range []string{
		"<a/>",
		"\xef\xbb\xbf<a/>",
		"<?xml version='1.0'?><a/>",
		"\xef\xbb\xbf<?xml version=\"1.0\" encoding='utf-8' standalone = 'no' ?>\n<!-- x --><a ></a >\n<!---->",
		"<a><!-->--></a>",
		"<a>]] > ]></a>",
		"<a><![CDATA[<&]]]]></a>",
		"<中文 属性='值'>文，字</中文>",
		"<a\u00b7\u0300/>",
		"<\U00010000/>",
		"<a>&#x000000000000000000041;&#10;&amp;&lt;&gt;&quot;&apos;</a>",
		"<a b='>\"' c=\"'\"/>",
		"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='zh'/>",
		"<a xmlns='u'><b xmlns=''/></a>",
		"<a xmlns='u' xmlns:p='u' b='' p:b=''/>",
		"<a>\u007f\u0085\u2028</a>",
	} {
		if _, err := strict.Parse([]byte(in), strict.Limits{}); err != nil {
			t.Errorf("Parse(%q) = %v", in, err)
		}
	}
}

func TestLimits(t *testing.T) {
	limits := strict.Limits{Depth: 3, Attributes: 3, Namespaces: 2, Elements: 5}
	for _, c := range []struct {
		name, in string
		good     bool
	}{
		{"depth at the limit", "<a><a><a/></a></a>", true},
		{"depth", "<a><a><a><a/></a></a></a>", false},
		{"attributes at the limit", "<a a='' b='' c='' xmlns='u'/>", true},
		{"attributes", "<a a='' b='' c='' d=''/>", false},
		{"namespaces at the limit", "<a xmlns:a='1' xmlns:b='2'/>", true},
		{"namespaces", "<a xmlns:a='1' xmlns:b='2' xmlns:c='3'/>", false},
		{"elements at the limit", "<a><b/><b/><b/><b/></a>", true},
		{"elements", "<a><b/><b/><b/><b/><b/></a>", false},
	} {
		_, err := strict.Parse([]byte(c.in), limits)
		if c.good {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if fault, ok := errors.AsType[*strict.Fault](err); !ok || fault.Code != strict.CodeLimit {
			t.Errorf("%s: got %v, want %s", c.name, err, strict.CodeLimit)
		}
	}
}

func TestNamespacesInScopeAreLimited(t *testing.T) {
	nested := strings.Repeat("<a xmlns:a='1' xmlns:b='2'>", 5) + strings.Repeat("</a>", 5)
	_, err := strict.Parse([]byte(nested), strict.Limits{Namespaces: 2})
	if fault, ok := errors.AsType[*strict.Fault](err); !ok || fault.Code != strict.CodeLimit {
		t.Errorf("got %v, want %s", err, strict.CodeLimit)
	}
}

func TestFaultPosition(t *testing.T) {
	for _, c := range []struct {
		in           string
		line, column int
	}{
		{"<a>&</a>", 1, 4},
		{"<a>\n&</a>", 2, 1},
		{"<a>\r\n &</a>", 2, 2},
		{"<a>\r\r&</a>", 3, 1},
		{"<a>文&</a>", 1, 7}, // columns are bytes
		{"\xef\xbb\xbf<a>&</a>", 1, 4},
		{"\xef\xbb\xbf<a>\n&</a>", 2, 1},
	} {
		_, err := strict.Parse([]byte(c.in), strict.Limits{})
		fault, ok := errors.AsType[*strict.Fault](err)
		if !ok || fault.Line != c.line || fault.Column != c.column {
			t.Errorf("Parse(%q) = %+v, want line %d, column %d", c.in, fault, c.line, c.column)
		}
	}
}
