package main

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
)

// A bill lists the contents of an archive in the form of CycloneDX 1.6.
type bill struct {
	Format   string `json:"bomFormat"`
	Spec     string `json:"specVersion"`
	Version  int    `json:"version"`
	Metadata struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	URL        string     `json:"purl"`
	Licenses   []licence  `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type licence struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf returns the list of contents. The first module is the project.
func billOf(modules []module, licences []file) ([]byte, error) {
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1}
	b.Metadata.Component = componentOf(modules[0], nil)
	b.Metadata.Component.Type = "application"
	b.Metadata.Component.Licenses = make([]licence, 1)
	b.Metadata.Component.Licenses[0].License.ID = "Apache-2.0"
	for _, m := range modules[1:] {
		b.Components = append(b.Components, componentOf(m, licences))
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write list of contents: %w", err)
	}
	return append(text, '\n'), nil
}

func componentOf(m module, licences []file) component {
	c := component{Type: "library", Ref: m.path, Name: m.path, Version: m.version, URL: "pkg:golang/" + m.path + "@" + m.version}
	if m.sum != "" {
		c.Properties = []property{{"go:sum", m.sum}}
	}
	for _, f := range licences {
		var l licence
		l.License.ID = identify(f.content)
		if path.Dir(f.name) == m.licences() && l.License.ID != "" && !slices.Contains(c.Licenses, l) {
			c.Licenses = append(c.Licenses, l)
		}
	}
	return c
}
