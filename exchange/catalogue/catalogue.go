// Package catalogue is the catalogue of services: the units of the Guangxi integrated
// online government service platform that take part in trade, how many of their items need
// one visit and how many need none, and which documents of the exchange their items use.
//
// The catalogue that is built in is Table 1 of the study of the platform of May 2019. The
// table names one item of each unit and counts the others, so that this is all that the
// catalogue says of them: an item without a name is counted and never invented.
package catalogue

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"

	"beibu/exchange"
)

//go:embed catalogue.yaml
var builtIn []byte

// A Class says how often a person has to come for an item.
type Class string

// The classes, in the terms of the platform.
const (
	Once    Class = "once"     // 最多跑一次: only need to come once
	NoVisit Class = "no-visit" // 一次不用跑: do not need to come
)

// A Catalogue is the items of all units. It is immutable.
type Catalogue struct {
	Platform Platform `json:"platform" yaml:"platform"`
	Units    []Unit   `json:"units"    yaml:"units"`
}

// A Platform counts the items of the whole platform, those of other units included.
type Platform struct {
	Items   int `json:"items"   yaml:"items"`   // of both classes, and of neither
	Once    int `json:"once"    yaml:"once"`    // of class Once
	NoVisit int `json:"noVisit" yaml:"noVisit"` // of class NoVisit
}

// A Unit is a department with its items.
type Unit struct {
	Party   string `json:"party"           yaml:"party"`   // its id in the map of parties
	Once    int    `json:"once"            yaml:"once"`    // its items of class Once, named or not
	NoVisit int    `json:"noVisit"         yaml:"noVisit"` // its items of class NoVisit, named or not
	Items   []Item `json:"items,omitempty" yaml:"items"`   // those with a name
}

// An Item is a service with a name.
type Item struct {
	Name exchange.Text `json:"name" yaml:"name"`
	// Counted says that the item is one of those that its unit counts. The exchange carries
	// documents for others too, of which the source does not say whether it counts them.
	Counted bool `json:"counted" yaml:"counted"`
	// Class is "" if the source does not say which class it is of.
	Class       Class    `json:"class,omitempty"       yaml:"class"`
	Kinds       []string `json:"kinds,omitempty"       yaml:"kinds"`       // the documents that it needs, of which the exchange knows the kind
	Departments []string `json:"departments,omitempty" yaml:"departments"` // the parties that take part, beside the unit
	// Missing are documents that it needs and that are of no kind: for them a person comes.
	Missing []exchange.Text `json:"missing,omitempty" yaml:"missing"`
}

// Electronic reports whether all documents that the item needs have a kind, so that it can
// be done with no visit.
func (i Item) Electronic() bool { return len(i.Kinds) > 0 && len(i.Missing) == 0 }

// Unnamed returns how many items of the unit have no name.
func (u Unit) Unnamed() int {
	n := u.Once + u.NoVisit
	for _, item := range u.Items {
		if item.Counted {
			n--
		}
	}
	return n
}

// BuiltIn returns the catalogue of Table 1.
func BuiltIn() (*Catalogue, error) { return Parse(builtIn) }

// Parse reads a catalogue in YAML. A key that does not exist is an error, and so are counts
// that contradict each other. [Catalogue.Check] compares it with the map of parties.
func Parse(text []byte) (*Catalogue, error) {
	var c Catalogue
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&c); err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return &c, c.count()
}

// count finds counts that contradict each other.
func (c *Catalogue) count() error {
	var mistakes []error
	note := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	once, noVisit := c.totals()
	p := c.Platform
	if p.Once < 0 || p.NoVisit < 0 || p.Items < p.Once+p.NoVisit {
		note("platform: %d items are fewer than %d and %d of the two classes", p.Items, p.Once, p.NoVisit)
	}
	if once > p.Once || noVisit > p.NoVisit {
		note("platform: its units have %d and %d items of the two classes, and the platform %d and %d", once, noVisit, p.Once, p.NoVisit)
	}
	if len(c.Units) == 0 {
		note("units: there is none")
	}
	seen := make(map[string]bool)
	for _, u := range c.Units {
		if seen[u.Party] {
			note("%s: the unit is there twice", u.Party)
		}
		seen[u.Party] = true
		if u.Once < 0 || u.NoVisit < 0 {
			note("%s: a count is below zero", u.Party)
		}
		mistakes = append(mistakes, u.count()...)
	}
	return errors.Join(mistakes...)
}

// count finds items that contradict the counts of their unit.
func (u Unit) count() (mistakes []error) {
	named := make(map[Class]int)
	for _, item := range u.Items {
		if item.Name.EN == "" || item.Name.ZH == "" {
			mistakes = append(mistakes, fmt.Errorf("%s: an item has no name in English or in Chinese", u.Party))
		}
		switch item.Class {
		case Once, NoVisit, "":
		default:
			mistakes = append(mistakes, fmt.Errorf("%s: %q is not a class: once, no-visit", u.Party, item.Class))
		}
		if item.Counted {
			named[item.Class]++
		}
	}
	if named[Once] > u.Once || named[NoVisit] > u.NoVisit || u.Unnamed() < 0 {
		mistakes = append(mistakes, fmt.Errorf("%s: it names more items than it counts", u.Party))
	}
	return mistakes
}

// totals returns the items of all units by class.
func (c *Catalogue) totals() (once, noVisit int) {
	for _, u := range c.Units {
		once, noVisit = once+u.Once, noVisit+u.NoVisit
	}
	return once, noVisit
}

// Check finds parties and kinds of the catalogue that do not exist.
func (c *Catalogue) Check(parties *exchange.Parties, isKind func(kind string) bool) error {
	var mistakes []error
	party := func(at, id string) {
		if p, ok := parties.Get(id); !ok {
			mistakes = append(mistakes, fmt.Errorf("%s: there is no party %q", at, id))
		} else if at == "units" && p.Role != exchange.Department {
			mistakes = append(mistakes, fmt.Errorf("%s: party %q is not a department", at, id))
		}
	}
	for _, u := range c.Units {
		party("units", u.Party)
		for _, item := range u.Items {
			for _, id := range item.Departments {
				party(u.Party, id)
			}
			for _, kind := range item.Kinds {
				if !isKind(kind) {
					mistakes = append(mistakes, fmt.Errorf("%s: there is no kind %q", u.Party, kind))
				}
			}
		}
	}
	return errors.Join(mistakes...)
}
