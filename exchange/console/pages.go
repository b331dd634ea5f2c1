package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"sync"

	"beibu/exchange"
)

//go:embed templates
var templateFiles embed.FS

// pages turn data into HTML. The functions of a template depend on the visit, so each set
// of templates serves one visit at a time, and is used again by the next.
type pages struct {
	master *template.Template // never executed, so that it can be cloned
	sets   sync.Pool          // of *set
}

// A set is all templates, with functions that answer for a visit.
type set struct {
	*template.Template

	visit *visit
}

// newPages parses all templates.
func newPages() (*pages, error) {
	master, err := template.New("").Funcs(functions(&set{})).ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return &pages{master: master}, nil
}

// take returns a set for a visit.
func (p *pages) take(v *visit) (*set, error) {
	if one, ok := p.sets.Get().(*set); ok {
		one.visit = v
		return one, nil
	}
	clone, err := p.master.Clone()
	if err != nil {
		return nil, fmt.Errorf("clone templates: %w", err)
	}
	one := &set{visit: v}
	one.Template = clone.Funcs(functions(one))
	return one, nil
}

// part returns what a template makes of data.
func (p *pages) part(v *visit, name string, data any) ([]byte, error) {
	one, err := p.take(v)
	if err != nil {
		return nil, err
	}
	defer func() {
		one.visit = nil
		p.sets.Put(one)
	}()
	var out bytes.Buffer
	if err := one.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// A layout is what surrounds every page.
type layout struct {
	Title   exchange.Text
	Menu    []menuEntry
	Name    string // of the caller's credential, or ""
	Roles   string
	Here    string        // the address of the page with its filters
	Content template.HTML // of the page itself
	Problem *problemView  // shown above it
	Whole   bool          // the page is the problem
}

// A menuEntry is a page in the navigation.
type menuEntry struct {
	Path    string
	Title   exchange.Text
	Current bool
}

// page returns a page with its layout.
func (p *pages) page(v *visit, name string, data any) ([]byte, error) {
	content, err := p.part(v, name, data)
	if err != nil {
		return nil, err
	}
	return p.part(v, "layout", layout{
		Title: v.title, Menu: v.menu(), Name: v.who.Name, Roles: v.rolesOf(v.who.AllRoles()), Here: v.here(),
		Content: template.HTML(content), //nolint:gosec // a template of ours has escaped it
		Problem: v.problemView(), Whole: name == "problem",
	})
}
