package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"beibu/exchange/facts"
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

// Routes tell which parties take a document. They are a pure function of the
// table, the parties and the document's facts.
type Routes struct {
	table   []Route
	parties *Parties
}

// ErrNobody says that a selector found no party.
var ErrNobody = errors.New("no party takes this document")

// NewRoutes checks a table against the parties. It fails with every mistake at
// once: a party that is not there, an unknown selector, or a receiver that may
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
		if !slices.Contains(selectors, strings.TrimSuffix(to, "?")) {
			return fmt.Errorf("%q is no selector (%s)", to, strings.Join(selectors, ", "))
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
// table order, each once. It fails with ErrNobody where no route fits or where
// a route names an office or window that is not to be found.
func (r *Routes) To(sender, kind string, f facts.Facts) ([]string, error) {
	var receivers []string
	for _, route := range r.table {
		if !slices.Contains(route.Kinds, kind) || !r.fits(route.When, sender, f) {
			continue
		}
		for _, to := range route.To {
			id, err := r.find(to, kind, f)
			if err != nil {
				return nil, fmt.Errorf("route %q: %w", route.Name, err)
			}
			if id != "" && !slices.Contains(receivers, id) {
				receivers = append(receivers, id)
			}
		}
	}
	if len(receivers) == 0 {
		return nil, fmt.Errorf("%w: no route fits %s from %s to %s", ErrNobody, kind,
			named(f.ExportCountry), named(f.ImportCountry))
	}
	return receivers, nil
}

// selectors name a receiver by what the document says.
var selectors = []string{
	"customs:export", "customs:import", "customs:transit", "window:export", "window:import", "window:transit",
	"party:addressee",
}

// find resolves one receiver; "" where an optional selector finds nobody.
func (r *Routes) find(to, kind string, f facts.Facts) (string, error) {
	selector, optional := strings.CutSuffix(to, "?")
	by := r.parties.customs
	var value string
	switch selector {
	case "customs:export":
		value = f.ExportPort
	case "customs:import":
		value = f.ImportPort
	case "customs:transit":
		value = f.TransitPort
	case "window:export":
		by, value = r.parties.window, f.ExportCountry
	case "window:import":
		by, value = r.parties.window, f.ImportCountry
	case "window:transit":
		by, value = r.parties.window, f.TransitCountry
	case "party:addressee":
		by, value = r.parties.named, f.Addressee
	default:
		return to, nil
	}
	id, ok := by(value)
	if ok {
		if party, _ := r.parties.Get(id); !party.MayReceive(kind) {
			return "", fmt.Errorf("%w: %s may not be sent %s", ErrNobody, id, kind)
		}
		return id, nil
	}
	if optional {
		return "", nil
	}
	return "", fmt.Errorf("%w: %s is %s, and no party answers for it", ErrNobody, selector, named(value))
}

func (r *Routes) fits(c Condition, sender string, f facts.Facts) bool {
	return in(c.Senders, sender) &&
		in(c.ExportCountries, f.ExportCountry) && in(c.ImportCountries, f.ImportCountry) &&
		in(c.ExportPorts, f.ExportPort) && in(c.ImportPorts, f.ImportPort) &&
		r.parties.called(c.Issuers, f.Issuer) && f.HasHS(c.HS)
}

// in tells whether a list is not given or holds the value.
func in(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

// named shows a value that may be missing.
func named(value string) string {
	if value == "" {
		return "nowhere named"
	}
	return value
}
