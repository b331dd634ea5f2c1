package grammar_test

import (
	"strings"
	"testing"

	"beibu/schemas/internal/grammar"
	"beibu/schemas/internal/xsdtree"
)

const schema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="u" targetNamespace="u" elementFormDefault="qualified">
<xs:element name="r" type="R"/>
<xs:complexType name="R"><xs:sequence>
  <xs:element name="a" type="Short"/>
  <xs:element name="b" minOccurs="0" maxOccurs="2" type="xs:decimal"/>
  <xs:choice><xs:element name="c"/><xs:sequence><xs:element name="d"/><xs:element name="e" minOccurs="0"/></xs:sequence></xs:choice>
  <xs:group ref="g" minOccurs="0" maxOccurs="unbounded"/>
  <xs:any namespace="##other" processContents="lax" minOccurs="0"/>
</xs:sequence><xs:attribute name="id" use="required" type="xs:ID"/><xs:attributeGroup ref="ag"/></xs:complexType>
<xs:group name="g"><xs:sequence><xs:element name="x"/><xs:element name="y"/></xs:sequence></xs:group>
<xs:attributeGroup name="ag"><xs:attribute name="lang" type="xs:language"/></xs:attributeGroup>
<xs:complexType name="S"><xs:complexContent><xs:extension base="R"><xs:sequence><xs:element name="z"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:element name="s" type="S"/>
<xs:element name="all"><xs:complexType><xs:all><xs:element name="p"/><xs:element name="q" minOccurs="0"/></xs:all></xs:complexType></xs:element>
<xs:simpleType name="Short"><xs:restriction base="xs:token"><xs:maxLength value="3"/><xs:enumeration value="v"/></xs:restriction></xs:simpleType>
</xs:schema>`

func read(t *testing.T) *grammar.Grammar {
	t.Helper()
	tree, err := xsdtree.Parse(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	return grammar.Read([]*xsdtree.Node{tree})
}

func name(local string) grammar.Name {
	if space, local, ok := strings.Cut(local, ":"); ok {
		return grammar.Name{Space: space, Local: local}
	}
	return grammar.Name{Space: "u", Local: local}
}

func join(names []grammar.Name) string {
	locals := make([]string, 0, len(names))
	for _, n := range names {
		locals = append(locals, n.Local)
	}
	return strings.Join(locals, " ")
}

var models = []struct {
	element, children string // the last is not taken if it ends in !
	next, required    string
	others            bool
}{
	{"r", "", "a", "a", false},
	{"r", "b!", "a", "a", false},
	{"r", "a", "b c d", "c d", false},
	{"r", "a b b", "c d", "c d", false},
	{"r", "a b b b!", "c d", "c d", false},
	{"r", "a c", "x", "", true},
	{"r", "a c v:other", "", "", false},
	{"r", "a c u:other!", "x", "", true},
	{"r", "a d", "e x", "", true},
	{"r", "a d e x", "y", "y", false},
	{"r", "a d e x y x y", "x", "", true},
	{"s", "a c", "x z", "z", true},
	{"all", "", "p q", "p", false},
	{"all", "q", "p", "p", false},
	{"all", "q p", "", "", false},
}

// stateOf returns the state of an automaton behind children, or false if they may not
// come.
func stateOf(a *grammar.Automaton, children string) (int, bool) {
	state := 0
next:
	for child := range strings.FieldsSeq(children) {
		for i, e := range a.Elements {
			if behind, ok := a.Step(state, i); e.Name == name(child) && ok {
				state = behind
				continue next
			}
		}
		for _, other := range a.Others[state] {
			if other.Allows(name(child).Space) {
				state = other.Next
				continue next
			}
		}
		return 0, false
	}
	return state, true
}

// TestAutomaton holds the table of each model against the model.
func TestAutomaton(t *testing.T) {
	g := read(t)
	for _, test := range models {
		a, ok := g.Element(name(test.element)).Type.Automaton()
		if ok != (test.element != "all") {
			t.Errorf("%s: an automaton: %v", test.element, ok)
		}
		if !ok {
			continue
		}
		children, refused := strings.CutSuffix(test.children, "!")
		if state, taken := stateOf(a, children); taken == refused || taken && a.Accepts[state] != (test.required == "") {
			t.Errorf("%s: %s: taken %v to state %d", test.element, test.children, taken, state)
		}
	}
}

func TestModel(t *testing.T) {
	g := read(t)
	for _, test := range models {
		model := g.Element(name(test.element)).Type.Start()
		for child := range strings.FieldsSeq(test.children) {
			child, refused := strings.CutSuffix(child, "!")
			next, ok := model.Step(name(child))
			if ok == refused {
				t.Errorf("%s: %s: child %s taken: %v", test.element, test.children, child, ok)
			}
			if ok {
				model = next
			}
		}
		names, others := model.Next()
		if join(names) != test.next || others != test.others || join(model.Required()) != test.required ||
			model.Complete() != (test.required == "") {
			t.Errorf("%s: %s: next %q others %v required %q complete %v",
				test.element, test.children, join(names), others, join(model.Required()), model.Complete())
		}
	}
}

func TestMissing(t *testing.T) {
	start := read(t).Element(name("r")).Type.Start()
	for child, want := range map[string]string{"b": "a", "c": "a", "x": "a", "y": "", "nowhere": ""} {
		if got := join(start.Missing(name(child))); got != want {
			t.Errorf("before %s: %q is missing, expected %q", child, got, want)
		}
	}
}

func TestTypes(t *testing.T) {
	g := read(t)
	s := g.Element(name("s")).Type
	attributes := ""
	for _, a := range s.Attributes {
		attributes += a.Name.Local + ":" + a.Type.Text.Base + " "
	}
	if attributes != "id:ID lang:language " || !s.Attributes[0].Required {
		t.Errorf("attributes %s", attributes)
	}
	short := s.Child(name("a")).Type
	if !short.Simple() || short.Text.Base != "token" || short.Text.Values[0] != "v" || short.Text.Facets[0] != (grammar.Facet{Kind: "maxLength", Value: "3"}) {
		t.Errorf("%+v", short.Text)
	}
	var nothing *grammar.Type
	if nothing.Simple() || nothing.Child(name("a")) != nil || !nothing.Start().Complete() {
		t.Error("a type that is not known must expect nothing")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(schema)
	f.Add(`<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="a" type="b"/><complexType name="b"><complexContent><extension base="b"/></complexContent></complexType></schema>`)
	f.Fuzz(func(_ *testing.T, text string) {
		tree, err := xsdtree.Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		g := grammar.Read([]*xsdtree.Node{tree})
		for _, n := range g.Elements() {
			if e := g.Element(n); e.Type != nil {
				model := e.Type.Start()
				names, _ := model.Next()
				for _, n := range names {
					model.Step(n)
				}
				model.Missing(grammar.Name{Local: "x"})
			}
		}
	})
}
