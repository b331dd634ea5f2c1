package acceptor

import "beibu/schemas/internal/grammar"

// New makes the tables of a grammar.
func New(g *grammar.Grammar) *Acceptor {
	c := &compiler{
		Acceptor: &Acceptor{spaces: make(map[string]int32), roots: make(map[grammar.Name]*content)},
		contents: make(map[*grammar.Type]*content), texts: make(map[*grammar.Text]*text),
	}
	for _, name := range g.Spaces {
		c.bare = c.bare || name == ""
		c.space(name)
	}
	for _, name := range g.Elements() {
		c.roots[name] = c.declared(g.Element(name))
	}
	return c.Acceptor
}

type compiler struct {
	*Acceptor

	contents map[*grammar.Type]*content
	texts    map[*grammar.Text]*text
}

var (
	// doubt is the content that no element has for sure.
	doubt = &content{doubtful: true}
	// anything is the content of an element that no schema declares and that need not
	// be declared (XML Schema 1.0, part 1, 3.10.1: lax).
	anything = &content{anything: true, mixed: true}
)

func (c *compiler) declared(e *grammar.Element) *content {
	if e.Doubtful || e.Type == nil {
		return doubt
	}
	return c.content(e.Type)
}

// content returns the tables of a type.
func (c *compiler) content(t *grammar.Type) *content {
	if made, ok := c.contents[t]; ok {
		return made
	}
	made := &content{doubtful: t.Doubtful, mixed: t.Mixed}
	c.contents[t] = made // before it is filled: types refer to themselves
	if t.Doubtful || !c.attributes(made, t) {
		made.doubtful = true
		return made
	}
	if t.Simple() {
		made.text = c.text(t.Text)
		return made
	}
	automaton, ok := t.Automaton()
	if !ok {
		made.doubtful = true
		return made
	}
	made.automaton = automaton
	all := make([]name, 0, len(automaton.Elements))
	for _, e := range automaton.Elements {
		all = append(all, name{e.Name.Local, c.space(e.Name.Space)})
		made.children = append(made.children, c.declared(e))
	}
	made.names = newNames(all)
	return made
}

// attributes fills in the attributes of a type, and returns false if they are too many.
func (c *compiler) attributes(made *content, t *grammar.Type) bool {
	const most = 64 // bits of a mask
	if len(t.Attributes) > most {
		return false
	}
	for i, a := range t.Attributes {
		of := unsure
		if a.Type.Simple() && !a.Doubtful {
			of = c.text(a.Type.Text)
		}
		made.attributes = append(made.attributes, attribute{a.Name.Local, c.space(a.Name.Space), of})
		if a.Required {
			made.required |= 1 << i
		}
	}
	return true
}

func (c *compiler) text(t *grammar.Text) *text {
	if made, ok := c.texts[t]; ok {
		return made
	}
	made, ok := newText(t)
	if !ok {
		made = unsure
	}
	c.texts[t] = made
	return made
}

// space returns the number of a namespace; 0 is that of no namespace.
func (c *compiler) space(name string) int32 {
	if name == "" {
		return 0
	}
	if _, ok := c.spaces[name]; !ok {
		c.spaces[name] = int32(len(c.spaces)) + 1 //nolint:gosec // a schema has fewer
	}
	return c.spaces[name]
}
