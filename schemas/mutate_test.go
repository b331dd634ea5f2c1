package schemas_test

import (
	"math/rand/v2"
	"strings"

	"beibu/schemas/internal/grammar"

	"github.com/beevik/etree"
)

// A mutator makes one small change to a document: nine in ten of the changes
// are local, some add what the schema offers.
type mutator struct {
	*rand.Rand

	grammar *grammar.Grammar
	names   []grammar.Name // of global elements
}

const (
	cbc = ubl + "CommonBasicComponents-2"
	cac = ubl + "CommonAggregateComponents-2"
	ext = ubl + "CommonExtensionComponents-2"
	xsi = "http://www.w3.org/2001/XMLSchema-instance"
)

// lineFeed is white space that is put into content.
const lineFeed = "\n\t "

// values are texts of many types, right for some and wrong for others.
var values = []string{
	"", " ", "x", "12", "-3.50", "1e5", "+007", "true", "1", "2025-09-17", "2025-02-30", "2025-09-17Z", "2025-13-01",
	"08:30:00", "24:00:00", "25:00:00", "2025-09-17T08:30:00+08:00", "QUJD", "QUJ", "Q U J D", "urn:a", "http://[", "a  b", "榴莲", "P1D", "KGM",
}

// mutate changes a document one to three times.
func (m *mutator) mutate(doc *etree.Document) {
	for range 1 + m.IntN(3)/2 {
		all := doc.FindElements("//*")
		m.change(all[m.IntN(len(all))], all)
	}
}

func (m *mutator) change(e *etree.Element, all []*etree.Element) {
	parent := e.Parent()
	if parent.Parent() == nil { // the root stays what it is
		m.add(e)
		return
	}
	switch m.IntN(17) {
	case 14, 15:
		m.edge(all)
	case 16:
		m.attributeEdge(e)
	case 0:
		parent.RemoveChild(e)
	case 1:
		parent.InsertChildAt(e.Index(), e.Copy())
	case 2:
		parent.RemoveChild(e)
		parent.InsertChildAt(m.IntN(len(parent.Child)+1), e)
	case 3:
		copied := e.Copy()
		to := all[m.IntN(len(all))]
		to.InsertChildAt(m.IntN(len(to.Child)+1), copied)
	case 4:
		e.Tag = m.names[m.IntN(len(m.names))].Local
	case 5:
		e.Space = []string{"cac", "cbc", "ext", ""}[m.IntN(4)]
	case 6, 7:
		m.leaf(all).SetText(values[m.IntN(len(values))])
	case 8, 9:
		m.attribute(e)
	case 10:
		m.instance(e)
	case 11:
		m.text(e)
	default:
		m.add(e)
	}
}

// leaf returns an element without children.
func (m *mutator) leaf(all []*etree.Element) *etree.Element {
	for {
		if e := all[m.IntN(len(all))]; len(e.ChildElements()) == 0 {
			return e
		}
	}
}

func (m *mutator) attribute(e *etree.Element) {
	names := []string{
		"schemeID", "schemeName", "currencyID", "unitCode", "listID", "languageID", "languageLocaleID", "mimeCode",
		"uri", "format", "Id", "xml:lang", "name",
	}
	switch {
	case len(e.Attr) > 0 && m.IntN(3) == 0:
		e.RemoveAttr(e.Attr[m.IntN(len(e.Attr))].FullKey())
	default:
		e.CreateAttr(names[m.IntN(len(names))], values[m.IntN(len(values))])
	}
}

// instance plays with what XML Schema gives to every element.
func (m *mutator) instance(e *etree.Element) {
	e.CreateAttr("xmlns:xsi", xsi)
	switch m.IntN(4) {
	case 0:
		e.CreateAttr("xsi:nil", []string{"true", "false", "x"}[m.IntN(3)])
	case 1:
		e.CreateAttr("xsi:schemaLocation", "urn:a a.xsd "+cbc+" b.xsd")
	default:
		types := []string{"cbc:IDType", "cbc:NoteType", "cac:PartyType", "cac:" + e.Tag + "Type", "cbc:" + e.Tag + "Type", "udt:CodeType", "xs:string"}
		e.CreateAttr("xmlns:udt", "urn:oasis:names:specification:bdndr:schema:xsd:UnqualifiedDataTypes-1")
		e.CreateAttr("xmlns:xs", "http://www.w3.org/2001/XMLSchema")
		e.CreateAttr("xsi:type", types[m.IntN(len(types))])
	}
}

// text puts character data, a comment or a CDATA section among the children.
func (m *mutator) text(e *etree.Element) {
	tokens := []etree.Token{etree.NewText("x"), etree.NewText(lineFeed), etree.NewCData("1"), etree.NewComment("c")}
	e.InsertChildAt(m.IntN(len(e.Child)+1), tokens[m.IntN(len(tokens))])
}

// add puts an element that the schema offers at a place that it allows: in the
// content model of e, behind a random child.
func (m *mutator) add(e *etree.Element) {
	t := m.typeOf(e)
	if t == nil || t.Simple() {
		m.extend(e)
		return
	}
	model, at := t.Start(), 0
	children := e.ChildElements()
	for i, stop := 0, m.IntN(len(children)+1); i < stop; i++ {
		next, ok := model.Step(nameOf(children[i]))
		if !ok {
			break
		}
		model, at = next, children[i].Index()+1
	}
	if names, _ := model.Next(); len(names) > 0 {
		e.InsertChildAt(at, m.make(names[m.IntN(len(names))], 4))
	}
}

// extend puts an extension at the head of the document: of elements that the
// schema knows, well made or not, and of others.
func (m *mutator) extend(e *etree.Element) {
	root := e
	for root.Parent().Parent() != nil {
		root = root.Parent()
	}
	content := etree.NewElement("ext:ExtensionContent")
	content.CreateAttr("xmlns:ext", ext)
	switch m.IntN(3) {
	case 0:
		other := content.CreateElement("o:Other")
		other.CreateAttr("xmlns:o", "urn:example:other")
		other.AddChild(m.make(m.names[m.IntN(len(m.names))], 2))
	default:
		content.AddChild(m.make(m.names[m.IntN(len(m.names))], 5))
	}
	if m.IntN(3) == 0 {
		all := content.FindElements(".//*")
		m.change(all[m.IntN(len(all))], all)
	}
	extension := etree.NewElement("ext:UBLExtension")
	extension.AddChild(content)
	extensions := etree.NewElement("ext:UBLExtensions")
	extensions.CreateAttr("xmlns:ext", ext)
	extensions.AddChild(extension)
	for _, old := range root.ChildElements() {
		if old.Tag == "UBLExtensions" {
			root.RemoveChild(old)
		}
	}
	root.InsertChildAt(0, extensions)
}

// make builds an element with what it must have, and some of what it may.
func (m *mutator) make(name grammar.Name, depth int) *etree.Element {
	e := etree.NewElement(name.Local)
	e.CreateAttr("xmlns", name.Space)
	declared := m.grammar.Element(name)
	if declared == nil || declared.Type == nil {
		return e
	}
	m.fill(e, declared.Type, depth)
	return e
}

func (m *mutator) fill(e *etree.Element, t *grammar.Type, depth int) {
	for _, a := range t.Attributes {
		if a.Name.Space == "" && (a.Required || m.IntN(8) == 0) {
			e.CreateAttr(a.Name.Local, m.value(a.Type))
		}
	}
	if t.Simple() {
		e.SetText(m.value(t))
		return
	}
	model := t.Start()
	for n := 0; depth > 0 && n < 12; n++ {
		names := model.Required()
		if len(names) == 0 {
			if names, _ = model.Next(); len(names) == 0 || m.IntN(2) == 0 {
				return
			}
		}
		name := names[m.IntN(len(names))]
		next, ok := model.Step(name)
		if !ok {
			return
		}
		child := t.Child(name)
		made := etree.NewElement(name.Local)
		made.CreateAttr("xmlns", name.Space)
		if child != nil && child.Type != nil {
			m.fill(made, child.Type, depth-1)
		}
		e.AddChild(made)
		model = next
	}
}

// value returns a text that mostly fits a simple type.
func (m *mutator) value(t *grammar.Type) string {
	if t == nil || t.Text == nil || m.IntN(20) == 0 {
		return values[m.IntN(len(values))]
	}
	if len(t.Text.Values) > 0 {
		return t.Text.Values[m.IntN(len(t.Text.Values))]
	}
	fitting := map[string]string{
		"decimal": "12.50", "integer": "3", "boolean": "true", "date": "2025-09-17", "time": "08:30:00",
		"dateTime": "2025-09-17T08:30:00+08:00", "base64Binary": "QUJD", "anyURI": "urn:a",
	}
	if text, ok := fitting[t.Text.Base]; ok {
		return text
	}
	return "a" + strings.Repeat("b", m.IntN(12)) + string(rune('0'+m.IntN(10)))
}

func (m *mutator) typeOf(e *etree.Element) *grammar.Type { return typeIn(m.grammar, e) }

// typeIn returns the type of an element by the names of its ancestors.
func typeIn(g *grammar.Grammar, e *etree.Element) *grammar.Type {
	if parent := e.Parent(); parent != nil && parent.Parent() != nil {
		if child := typeIn(g, parent).Child(nameOf(e)); child != nil {
			return child.Type
		}
	}
	if global := g.Element(nameOf(e)); global != nil {
		return global.Type
	}
	return nil
}

func nameOf(e *etree.Element) grammar.Name {
	return grammar.Name{Space: e.NamespaceURI(), Local: e.Tag}
}
