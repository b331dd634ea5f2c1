package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/kinds"
)

// kindsCommand says how documents are written.
type kindsCommand struct {
	List   listKinds    `cmd:"" help:"List the kinds of document, offline."`
	Show   showKind     `cmd:"" help:"Show what a document must hold and why, who gets it, and the rules for it, offline."`
	Sample sampleOfKind `cmd:"" help:"Print a good document with a number of its own, valid today, offline."`
	Schema schemaOfKind `cmd:"" help:"Write the schema files (XSD) of a kind, offline."`
}

// book answers by the schemas, rules and map of a command.
func (m mapped) book() (kinds.Book, error) {
	now, err := m.inForce()
	if err != nil {
		return kinds.Book{}, err
	}
	return kinds.Book{InForce: now, Routes: now.Routes.Table()}, nil
}

type listKinds struct{ mapped }

// Run lists the kinds.
func (c *listKinds) Run(s *session) error {
	b, err := c.book()
	if err != nil {
		return err
	}
	all := httpapi.Kinds{Kinds: b.List(time.Now())}
	if s.asJSON() {
		return s.json(all)
	}
	t := s.newTable("KIND", "NAME", "ROOT", "STANDARD")
	for _, k := range all.Kinds {
		t.Row(k.Kind, s.text(k.Name), k.Root, cmp.Or(k.Standard, k.Schema))
	}
	return s.table(t)
}

type showKind struct {
	Kind string `arg:"" complete:"kinds" help:"Kind of document."`
	mapped
}

// Run shows a kind in full.
func (c *showKind) Run(s *session) error {
	b, err := c.book()
	if err != nil {
		return err
	}
	g, err := b.Show(c.Kind, time.Now())
	if err != nil {
		return unknownKind(err)
	}
	if s.asJSON() {
		return s.json(g)
	}
	return s.printf("%s", s.guide(g))
}

// unknownKind is a failure of the command line, with what leads on.
func unknownKind(err error) error { return hinted{err, "beibuctl kinds list lists them"} }

// guide puts a kind into words.
func (s *session) guide(g kinds.Guide) string {
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		b.WriteString(strings.Repeat("  ", indent) + terminal.Cleanf(format, args...) + "\n")
	}
	line(0, "%s: %s", g.Kind.Kind, s.text(g.Name))
	line(1, "%s: %s", s.word("root"), g.Root)
	line(1, "%s: %s", s.word("namespace"), g.Namespace)
	line(1, "%s: %s", s.word("schema"), g.Schema)
	if g.Standard != "" {
		line(1, "%s: %s", s.word("standard"), g.Standard)
	}
	line(0, "%s", s.word("what must be there"))
	for _, m := range g.Required {
		line(1, "%s: %s", m.Path, s.text(m.Why))
	}
	line(0, "%s", s.word("what the exchange reads"))
	for _, f := range g.Facts {
		if f.Of != "" {
			line(1, "%s (%s)", s.text(f.Name), f.Of)
		} else {
			line(1, "%s", s.text(f.Name))
		}
		for _, path := range f.Paths {
			line(2, "%s", path)
		}
		for _, part := range f.Parts {
			line(3, "%s: %s", part.Part, strings.Join(part.Paths, ", "))
		}
		if len(f.Decides) > 0 {
			line(2, "%s", s.say("decides: %s", strings.Join(f.Decides, ", ")))
		}
	}
	line(0, "%s", s.word("what is about a person, and masked"))
	if g.Personal == nil {
		line(1, "%s", s.word("everything, since the kind does not say"))
	}
	for _, path := range g.Personal {
		line(1, "%s", path)
	}
	line(0, "%s", s.word("to whom it goes"))
	for _, r := range g.Routes {
		when := s.texts(r.When, "; ")
		line(1, "%s (%s): %s", r.Name, cmp.Or(when, s.word("always")), s.texts(r.Receivers, ", "))
	}
	line(0, "%s: %s", s.word("who may send it"), strings.Join(g.Senders, ", "))
	line(0, "%s: %s", s.word("samples"), strings.Join(g.Samples, ", "))
	line(0, "%s", s.word("rules"))
	for _, r := range g.Rules {
		line(1, "%s %s: %s", r.Severity, r.Code, s.text(r.Message))
	}
	return b.String()
}

// texts joins texts in the language asked for.
func (s *session) texts(all []exchange.Text, between string) string {
	words := make([]string, 0, len(all))
	for _, t := range all {
		words = append(words, s.text(t))
	}
	return strings.Join(words, between)
}

type sampleOfKind struct {
	Kind string `arg:"" complete:"kinds" help:"Kind of document."`
	Name string `placeholder:"NAME" help:"One of the samples that kinds show lists; by default the first."`
	mapped
}

// Run prints a sample.
func (c *sampleOfKind) Run(ctx context.Context, s *session) error {
	b, err := c.book()
	if err != nil {
		return err
	}
	document, err := b.Sample(ctx, c.Kind, c.Name, time.Now())
	if err != nil {
		return unknownKind(err)
	}
	return s.printf("%s", document)
}

type schemaOfKind struct {
	Kind string `arg:"" complete:"kinds" help:"Kind of document."`
	Dir  string `default:"." type:"path" placeholder:"DIR" help:"Folder to write the files into (${default})."`
	mapped
}

// Run writes the schema files, and names them.
func (c *schemaOfKind) Run(s *session) error {
	b, err := c.book()
	if err != nil {
		return err
	}
	files, err := b.Files(c.Kind, time.Now())
	if err != nil {
		return unknownKind(err)
	}
	for _, f := range files {
		path := filepath.Join(c.Dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		if err := keep(filepath.Dir(path), filepath.Base(path), f.Bytes); err != nil {
			return err
		}
		if err := s.printf("%s\n", terminal.Clean(path)); err != nil {
			return err
		}
	}
	return nil
}
