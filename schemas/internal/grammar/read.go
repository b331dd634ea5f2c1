package grammar

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"beibu/schemas/internal/xsdtree"
)

// unbounded stands for maxOccurs="unbounded".
const unbounded = -1

// Read joins schema files into a grammar.
func Read(files []*xsdtree.Node) *Grammar {
	r := &reader{
		Grammar: Grammar{
			elements: make(map[Name]*Element), types: make(map[Name]*Type), attributes: make(map[Name]*Attribute),
		},
		nodes: make(map[key]component), filling: make(map[*Type]bool), doubtful: !filesUnderstood(files),
	}
	for _, file := range files {
		r.Spaces = append(r.Spaces, file.Attrs["targetNamespace"])
		r.index(file)
	}
	for k := range r.nodes {
		switch k.kind {
		case "element":
			r.element(k.name)
		case "type":
			r.named(k.name)
		}
	}
	read := r.Grammar // a pointer into the reader would keep the files
	return &read
}

// A reader builds a grammar from the components of its files.
type reader struct {
	Grammar

	nodes    map[key]component
	filling  map[*Type]bool // types of which a part is read yet
	doubtful bool           // whether all types are, since a file is
}

type key struct {
	kind string // element, type, group, attributeGroup or attribute
	name Name
}

// A component is a node with what its file says about names.
type component struct {
	*xsdtree.Node

	file *xsdtree.Node
}

func (c component) in(n *xsdtree.Node) component { return component{Node: n, file: c.file} }

func (c component) target() string { return c.file.Attrs["targetNamespace"] }

func (r *reader) index(file *xsdtree.Node) {
	for _, n := range file.Children {
		kind := n.Kind
		if kind == "complexType" || kind == "simpleType" {
			kind = "type"
		}
		k := key{kind, Name{file.Attrs["targetNamespace"], n.Attrs["name"]}}
		if _, twice := r.nodes[k]; twice && n.Attrs["name"] != "" {
			r.doubtful = true
		}
		r.nodes[k] = component{Node: n, file: file}
	}
}

func (c component) ref(attribute string) (Name, bool) {
	value, ok := c.Attrs[attribute]
	if !ok {
		return Name{}, false
	}
	space, local := c.Resolve(value)
	return Name{space, local}, true
}

// element returns the global element of a name, or nil.
func (r *reader) element(name Name) *Element {
	if e, ok := r.elements[name]; ok {
		return e
	}
	c, ok := r.nodes[key{"element", name}]
	if !ok {
		return nil
	}
	e := &Element{Name: name, Doubtful: r.doubtful || !understood(c.Node)}
	r.elements[name] = e
	e.Type = r.typeOf(c)
	return e
}

// typeOf returns the type that an element or attribute declares, or nil.
func (r *reader) typeOf(c component) *Type {
	if name, ok := c.ref("type"); ok {
		return r.named(name)
	}
	for _, n := range c.Children {
		if n.Kind == "complexType" || n.Kind == "simpleType" {
			t := &Type{}
			r.fill(t, c.in(n))
			return t
		}
	}
	return nil
}

// named returns the type of a name: of a file, or built in, or nil.
func (r *reader) named(name Name) *Type {
	if t, ok := r.types[name]; ok {
		return t
	}
	t := &Type{Name: name}
	if name.Space == xsdtree.Space {
		if name.Local != "anyType" {
			t.Text = &Text{Base: name.Local}
		} else {
			t.Doubtful = true
			t.Mixed, t.AnyAttr = true, true
			t.others, t.content = []wildcard{{}}, repeat{wildcard{}, 0, unbounded}
		}
		r.types[name] = t
		return t
	}
	c, ok := r.nodes[key{"type", name}]
	if !ok {
		return nil
	}
	r.types[name] = t // before it is filled: types refer to themselves
	r.fill(t, c)
	return t
}

func (r *reader) fill(t *Type, c component) {
	r.filling[t] = true
	defer delete(r.filling, t)
	t.Doubtful = r.doubtful || !understood(c.Node)
	if c.Kind == "simpleType" {
		t.Text = r.text(c)
		t.Text.Doubtful = t.Text.Doubtful || t.Doubtful
		return
	}
	t.Mixed = c.Attrs["mixed"] == "true"
	t.all = make(map[Name]*Element)
	for _, n := range c.Children {
		switch n.Kind {
		case "simpleContent", "complexContent":
			t.Mixed = t.Mixed || n.Attrs["mixed"] == "true"
			for _, d := range n.Children {
				r.derive(t, c.in(d))
			}
			return
		}
	}
	t.content = r.particles(t, c)
	r.attrs(t, c)
}

// derive fills a type that extends or restricts another.
func (r *reader) derive(t *Type, c component) {
	name, _ := c.ref("base")
	base := r.named(name)
	if base == nil {
		base = &Type{Doubtful: true}
	}
	t.Doubtful = t.Doubtful || base.Doubtful || r.filling[base]
	t.content = r.particles(t, c)
	r.attrs(t, c)
	t.AnyAttr = t.AnyAttr || base.AnyAttr && c.Kind == "extension"
	own := make(map[Name]bool)
	for _, a := range t.Attributes {
		own[a.Name] = true
	}
	for _, a := range base.Attributes {
		if !own[a.Name] {
			t.Attributes = append(t.Attributes, a)
		}
	}
	if base.Text != nil {
		t.Text = base.Text
		if c.Kind == "restriction" {
			t.Text = r.restrict(*base.Text, c)
		}
		return
	}
	if c.Kind != "extension" {
		return
	}
	t.Mixed = t.Mixed || base.Mixed
	t.content = sequence(base.content, t.content)
	maps.Copy(t.all, base.all)
	t.others = append(t.others, base.others...)
}

// attrs reads the attributes declared in a type or group.
func (r *reader) attrs(t *Type, c component) {
	for _, n := range c.Children {
		switch n.Kind {
		case "anyAttribute":
			t.AnyAttr = true
		case "attributeGroup":
			if name, ok := c.in(n).ref("ref"); ok {
				if group, ok := r.nodes[key{"attributeGroup", name}]; ok {
					t.Doubtful = t.Doubtful || !understood(group.Node)
					r.attrs(t, group)
				}
			}
		case "attribute":
			if n.Attrs["use"] != "prohibited" {
				t.Attributes = append(t.Attributes, r.attribute(c.in(n)))
			}
		}
	}
}

func (r *reader) attribute(c component) Attribute {
	required := c.Attrs["use"] == "required"
	if name, ok := c.ref("ref"); ok {
		a := Attribute{Name: name, Required: required}
		if global, ok := r.nodes[key{"attribute", name}]; ok {
			a.Doubtful = !understood(global.Node)
			a.Type = r.typeOf(global)
		}
		return a
	}
	space := ""
	if cmp.Or(c.Attrs["form"], c.file.Attrs["attributeFormDefault"]) == "qualified" {
		space = c.target()
	}
	return Attribute{Name: Name{space, c.Attrs["name"]}, Required: required, Type: r.typeOf(c)}
}

// text reads a simple type.
func (r *reader) text(c component) *Text {
	for _, n := range c.Children {
		if n.Kind != "restriction" {
			continue
		}
		base := &Text{}
		if name, ok := c.in(n).ref("base"); ok {
			if t := r.named(name); t != nil && t.Text != nil {
				base = t.Text
			}
		} else if t := r.typeOf(c.in(n)); t != nil && t.Text != nil {
			base = t.Text
		}
		return r.restrict(*base, c.in(n))
	}
	return &Text{} // a list or union
}

// restrict adds the facets of a restriction to what its base says.
func (r *reader) restrict(base Text, c component) *Text {
	var values, patterns []string
	facets := slices.Clip(base.Facets)
	for _, n := range c.Children {
		value := n.Attrs["value"]
		switch n.Kind {
		case "enumeration":
			values = append(values, value)
		case "pattern":
			patterns = append(patterns, value)
		case "length", "minLength", "maxLength", "totalDigits", "fractionDigits",
			"minInclusive", "maxInclusive", "minExclusive", "maxExclusive":
			facets = append(facets, Facet{n.Kind, value})
		}
	}
	base.Facets = facets
	if values != nil {
		base.Values = values
	}
	if patterns != nil {
		base.Patterns = patterns
		base.Steps = append(slices.Clip(base.Steps), patterns)
	}
	return &base
}

// occurs returns how often a particle may occur.
func occurs(n *xsdtree.Node) (least, most int) {
	least, most = 1, 1
	if v, err := strconv.Atoi(n.Attrs["minOccurs"]); err == nil {
		least = v
	}
	switch v := n.Attrs["maxOccurs"]; {
	case v == "unbounded":
		most = unbounded
	case v != "":
		if v, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			most = v
		}
	}
	return least, most
}
