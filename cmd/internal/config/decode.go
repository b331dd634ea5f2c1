package config

import (
	"bytes"
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A Mistake is one thing wrong in a file, and where.
type Mistake struct {
	File   string
	Line   int    // from 1; 0 if it is about something that is not there
	Key    string // such as limits.document
	Reason string
}

// Error returns the mistake as file:line: key: reason.
func (m Mistake) Error() string {
	where := m.File
	if m.Line > 0 {
		where = fmt.Sprintf("%s:%d", m.File, m.Line)
	}
	if m.Key == "" {
		return where + ": " + m.Reason
	}
	return where + ": " + m.Key + ": " + m.Reason
}

// A source is a file as it was read, so that a mistake found later can be
// placed.
type source struct {
	file     string
	lines    map[string]int // of every key given
	anchors  map[string]ast.Node
	mistakes []Mistake
}

// decode reads YAML strictly into a pointer to a struct, noting unknown keys,
// repeated keys and values of the wrong form, every one of them.
func decode(file string, b []byte, into any) *source {
	s := &source{file: file, lines: make(map[string]int), anchors: make(map[string]ast.Node)}
	tree, err := parse(b)
	if err != nil {
		s.mistakes = append(s.mistakes, syntaxMistake(file, err))
		return s
	}
	read := false
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if read {
			s.mistakes = append(s.mistakes, Mistake{
				File: file, Line: doc.Body.GetToken().Position.Line,
				Reason: "a second YAML document begins here, after a line of ---; a file holds one",
			})
			break
		}
		read = true
		s.walk(doc.Body, "", reflect.ValueOf(into).Elem())
	}
	return s
}

// parse reads YAML. The parser panics on some input that is not YAML, such as
// a value after the tag "!0".
func parse(b []byte) (tree *ast.File, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the parser gave up: %v", reason)
		}
	}()
	// Editors on Windows write a byte order mark; the parser takes it for a part of the first key.
	return parser.ParseBytes(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), 0, parser.AllowDuplicateMapKey())
}

// syntaxMistake places an error of the YAML parser.
func syntaxMistake(file string, err error) Mistake {
	m := Mistake{File: file, Reason: "not YAML: " + strings.TrimSpace(yaml.FormatError(err, false, false))}
	if syntax, ok := err.(yaml.Error); ok { //nolint:errorlint // the parser returns its own type, never a chain
		m.Line, m.Reason = syntax.GetToken().Position.Line, "not YAML: "+syntax.GetMessage()
	}
	return m
}

// note adds a mistake about a key that was given, or about its nearest parent.
func (s *source) note(key, format string, args ...any) {
	line := 0
	for near := key; line == 0 && near != ""; near = parent(near) {
		line = s.lines[near]
	}
	s.mistakes = append(s.mistakes, Mistake{File: s.file, Line: line, Key: key, Reason: fmt.Sprintf(format, args...)})
}

// parent returns the key that holds a key.
func parent(key string) string {
	return key[:max(strings.LastIndexAny(key, ".["), 0)]
}

// walk reads one node into a value.
func (s *source) walk(node ast.Node, key string, into reflect.Value) {
	node = s.resolve(node)
	if key != "" && s.lines[key] == 0 {
		s.lines[key] = node.GetToken().Position.Line
	}
	if _, null := node.(*ast.NullNode); null {
		return
	}
	if into.Kind() == reflect.Pointer { // nil says that the key is not given
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch {
	case isScalar(into) && !isTable(node, into):
		s.scalar(node, key, into)
	case into.Kind() == reflect.Struct:
		s.object(node, key, into)
	case into.Kind() == reflect.Slice:
		s.list(node, key, into)
	}
}

// resolve follows anchors and aliases to what they stand for.
func (s *source) resolve(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.AnchorNode:
		s.anchors[n.Name.GetToken().Value] = n.Value
		return s.resolve(n.Value)
	case *ast.AliasNode:
		if target, ok := s.anchors[n.Value.GetToken().Value]; ok {
			return target
		}
	}
	return node
}

// isScalar reports whether a value is read whole.
func isScalar(v reflect.Value) bool {
	_, text := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	_, duration := reflect.TypeAssert[time.Duration](v)
	return text || duration || v.Kind() != reflect.Struct && v.Kind() != reflect.Slice
}

// isTable reports whether a value that may be read whole is given as a table.
func isTable(node ast.Node, into reflect.Value) bool {
	_, may := reflect.TypeAssert[interface{ orTable() }](into.Addr())
	_, is := entriesOf(node)
	return may && is
}

func (s *source) scalar(node ast.Node, key string, into reflect.Value) {
	if _, ok := node.(ast.ScalarNode); !ok {
		s.note(key, "must be a single value; text with a colon in it, such as an address in brackets, needs quotes")
		return
	}
	text := node.GetToken().Value
	switch target := into.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		if err := target.UnmarshalText([]byte(text)); err != nil {
			s.note(key, "%s", err)
		}
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			s.note(key, "%q is no duration (examples: 30s, 10m, 168h)", text)
		}
		*target = d
	default:
		if err := yaml.NodeToValue(node, target); err != nil {
			s.note(key, "%q is no %s", text, into.Kind())
		}
	}
}

func (s *source) object(node ast.Node, key string, into reflect.Value) {
	entries, ok := entriesOf(node)
	if !ok {
		s.note(key, "must be a table of keys and values")
		return
	}
	seen := make(map[string]bool)
	for _, entry := range entries {
		name := entry.Key.GetToken().Value
		full := strings.TrimPrefix(key+"."+name, ".")
		if s.lines[full] == 0 {
			s.lines[full] = entry.Key.GetToken().Position.Line
		}
		field, known := fieldOf(into, name)
		switch {
		case !known:
			s.note(full, "unknown key; known here: %s", strings.Join(fieldNames(into), ", "))
		case seen[name]:
			s.mistakes = append(s.mistakes, Mistake{
				File: s.file, Line: entry.Key.GetToken().Position.Line, Key: full, Reason: "given twice",
			})
		default:
			s.walk(entry.Value, full, field)
		}
		seen[name] = true
	}
}

func (s *source) list(node ast.Node, key string, into reflect.Value) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		s.note(key, "must be a list")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(sequence.Values), len(sequence.Values)))
	for i, value := range sequence.Values {
		s.walk(value, fmt.Sprintf("%s[%d]", key, i), into.Index(i))
	}
}

func entriesOf(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	i := slices.Index(fieldNames(v), name)
	if i < 0 {
		return reflect.Value{}, false
	}
	return v.Field(i), true
}

// fieldNames returns the YAML names of a struct's fields, in order.
func fieldNames(v reflect.Value) []string {
	names := make([]string, 0, v.NumField())
	for i := range v.NumField() {
		field := v.Type().Field(i)
		tag := field.Tag.Get("yaml")
		if tag == "" {
			tag = strings.ToLower(field.Name)
		}
		names = append(names, tag)
	}
	return names
}
