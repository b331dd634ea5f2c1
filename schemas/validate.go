package schemas

import (
	"context"
	"slices"
	"strings"
	"time"

	"beibu/signing/strict"
	"beibu/signing/strict/quote"
)

// Validate judges a document by the schemas in force today. What is wrong
// with the document is in the report; the error is for a context that ended
// or a fault of our own. The document is not changed. The report keeps it, as the
// tree that was read.
func (c *Catalog) Validate(ctx context.Context, document []byte) (Report, error) {
	return c.ValidateAt(ctx, document, time.Now())
}

// ValidateAt judges a document by the schemas in force at a time.
func (c *Catalog) ValidateAt(ctx context.Context, document []byte, at time.Time) (Report, error) {
	if int64(len(document)) > c.limit {
		return c.tooLarge(len(document)), nil
	}
	tree, fault := strict.ParseFaulty(document, strict.Limits{})
	h := identify(tree)
	e, known := c.find(h, at)
	if fault != nil {
		b := breachOf(fault)
		return refused(tree, e.readable(h, b), b), nil
	}
	located, odd := hints(tree)
	if odd >= 0 {
		return refused(tree, e.Type, oddBreach(odd)), nil
	}
	if !known {
		return c.unknown(tree, h), nil
	}
	valid, err := e.set.accepts(ctx, tree)
	if err != nil {
		return Report{}, err
	}
	if !valid {
		return e.judge(ctx, tree, located)
	}
	return Report{Type: e.Type, Root: tree.Root()}, nil
}

// judge is the report on a document that is not accepted at once: the engine judges
// it, and what it finds is explained.
func (e entry) judge(ctx context.Context, tree *strict.Tree, located []strict.Attribute) (Report, error) {
	doc := tree.Bytes()
	if len(located) > 0 {
		doc = without(doc, located)
	}
	found, err := e.set.check(ctx, doc)
	if err != nil {
		return Report{}, err
	}
	if b, bad := engineBreach(tree, found); bad {
		return refused(tree, e.Type, b), nil
	}
	r := Report{Type: e.Type}
	if len(found) > 0 {
		if r, err = e.explain(ctx, tree, doc, found); err != nil {
			return Report{}, err
		}
	}
	r.Root = tree.Root()
	return r, nil
}

// readable returns what the root of a malformed document says of its kind,
// if the root comes before the first error.
func (e entry) readable(h head, b breach) Type {
	if b.at < h.at {
		return Type{}
	}
	return e.Type
}

// unknown is the report on a document whose root no kind has. It names the
// kinds whose roots are nearest.
func (c *Catalog) unknown(tree *strict.Tree, h head) Report {
	root, space := quote.Name(h.local), quote.Name(h.space)
	v := Violation{
		Code: CodeUnknownKind, Path: "/" + root,
		EN: "No kind of document has the root element " + root + " in " + namespaceEN(space) + ".",
		ZH: "没有任何单证种类以" + namespaceZH(space) + "中的 " + root + " 为根元素。",
	}
	kinds := c.Kinds()
	for _, k := range kinds {
		v.Expected = append(v.Expected, k.Root)
	}
	slices.Sort(v.Expected)
	v.Expected = slices.Compact(v.Expected)
	var en, zh []string
	for _, near := range nearest(h.local, v.Expected, maxNear) {
		for _, k := range kinds {
			text := k.Root + " in " + namespaceEN(k.Namespace) + " (" + string(k.Kind) + ")"
			if k.Root == near && !slices.Contains(en, text) {
				en = append(en, text)
				zh = append(zh, namespaceZH(k.Namespace)+"中的 "+k.Root+"（"+string(k.Kind)+"）")
			}
		}
	}
	if len(en) > 0 {
		v.EN += " The nearest: " + strings.Join(en, "; ") + "."
		v.ZH += "最接近的有：" + strings.Join(zh, "；") + "。"
	} else {
		names, namesZH := list(v.Expected, ", ")
		v.EN += " Known roots: " + names + "."
		v.ZH += "已知的根元素有：" + namesZH + "。"
	}
	v.Line, v.Column = tree.Root().Position()
	return Report{Type: Type{Root: root, Namespace: space}, Violations: []Violation{v}}
}

func namespaceEN(space string) string {
	if space == "" {
		return "no namespace"
	}
	return "the namespace " + space
}

func namespaceZH(space string) string {
	if space == "" {
		return "无命名空间"
	}
	return "命名空间 " + space + " "
}
