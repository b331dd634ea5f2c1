package paths

import (
	"fmt"
	"strings"
	"unicode"
)

// A Path leads from the root of a document to elements, or to an attribute of
// theirs.
type Path struct {
	Steps     []Step
	Attribute string // local name of the attribute at the end, or ""

	text string
}

// A Step is one element of a path.
type Step struct {
	Name  string // local name, or "*" for any
	Tests []Test
	Order Order
	By    string // path or @attribute whose number orders the elements
}

// An Order says in which order the elements of a step are tried.
type Order uint8

// The orders.
const (
	AsWritten Order = iota // in the order of the document
	First                  // by a number, the lowest first; those without one come last
	Last                   // by a number, the highest first; those without one come last
)

// A Test is what an element must be like.
type Test struct {
	Names  []string // children, paths of children, or @attributes
	Needs  Need
	Values []string // as Fold writes them, or exactly
	Exact  bool     // values are compared with case
}

// A Need says how values given under the names of a test count.
type Need uint8

// The needs.
const (
	One       Need = iota // one must be among the test's
	OneOrNone             // the same, unless none is given
	NoneOf                // none may be among the test's
	Any                   // any value will do
)

// Passes reports whether an element with these values, of all that the names of
// the test stand for, is wanted. An empty value is none.
func (t Test) Passes(values []string) bool {
	given, among := false, false
	for _, v := range values {
		if !t.Exact {
			v = Fold(v)
		}
		given = given || v != ""
		for _, want := range t.Values {
			among = among || v == want
		}
	}
	switch t.Needs {
	case NoneOf:
		return !among
	case OneOrNone:
		return among || !given
	case Any:
		return given
	case One:
	}
	return among
}

// Fold returns a code without white space and in upper case, so that codes that
// differ in these alone are the same.
func Fold(code string) string {
	if strings.IndexFunc(code, func(r rune) bool { return blank(r) || r != unicode.ToUpper(r) }) < 0 {
		return code // as most are written
	}
	return strings.ToUpper(strings.Join(strings.FieldsFunc(code, blank), ""))
}

// blank reports whether a character is white space of XML.
func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// String returns the path as it was written.
func (p Path) String() string { return p.text }

// longest bounds the bytes of a path.
const longest = 1_000

// Parse reads a path.
func Parse(text string) (Path, error) {
	p := Path{text: text}
	if text == "" || len(text) > longest {
		return Path{}, fmt.Errorf("a path has 1 to %d bytes", longest)
	}
	if text == "." {
		return p, nil
	}
	steps := split(text)
	for i, step := range steps {
		if name, ok := strings.CutPrefix(step, "@"); ok {
			if i < len(steps)-1 || !isName(name) {
				return Path{}, fmt.Errorf("%q: an attribute is a name behind @, at the end of a path", text)
			}
			p.Attribute = name
			break
		}
		s, err := parseStep(step)
		if err != nil {
			return Path{}, fmt.Errorf("%q: %w", text, err)
		}
		p.Steps = append(p.Steps, s)
	}
	return p, nil
}

// split parts a path at the slashes that are not in brackets.
func split(text string) []string {
	depth := 0
	var steps []string
	begin := 0
	for i := range len(text) {
		switch text[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '/':
			if depth == 0 {
				steps, begin = append(steps, text[begin:i]), i+1
			}
		}
	}
	return append(steps, text[begin:])
}

// parseStep reads a name and what is in brackets behind it.
func parseStep(text string) (Step, error) {
	name, rest, _ := strings.Cut(text, "[")
	s := Step{Name: name}
	if name != "*" && !isName(name) {
		return Step{}, fmt.Errorf("%q is no local name of an element (names have no prefix)", name)
	}
	for more := strings.Contains(text, "["); more; {
		inside, behind, closed := strings.Cut(rest, "]")
		if !closed || behind != "" && behind[0] != '[' {
			return Step{}, fmt.Errorf("%q: a bracket is not closed, or something follows it", text)
		}
		if err := s.add(inside); err != nil {
			return Step{}, err
		}
		if more = behind != ""; more {
			rest = behind[1:]
		}
	}
	return s, nil
}

// named are the tests that have a name of their own.
var named = map[string]Test{
	"locode": {
		Names: []string{"@schemeID", "@schemeName"}, Needs: OneOrNone,
		Values: []string{"UNLOCODE", "UN/LOCODE", "LOCODE"},
	},
}

// add reads what is in one pair of brackets.
func (s *Step) add(text string) error {
	if test, ok := named[text]; ok {
		s.Tests = append(s.Tests, test)
		return nil
	}
	if name, ok := strings.CutPrefix(text, "has "); ok && isValuePath(name) {
		s.Tests = append(s.Tests, Test{Names: []string{name}, Needs: Any})
		return nil
	}
	for word, order := range map[string]Order{"first ": First, "last ": Last} {
		by, ok := strings.CutPrefix(text, word)
		if !ok {
			continue
		}
		if s.Order != AsWritten || !isValuePath(by) {
			return fmt.Errorf("[%s]: expected one path or @attribute to order by", text)
		}
		s.Order, s.By = order, by
		return nil
	}
	names, values, compares := strings.Cut(text, "=")
	if !compares {
		return fmt.Errorf("[%s]: expected locode, has, first, last, or a comparison such as @listID=HS", text)
	}
	test := Test{Needs: One}
	if cut, ok := strings.CutSuffix(names, "?"); ok {
		names, test.Needs = cut, OneOrNone
	} else if cut, ok := strings.CutSuffix(names, "!"); ok {
		names, test.Needs = cut, NoneOf
	} else if cut, ok := strings.CutPrefix(values, "="); ok {
		values, test.Exact = cut, true
	}
	test.Names = strings.Split(names, ",")
	for _, name := range test.Names {
		if !isValuePath(name) {
			return fmt.Errorf("[%s]: %q is no path of children and no @attribute", text, name)
		}
	}
	for value := range strings.SplitSeq(values, "|") {
		if !test.Exact {
			value = Fold(value)
		}
		if value == "" {
			return fmt.Errorf("[%s]: a value is empty", text)
		}
		test.Values = append(test.Values, value)
	}
	s.Tests = append(s.Tests, test)
	return nil
}

// isValuePath reports whether a text is a path of names, an attribute, or a path that
// ends in one.
func isValuePath(text string) bool {
	text, attribute, ends := strings.Cut(text, "@")
	if ends {
		if !isName(attribute) || text != "" && !strings.HasSuffix(text, "/") {
			return false
		}
		if text = strings.TrimSuffix(text, "/"); text == "" {
			return true
		}
	}
	for name := range strings.SplitSeq(text, "/") {
		if !isName(name) {
			return false
		}
	}
	return true
}

// isName reports whether a text is a name without a colon, as far as a schema
// would declare one (Namespaces in XML 1.0, NCName).
func isName(text string) bool {
	for i, r := range text {
		letter := r == '_' || unicode.IsLetter(r)
		if !letter && (i == 0 || r != '-' && r != '.' && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r)) {
			return false
		}
	}
	return text != ""
}
