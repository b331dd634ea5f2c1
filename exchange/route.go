package exchange

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
)

// A Route sends documents of some kinds that fit a condition to receivers.
type Route struct {
	Name  string    `yaml:"name" json:"name"`   // for people and for faults
	Kinds []string  `yaml:"kinds" json:"kinds"` // at least one
	When  Condition `yaml:"when" json:"when"`   // every part given must fit
	// To names receivers: a party's id, or one found by what the document
	// says: "customs:export", "customs:import" and "customs:transit" for the
	// office that answers for that port, "window:export", "window:import" and
	// "window:transit" for that country's single window, and
	// "party:addressee" for the party that an answer is addressed to. A
	// selector that ends in "?" may find nobody.
	To []string `yaml:"to" json:"to"`
}

// A Condition fits a document that has one of the values in every list given.
type Condition struct {
	Senders         []string `yaml:"senders" json:"senders,omitempty"`
	ExportCountries []string `yaml:"exportCountries" json:"exportCountries,omitempty"`
	ImportCountries []string `yaml:"importCountries" json:"importCountries,omitempty"`
	ExportPorts     []string `yaml:"exportPorts" json:"exportPorts,omitempty"`
	ImportPorts     []string `yaml:"importPorts" json:"importPorts,omitempty"`
	HS              []string `yaml:"hs" json:"hs,omitempty"`           // prefixes of Harmonized System codes
	Issuers         []string `yaml:"issuers" json:"issuers,omitempty"` // party ids of issuing units, which documents give by name
}

// Routes find the receivers of a document. The result depends only on the table, the
// parties and the document's facts.
type Routes struct {
	table   []Route
	parties *Parties
}

// NewRoutes checks a table against the parties. It fails with every mistake at
// once: a party that does not exist, an unknown selector, or a receiver that may
// not be sent the kind.
func NewRoutes(table []Route, parties *Parties) (*Routes, error) {
	r := &Routes{table: slices.Clone(table), parties: parties}
	var mistakes []error
	for _, route := range r.table {
		for _, to := range route.To {
			if err := r.checkReceiver(route, to); err != nil {
				mistakes = append(mistakes, fmt.Errorf("route %q: %w", route.Name, err))
			}
		}
		for _, id := range route.When.Issuers {
			if _, ok := r.parties.Get(id); !ok {
				mistakes = append(mistakes, fmt.Errorf("route %q: there is no party %q that could issue", route.Name, id))
			}
		}
		if len(route.Kinds) == 0 || len(route.To) == 0 {
			mistakes = append(mistakes, fmt.Errorf("route %q: kinds and to must not be empty", route.Name))
		}
	}
	return r, errors.Join(mistakes...)
}

func (r *Routes) checkReceiver(route Route, to string) error {
	if strings.Contains(to, ":") {
		if _, ok := selectors[strings.TrimSuffix(to, "?")]; !ok {
			return fmt.Errorf("%q is no selector (%s)", to, strings.Join(slices.Sorted(maps.Keys(selectors)), ", "))
		}
		return nil
	}
	party, ok := r.parties.Get(to)
	if !ok {
		return fmt.Errorf("there is no party %q", to)
	}
	for _, kind := range route.Kinds {
		if !party.MayReceive(kind) {
			return fmt.Errorf("party %s may not be sent %s", to, kind)
		}
	}
	return nil
}

// Table returns the routes, in order.
func (r *Routes) Table() []Route { return slices.Clone(r.table) }

// To returns the receivers of a document: those of every route that fits, in
// table order, each once. It fails with an *Error of kind Unroutable, whose faults
// say what would be needed, if no route fits or if a route names an office, window
// or addressee that is not to be found.
func (r *Routes) To(sender, kind string, f facts.Facts) ([]string, error) {
	var receivers []string
	var missing Faults
	for i := range r.table {
		route := &r.table[i]
		if !slices.Contains(route.Kinds, kind) || !r.fits(route, sender, f) {
			continue
		}
		for _, to := range route.To {
			id, fault := r.find(to, kind, f)
			if fault != nil {
				missing = append(missing, *fault)
			}
			if id != "" && !slices.Contains(receivers, id) {
				receivers = append(receivers, id)
			}
		}
	}
	if len(missing) == 0 && len(receivers) == 0 {
		missing = r.unmet(sender, kind, f)
	}
	if len(missing) > 0 {
		return nil, &Error{Op: "route document", Kind: Unroutable, Code: CodeUnroutable, Faults: missing}
	}
	return receivers, nil
}

// A selector names a receiver by what the document says.
type selector struct {
	key  paths.Key
	by   func(*Parties, string) (string, bool)
	role Role // of those that it can find; "" for any
}

// selectors are all of them, by name.
var selectors = map[string]selector{
	"customs:export":  {paths.ExportPort, (*Parties).customs, Customs},
	"customs:import":  {paths.ImportPort, (*Parties).customs, Customs},
	"customs:transit": {paths.TransitPort, (*Parties).customs, Customs},
	"window:export":   {paths.ExportCountry, (*Parties).window, Window},
	"window:import":   {paths.ImportCountry, (*Parties).window, Window},
	"window:transit":  {paths.TransitCountry, (*Parties).window, Window},
	"party:addressee": {paths.Addressee, (*Parties).named, ""},
}

// find resolves one receiver; "" if an optional selector finds nobody. The fault
// says what would be needed.
func (r *Routes) find(to, kind string, f facts.Facts) (string, *Fault) {
	name, optional := strings.CutSuffix(to, "?")
	s, ok := selectors[name]
	if !ok {
		return to, nil
	}
	value := f.Value(s.key)
	id, ok := s.by(r.parties, value)
	switch {
	case ok:
		if party, _ := r.parties.Get(id); !party.MayReceive(kind) {
			fault := nowhere(f.Near(s.key), Text{
				EN: fmt.Sprintf("%s, which %s names, does not receive documents of kind %s", id, meaning[s.key].EN, kind),
				ZH: fmt.Sprintf("%s所指的%s不接收%s", meaning[s.key].ZH, id, kind),
			})
			return "", &fault
		}
		return id, nil
	case optional && !r.mistyped(s, value):
		return "", nil
	}
	fault := r.unanswered(s, f)
	return "", &fault
}

// in reports whether a list is not given or holds the value.
func in(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
