package grammar

import (
	"cmp"
	"slices"
)

// particles reads the content model among a component's children, or nil.
func (r *reader) particles(t *Type, c component) expr {
	for _, n := range c.Children {
		switch n.Kind {
		case "sequence", "choice", "all", "group":
			return r.particle(t, c.in(n))
		}
	}
	return nil
}

func (r *reader) particle(t *Type, c component) expr {
	least, most := occurs(c.Node)
	if most == 0 {
		return nil
	}
	return times(r.term(t, c), least, most)
}

func (r *reader) term(t *Type, c component) expr {
	switch c.Kind {
	case "element":
		e := r.local(c)
		if e == nil {
			return nil
		}
		t.all[e.Name] = e
		return leaf{e}
	case "any":
		w := wildcard{spaces: c.Attrs["namespace"], target: c.target(), process: cmp.Or(c.Attrs["processContents"], "strict")}
		t.others = append(t.others, w)
		return w
	case "group":
		name, _ := c.ref("ref")
		group, ok := r.nodes[key{"group", name}]
		if !ok {
			return nil
		}
		t.Doubtful = t.Doubtful || !understood(group.Node)
		return r.particles(t, group)
	}
	var items []expr
	for _, n := range c.Children {
		if e := r.particle(t, c.in(n)); e != nil {
			items = append(items, e)
		}
	}
	switch {
	case len(items) == 0:
		return nil
	case c.Kind == "choice":
		return choice{items}
	case c.Kind == "all":
		return all{items}
	default:
		return sequence(items...)
	}
}

// local returns the element that a particle declares or refers to, or nil.
func (r *reader) local(c component) *Element {
	if name, ok := c.ref("ref"); ok {
		return r.element(name)
	}
	space := ""
	if cmp.Or(c.Attrs["form"], c.file.Attrs["elementFormDefault"]) == "qualified" {
		space = c.target()
	}
	return &Element{Name: Name{space, c.Attrs["name"]}, Doubtful: r.doubtful || !understood(c.Node), Type: r.typeOf(c)}
}

// sequence joins what is there of its items.
func sequence(items ...expr) expr {
	items = slices.DeleteFunc(slices.Clone(items), func(e expr) bool { return e == nil })
	switch len(items) {
	case 0:
		return nil
	case 1:
		return items[0]
	}
	return seq{items[0], items[1:]}
}

func times(body expr, least, most int) expr {
	if body == nil || least == 1 && most == 1 {
		return body
	}
	return repeat{body, least, most}
}
