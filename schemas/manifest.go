package schemas

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"beibu/schemas/paths"
	"beibu/signing/strict/quote"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A manifest is the content of manifest.yaml.
type manifest struct {
	Name    string         `yaml:"name"`
	Version string         `yaml:"version"`
	Kinds   []manifestKind `yaml:"kinds"`
}

type manifestKind struct {
	Kind          string   `yaml:"kind"`
	Root          string   `yaml:"root"`
	Namespace     string   `yaml:"namespace"`
	Customization string   `yaml:"customization"`
	Schema        string   `yaml:"schema"`
	From          string   `yaml:"from"`
	Until         string   `yaml:"until"`
	Facts         ast.Node `yaml:"facts"`
}

// readManifest decodes a manifest, and finds the lines of its kinds. The YAML
// package panics on some tags that make no sense ("kinds: !0 000").
func readManifest(text []byte) (m manifest, lines []int, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("not YAML that can be read: %v", cause)
		}
	}()
	text = withoutMark(text)
	if err := yaml.UnmarshalWithOptions(text, &m, yaml.Strict()); err != nil {
		return manifest{}, nil, err
	}
	return m, kindLines(text, len(m.Kinds)), nil
}

// newPack makes a pack of its files.
func newPack(files map[string][]byte) (Pack, error) {
	text, ok := files[manifestName]
	if !ok {
		return Pack{}, fmt.Errorf("%s is missing", manifestName)
	}
	m, lines, err := readManifest(text)
	if err != nil {
		return Pack{}, fmt.Errorf("%s: %w", manifestName, err)
	}
	p := Pack{Name: m.Name, Version: m.Version, files: files, lines: lines}
	mistakes := p.head(m)
	for i, k := range m.Kinds {
		kind, found := p.kind(k)
		for _, err := range found {
			mistakes = append(mistakes, p.mistakeAt(p.lines[i], k.Kind, err))
		}
		for _, wrong := range kind.facts(k.Facts) {
			mistakes = append(mistakes, p.mistakeAt(cmp.Or(wrong.Line, p.lines[i]), k.Kind, fmt.Errorf("facts: %w", wrong.Err)))
		}
		p.Kinds = append(p.Kinds, kind)
	}
	trees, broken := parseAll(files)
	mistakes = append(mistakes, broken...)
	if len(mistakes) > 0 {
		return Pack{}, errors.Join(mistakes...)
	}
	p.entries = make(map[string][]string)
	for _, k := range p.Kinds {
		if p.entries[k.Schema] == nil {
			p.entries[k.Schema] = supplied(&set{read: readIn(files), entries: []string{k.Schema}}, trees)
		}
	}
	return p, nil
}

func (p Pack) mistakeAt(line int, kind string, err error) error {
	return fmt.Errorf("%s:%d: kind %s: %w", manifestName, line, kind, err)
}

// facts reads the paths at which documents of the kind keep their facts, and lists what is
// wrong with that. A mistake without a line is the kind's.
func (k *PackKind) facts(node ast.Node) []paths.Mistake {
	var mistakes []paths.Mistake
	k.Facts, mistakes = paths.Decode(node)
	if k.Facts.Facts[paths.Number] == nil && !isBuiltIn(k.Kind) {
		mistakes = append(mistakes, paths.Mistake{
			Err: errors.New("number: must name the path at which documents of the kind keep their number, such as ID or @guid"),
		})
	}
	return mistakes
}

func (p Pack) head(m manifest) []error {
	var mistakes []error
	if !plain(m.Name) {
		mistakes = append(mistakes, fmt.Errorf("%s: name: must be letters, digits, '.', '_' and '-'", manifestName))
	}
	if !plain(m.Version) {
		mistakes = append(mistakes, fmt.Errorf("%s: version: must be letters, digits, '.', '_' and '-'", manifestName))
	}
	if len(m.Kinds) == 0 || len(m.Kinds) > maxPackKinds {
		mistakes = append(mistakes, fmt.Errorf("%s: kinds: must be 1 to %d", manifestName, maxPackKinds))
	}
	return mistakes
}

// plain reports whether a name can be used in a path, a report and a log line.
func plain(name string) bool {
	return name != "" && len(name) <= quote.NameLimit && strings.IndexFunc(name, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r)
	}) < 0
}

// kind reads one kind of the manifest and lists what is wrong with it.
func (p Pack) kind(k manifestKind) (PackKind, []error) {
	kind := PackKind{
		Kind: Kind(k.Kind), Root: k.Root, Namespace: k.Namespace, Customization: k.Customization,
		Schema: path.Clean(k.Schema),
	}
	var mistakes []error
	if !plain(k.Kind) {
		mistakes = append(mistakes, errors.New("kind: must be letters, digits, '.', '_' and '-'"))
	}
	if k.Root == "" {
		mistakes = append(mistakes, errors.New("root: must name the document element"))
	}
	if _, ok := p.files[kind.Schema]; !ok || !fs.ValidPath(k.Schema) || path.Ext(k.Schema) != ".xsd" {
		mistakes = append(mistakes, fmt.Errorf("schema: %q is no .xsd file of the pack", k.Schema))
	}
	for _, day := range []struct {
		key, text string
		to        *time.Time
	}{{"from", k.From, &kind.From}, {"until", k.Until, &kind.Until}} {
		if day.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %q is no date such as 2025-01-31", day.key, day.text))
		}
		*day.to = t
	}
	if !kind.From.IsZero() && !kind.Until.IsZero() && kind.Until.Before(kind.From) {
		mistakes = append(mistakes, errors.New("until: comes before from"))
	}
	return kind, mistakes
}

// kindLines returns the lines on which the kinds of a manifest are written.
func kindLines(text []byte, n int) []int {
	lines := make([]int, n)
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return lines
	}
	where, err := yaml.PathString("$.kinds")
	if err != nil {
		return lines
	}
	node, err := where.FilterFile(file)
	if err != nil {
		return lines
	}
	if kinds, ok := node.(*ast.SequenceNode); ok {
		for i, k := range kinds.Values {
			if i < n {
				lines[i] = k.GetToken().Position.Line
			}
		}
	}
	return lines
}
