package acceptor_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"beibu/schemas/internal/acceptor"
	"beibu/schemas/internal/grammar"
	"beibu/schemas/internal/xsdtree"
	"beibu/signing/strict"

	"github.com/jacoelho/xsd"
)

// A judge has one schema twice: as tables, and as the engine that is right.
type judge struct {
	acceptor *acceptor.Acceptor
	session  *xsd.Session
}

// newJudge returns the judge of a schema, or false if the engine does not compile it.
func newJudge(tb testing.TB, files ...string) (judge, bool) {
	tb.Helper()
	var trees []*xsdtree.Node
	var sources []xsd.SchemaSource
	for i, file := range files {
		tree, err := xsdtree.Parse(strings.NewReader(file))
		if err != nil {
			return judge{}, false
		}
		trees, sources = append(trees, tree), append(sources, xsd.Bytes(string(rune('a'+i))+".xsd", []byte(file)))
	}
	engine, err := xsd.Compile(tb.Context(), sources...)
	if err != nil {
		return judge{}, false
	}
	session, err := engine.NewSession(xsd.ValidateOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return judge{acceptor.New(grammar.Read(trees)), session}, true
}

// verdicts reports whether the tables accept a document and whether it is valid.
func (j judge) verdicts(tb testing.TB, doc string) (accepted, valid bool) {
	tb.Helper()
	tree, fault := strict.ParseFaulty([]byte(doc), strict.Limits{})
	if fault != nil {
		return false, false
	}
	accepted, valid = j.acceptor.Accepts(tree), j.session.Validate(tb.Context(), strings.NewReader(doc)) == nil
	if accepted && !valid {
		tb.Errorf("accepted, and the engine says %v:\n%s", j.session.Validate(tb.Context(), strings.NewReader(doc)), doc)
	}
	return accepted, valid
}

// schema wraps declarations.
func schema(declarations string) string {
	return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="u" targetNamespace="u" elementFormDefault="qualified">` +
		declarations + `</xs:schema>`
}

func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		panic(err) // memory cannot fail to be written to
	}
	return b.String()
}

// Verdicts on a document: valid by the engine, and accepted by the tables.
const (
	refused  = "refused"  // not valid
	unsure   = "unsure"   // valid, and not accepted
	accepted = "accepted" // valid, and accepted
)

const (
	instance = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	plain    = `<xs:element name="r" type="R"/><xs:complexType name="R"><xs:sequence>` +
		`<xs:element name="a" type="xs:token"/><xs:element name="b" type="xs:date" minOccurs="0" maxOccurs="2"/>` +
		`</xs:sequence><xs:attribute name="k" type="xs:boolean"/></xs:complexType>` +
		`<xs:complexType name="S"><xs:complexContent><xs:restriction base="R"><xs:sequence><xs:element name="a" type="xs:token"/></xs:sequence></xs:restriction></xs:complexContent></xs:complexType>`
)

// inSequence declares an element r that has what is given in a sequence.
func inSequence(declarations string) string {
	return `<xs:element name="r"><xs:complexType><xs:sequence>` + declarations + `</xs:sequence></xs:complexType></xs:element>`
}

// restricted declares an element r of a restriction of a simple type.
func restricted(base, facets string) string {
	return `<xs:element name="r"><xs:simpleType><xs:restriction base="` + base + `">` + facets + `</xs:restriction></xs:simpleType></xs:element>`
}

var constructs = []struct{ name, declarations, inside, want string }{
	{"in order", plain, `<r xmlns="u" k="1"><a>x</a><b>2026-01-31</b><b>2026-02-28</b></r>`, accepted},
	{"text with a reference, a comment and CDATA", plain, `<r xmlns="u"><!-- --><a>x &amp; <!-- --><![CDATA[y]]></a></r>`, accepted},
	{"too many", plain, `<r xmlns="u"><a>x</a><b>2026-01-31</b><b>2026-01-31</b><b>2026-01-31</b></r>`, refused},
	{"missing", plain, `<r xmlns="u"/>`, refused},
	{"out of order", plain, `<r xmlns="u"><b>2026-01-31</b><a>x</a></r>`, refused},
	{"another namespace", plain, `<r xmlns="u"><a xmlns="v">x</a></r>`, refused},
	{"text between", plain, `<r xmlns="u">x<a>x</a></r>`, refused},
	{"a reference between", plain, `<r xmlns="u">&#120;<a>x</a></r>`, refused},
	{"CDATA between", plain, `<r xmlns="u"><![CDATA[x]]><a>x</a></r>`, refused},
	{"an element in text", plain, `<r xmlns="u"><a>x<a/></a></r>`, refused},
	{"an unknown attribute", plain, `<r xmlns="u" z="1"><a>x</a></r>`, refused},
	{"an attribute of a namespace", plain, `<r xmlns="u" xmlns:u="u" u:k="1"><a>x</a></r>`, refused},
	{"a wrong attribute", plain, `<r xmlns="u" k="x"><a>x</a></r>`, refused},
	{"an attribute of a simple type", plain, `<r xmlns="u"><a k="1">x</a></r>`, refused},
	{"an unknown root", plain, `<z xmlns="u"/>`, refused},
	{"xsi:type", plain, `<r xmlns="u"` + instance + ` xsi:type="S"><a>x</a></r>`, unsure},
	{"xsi:type that forbids", plain, `<r xmlns="u"` + instance + ` xsi:type="S"><a>x</a><b>2026-01-31</b></r>`, refused},
	{"xsi:nil of what is not nillable", plain, `<r xmlns="u"` + instance + ` xsi:nil="false"><a>x</a></r>`, refused},
	{"a place of a schema", plain, `<r xmlns="u"` + instance + ` xsi:schemaLocation="u u.xsd"><a>x</a></r>`, accepted},

	{"nil", `<xs:element name="r" type="xs:date" nillable="true"/>`, `<r xmlns="u"` + instance + ` xsi:nil="true"/>`, unsure},
	{"nil and not empty", `<xs:element name="r" type="xs:string" nillable="true"/>`, `<r xmlns="u"` + instance + ` xsi:nil="true">x</r>`, refused},
	{"default", `<xs:element name="r" type="xs:date" default="2026-01-01"/>`, `<r xmlns="u"/>`, unsure},
	{"fixed", `<xs:element name="r" type="xs:string" fixed="x"/>`, `<r xmlns="u">y</r>`, refused},
	{"fixed inside", inSequence(`<xs:element name="a" type="xs:string" fixed="x"/>`), `<r xmlns="u"><a>y</a></r>`, refused},
	{"fixed attribute", `<xs:element name="r"><xs:complexType><xs:attribute name="a" type="xs:string" fixed="x"/></xs:complexType></xs:element>`, `<r xmlns="u" a="y"/>`, refused},
	{"fixed attribute by reference", `<xs:attribute name="g" type="xs:string" fixed="x"/><xs:element name="r"><xs:complexType><xs:attribute ref="g"/></xs:complexType></xs:element>`, `<r xmlns="u" xmlns:u="u" u:g="y"/>`, refused},
	{"attribute by reference", `<xs:attribute name="g" type="xs:date"/><xs:element name="r"><xs:complexType><xs:attribute ref="g"/></xs:complexType></xs:element>`, `<r xmlns="u" xmlns:u="u" u:g="2026-01-31"/>`, accepted},
	{"abstract element", `<xs:element name="r" abstract="true" type="xs:string"/>`, `<r xmlns="u"/>`, refused},
	{"abstract type", `<xs:element name="r" type="R"/><xs:complexType name="R" abstract="true"><xs:sequence/></xs:complexType>`, `<r xmlns="u"/>`, refused},
	{"substitution", `<xs:element name="h" type="xs:string"/><xs:element name="s" substitutionGroup="h" type="xs:string"/>` + inSequence(`<xs:element ref="h"/>`), `<r xmlns="u"><s/></r>`, unsure},
	{"required attribute", `<xs:element name="r"><xs:complexType><xs:attribute name="a" use="required"/></xs:complexType></xs:element>`, `<r xmlns="u"/>`, refused},
	{"prohibited attribute", `<xs:complexType name="B"><xs:attribute name="a" type="xs:string"/></xs:complexType><xs:element name="r"><xs:complexType><xs:complexContent><xs:restriction base="B"><xs:attribute name="a" use="prohibited"/></xs:restriction></xs:complexContent></xs:complexType></xs:element>`, `<r xmlns="u" a=""/>`, refused},
	{"key", `<xs:element name="r"><xs:complexType><xs:sequence><xs:element name="a" type="xs:string" maxOccurs="2"/></xs:sequence></xs:complexType><xs:unique name="k"><xs:selector xpath="*"/><xs:field xpath="."/></xs:unique></xs:element>`, `<r xmlns="u"><a>x</a><a>x</a></r>`, refused},

	{"choice", `<xs:element name="r"><xs:complexType><xs:choice maxOccurs="3"><xs:element name="a"  type="xs:string"/><xs:sequence><xs:element name="b" type="xs:string"/><xs:element name="c" type="xs:string" minOccurs="0"/></xs:sequence></xs:choice></xs:complexType></xs:element>`, `<r xmlns="u"><b/><c/><a/><b/></r>`, accepted},
	{"choice too often", `<xs:element name="r"><xs:complexType><xs:choice maxOccurs="2"><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:choice></xs:complexType></xs:element>`, `<r xmlns="u"><b/><a/><b/></r>`, refused},
	{"empty choice", `<xs:element name="r"><xs:complexType><xs:choice/></xs:complexType></xs:element>`, `<r xmlns="u"/>`, refused},
	{"all", `<xs:element name="r"><xs:complexType><xs:all><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:all></xs:complexType></xs:element>`, `<r xmlns="u"><b/><a/></r>`, unsure},
	{"all with one missing", `<xs:element name="r"><xs:complexType><xs:all><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:all></xs:complexType></xs:element>`, `<r xmlns="u"><b/></r>`, refused},
	{"counted sequence", inSequence(`<xs:sequence minOccurs="2" maxOccurs="3"><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string" minOccurs="0"/></xs:sequence>`), `<r xmlns="u"><a/><b/><a/></r>`, accepted},
	{"sequence too seldom", inSequence(`<xs:sequence minOccurs="2" maxOccurs="3"><xs:element name="a" type="xs:string"/></xs:sequence>`), `<r xmlns="u"><a/></r>`, refused},
	{"group", `<xs:group name="g"><xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence></xs:group>` + inSequence(`<xs:group ref="g" minOccurs="0"/>`), `<r xmlns="u"><a/></r>`, accepted},
	{"mixed", `<xs:element name="r"><xs:complexType mixed="true"><xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence></xs:complexType></xs:element>`, `<r xmlns="u">x<a/>y</r>`, accepted},
	{"extension", plain + `<xs:element name="e"><xs:complexType><xs:complexContent><xs:extension base="R"><xs:sequence><xs:element name="z" type="xs:string"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType></xs:element>`, `<e xmlns="u" k="0"><a/><z/></e>`, accepted},
	{"extension without its base", plain + `<xs:element name="e"><xs:complexType><xs:complexContent><xs:extension base="R"><xs:sequence><xs:element name="z" type="xs:string"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType></xs:element>`, `<e xmlns="u"><z/></e>`, refused},
	{"a type that is derived within its base", `<xs:element name="r" type="R"/><xs:complexType name="R"><xs:sequence><xs:element name="n" minOccurs="0"><xs:complexType><xs:complexContent><xs:extension base="R"/></xs:complexContent></xs:complexType></xs:element><xs:element name="z" type="xs:string"/></xs:sequence></xs:complexType>`, `<r xmlns="u"><n/><z/></r>`, refused},
	{"restriction", plain + `<xs:element name="e" type="S"/>`, `<e xmlns="u" k="0"><a/></e>`, accepted},
	{"simple content", `<xs:complexType name="D"><xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="u" type="xs:token" use="required"/></xs:extension></xs:simpleContent></xs:complexType><xs:element name="r"><xs:complexType><xs:simpleContent><xs:restriction base="D"><xs:maxInclusive value="9"/></xs:restriction></xs:simpleContent></xs:complexType></xs:element>`, `<r xmlns="u" u="KGM">8.5</r>`, accepted},
	{"simple content beyond a facet", `<xs:complexType name="D"><xs:simpleContent><xs:extension base="xs:decimal"/></xs:simpleContent></xs:complexType><xs:element name="r"><xs:complexType><xs:simpleContent><xs:restriction base="D"><xs:maxInclusive value="9"/></xs:restriction></xs:simpleContent></xs:complexType></xs:element>`, `<r xmlns="u">9.5</r>`, refused},
	{"any type", `<xs:element name="r"/>`, `<r xmlns="u"><x/></r>`, unsure},

	{"strict wildcard", `<xs:element name="d" type="xs:date"/>` + inSequence(`<xs:any namespace="##any" maxOccurs="unbounded"/>`), `<r xmlns="u"><d>2026-01-31</d></r>`, accepted},
	{"strict wildcard and what is not declared", inSequence(`<xs:any namespace="##any"/>`), `<r xmlns="u"><d/></r>`, refused},
	{"lax wildcard", inSequence(`<xs:any namespace="##other" processContents="lax"/>`), `<r xmlns="u"><d xmlns="v" k=""><e xmlns=""/>x</d></r>`, accepted},
	{"lax wildcard and what is declared inside", `<xs:element name="d" type="xs:date"/>` + inSequence(`<xs:any namespace="##other" processContents="lax"/>`), `<r xmlns="u"><e xmlns="v"><d xmlns="u">x</d></e></r>`, refused},
	{"lax wildcard and an attribute that is declared", `<xs:attribute name="d" type="xs:date"/>` + inSequence(`<xs:any namespace="##other" processContents="lax"/>`), `<r xmlns="u"><e xmlns="v" xmlns:u="u" u:d="x"/></r>`, refused},
	{"lax wildcard and xsi:type inside", inSequence(`<xs:any namespace="##other" processContents="lax"/>`), `<r xmlns="u"><e xmlns="v"` + instance + ` xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:date">x</e></r>`, refused},
	{"lax wildcard and an attribute of XML", inSequence(`<xs:any namespace="##other" processContents="lax"/>`), `<r xmlns="u"><e xmlns="v" xml:lang="zh"/></r>`, unsure},
	{"another namespace than the wildcard's", inSequence(`<xs:any namespace="##other" processContents="lax"/>`), `<r xmlns="u"><d/></r>`, refused},
	{"skipped", `<xs:element name="d" type="xs:date"/>` + inSequence(`<xs:any processContents="skip"/>`), `<r xmlns="u"><d>x</d></r>`, unsure},
	{"attribute wildcard", `<xs:element name="r"><xs:complexType><xs:anyAttribute processContents="lax"/></xs:complexType></xs:element>`, `<r xmlns="u" a=""/>`, unsure},

	{"list", `<xs:element name="r"><xs:simpleType><xs:list itemType="xs:date"/></xs:simpleType></xs:element>`, `<r xmlns="u">2026-01-31 x</r>`, refused},
	{"list with a length", `<xs:simpleType name="L"><xs:list itemType="xs:token"/></xs:simpleType>` + restricted("L", `<xs:maxLength value="1"/>`), `<r xmlns="u">a b</r>`, refused},
	{"union", `<xs:element name="r"><xs:simpleType><xs:union memberTypes="xs:date xs:boolean"/></xs:simpleType></xs:element>`, `<r xmlns="u">true</r>`, unsure},
	{"pattern of each step", `<xs:simpleType name="P"><xs:restriction base="xs:token"><xs:pattern value="a.*"/><xs:pattern value="b+"/></xs:restriction></xs:simpleType>` + restricted("P", `<xs:pattern value="bb"/>`), `<r xmlns="u">bb</r>`, unsure},
	{"pattern of the first step alone", `<xs:simpleType name="P"><xs:restriction base="xs:token"><xs:pattern value="[a]+"/></xs:restriction></xs:simpleType>` + restricted("P", `<xs:pattern value="[ab]{2}"/>`), `<r xmlns="u">ab</r>`, refused},
	{"patterns", `<xs:simpleType name="P"><xs:restriction base="xs:token"><xs:pattern value="[a]+"/><xs:pattern value="b"/></xs:restriction></xs:simpleType>` + restricted("P", `<xs:pattern value="[ab]{2}"/>`), `<r xmlns="u">aa</r>`, accepted},
	{"enumeration", restricted("xs:token", `<xs:enumeration value="a b"/>`), `<r xmlns="u"> a b </r>`, accepted},
	{"enumeration with white space", restricted("xs:string", `<xs:enumeration value=" a"/>`), `<r xmlns="u">a</r>`, refused},
	{"pattern with white space", restricted("xs:string", `<xs:pattern value=" a"/>`), `<r xmlns="u">a</r>`, refused},
	{"enumeration of numbers", restricted("xs:decimal", `<xs:enumeration value="1.0"/>`), `<r xmlns="u">1</r>`, unsure},
	{"white space", restricted("xs:string", `<xs:whiteSpace value="collapse"/><xs:length value="1"/>`), `<r xmlns="u"> a </r>`, unsure},
	{"white space of an attribute", `<xs:simpleType name="W"><xs:restriction base="xs:string"><xs:whiteSpace value="collapse"/><xs:minLength value="2"/></xs:restriction></xs:simpleType><xs:element name="r"><xs:complexType><xs:attribute name="a" type="W"/></xs:complexType></xs:element>`, `<r xmlns="u" a=" a "/>`, refused},
	{"white space of a base", `<xs:simpleType name="W"><xs:restriction base="xs:string"><xs:whiteSpace value="collapse"/></xs:restriction></xs:simpleType>` + restricted("W", `<xs:minLength value="2"/>`), `<r xmlns="u"> a </r>`, refused},
	{"length in characters", restricted("xs:token", `<xs:length value="2"/>`), `<r xmlns="u">榴莲</r>`, accepted},
	{"exclusive bound", restricted("xs:decimal", `<xs:maxExclusive value="1"/>`), `<r xmlns="u">1</r>`, refused},

	{"identifiers", `<xs:element name="r"><xs:complexType><xs:sequence><xs:element name="a" type="xs:ID" maxOccurs="3"/></xs:sequence><xs:attribute name="i" type="xs:ID"/></xs:complexType></xs:element>`, `<r xmlns="u" i="a"><a>b</a><a>c</a></r>`, accepted},
	{"an identifier twice", `<xs:element name="r"><xs:complexType><xs:sequence><xs:element name="a" type="xs:ID" maxOccurs="3"/></xs:sequence><xs:attribute name="i" type="xs:ID"/></xs:complexType></xs:element>`, `<r xmlns="u" i="a"><a>b</a><a> a </a></r>`, refused},
	{"a reference", `<xs:element name="r" type="xs:IDREF"/>`, `<r xmlns="u">a</r>`, refused},
	{"entity", `<xs:element name="r" type="xs:ENTITY"/>`, `<r xmlns="u">a</r>`, refused},
}

// TestConstructs holds what the tables do with each construct of XML Schema against the
// engine.
func TestConstructs(t *testing.T) {
	for _, c := range constructs {
		j, ok := newJudge(t, schema(c.declarations))
		if !ok {
			t.Errorf("%s: the engine does not compile the schema", c.name)
			continue
		}
		got := refused
		if yes, valid := j.verdicts(t, c.inside); yes {
			got = accepted
		} else if valid {
			got = unsure
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Of a schema whose files say more than is read, nothing is accepted.
func TestFiles(t *testing.T) {
	const bare = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r" type="xs:string"/></xs:schema>`
	j, ok := newJudge(t, bare)
	if yes, valid := j.verdicts(t, "<r>x</r>"); !ok || !yes || !valid {
		t.Error("a schema without a namespace is not accepted")
	}
	const attribute = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:attribute name="a" type="xs:date"/></xs:schema>`
	j, ok = newJudge(t, schema(inSequence(`<xs:any namespace="##other" processContents="lax"/>`)), attribute)
	if yes, valid := j.verdicts(t, `<r xmlns="u"><e xmlns="v" a="x"/></r>`); !ok || yes || valid {
		t.Error("an attribute that is declared in no namespace is not judged")
	}
	for name, more := range map[string]string{"included": `<xs:include schemaLocation="a.xsd"/>`, "redefined": `<xs:redefine schemaLocation="a.xsd"/>`} {
		tree, err := xsdtree.Parse(strings.NewReader(schema(more)))
		if err != nil {
			t.Fatal(err)
		}
		one, err := xsdtree.Parse(strings.NewReader(bare))
		if err != nil {
			t.Fatal(err)
		}
		document, _ := strict.ParseFaulty([]byte("<r>x</r>"), strict.Limits{})
		if acceptor.New(grammar.Read([]*xsdtree.Node{tree, one})).Accepts(document) {
			t.Errorf("%s: accepted", name)
		}
	}
}
