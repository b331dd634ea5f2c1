package exchange

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"beibu/exchange/effects"
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
	// "window:transit" for that country's single window,
	// "party:addressee" for the party that an answer is addressed to, and
	// "sender:answered" for the senders of the documents that it answers. A
	// selector that ends in "?" may find nobody.
	To []string `yaml:"to" json:"to"`
	// Unknown says what is done if "sender:answered" finds no such document that the
	// party has received: "refuse", also if nothing is said, or "hold".
	Unknown string `yaml:"unknown" json:"unknown,omitempty"`
	// Approval is the joint approval that such a document needs before it goes to anyone
	// else: the steps, one after the other. None: it goes at once.
	Approval []ApprovalStep `yaml:"approval" json:"approval,omitempty"`
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
		if route.Unknown != "" && route.Unknown != UnknownRefuse && route.Unknown != UnknownHold {
			mistakes = append(mistakes, fmt.Errorf("route %q: unknown is %q; it may be %s or %s", route.Name, route.Unknown, UnknownRefuse, UnknownHold))
		}
		for _, err := range r.checkApproval(route) {
			mistakes = append(mistakes, fmt.Errorf("route %q: %w", route.Name, err))
		}
		if len(route.Kinds) == 0 || len(route.To) == 0 {
			mistakes = append(mistakes, fmt.Errorf("route %q: kinds and to must not be empty", route.Name))
		}
	}
	return r, errors.Join(mistakes...)
}

func (r *Routes) checkReceiver(route Route, to string) error {
	if strings.Contains(to, ":") {
		name := strings.TrimSuffix(to, "?")
		if _, ok := selectors[name]; !ok && name != SenderAnswered {
			return fmt.Errorf("%q is no selector (%s, %s)", to, strings.Join(slices.Sorted(maps.Keys(selectors)), ", "), SenderAnswered)
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

// A Routing is where a document goes.
type Routing struct {
	Receivers []string // in table order, each once; those that decide on its approval first
	Held      Faults   // for which a person must decide first
	// Round is the joint approval that the document needs first, or nil.
	Round *effects.Round
}

// To returns where a document goes: to the receivers of every route that fits. What it
// answers is nil if that is not known, as before its submission: then [SenderAnswered]
// finds nobody. It fails with an *Error of kind Unroutable, whose faults
// say what would be needed, if no route fits or if a route names an office, window,
// addressee or answered document that is not to be found.
func (r *Routes) To(sender, kind string, f facts.Facts, answered *Answered) (Routing, error) {
	var to Routing
	var missing Faults
	var asked approvals
	fits, unasked := false, false
	for i := range r.table {
		route := &r.table[i]
		if !slices.Contains(route.Kinds, kind) || !r.fits(route, sender, f) {
			continue
		}
		fits = true
		for _, name := range route.To {
			unasked = unasked || answered == nil && strings.TrimSuffix(name, "?") == SenderAnswered
			ids, faults := r.find(name, kind, f, answered)
			for _, id := range ids {
				if !slices.Contains(to.Receivers, id) {
					to.Receivers = append(to.Receivers, id)
				}
			}
			if route.Unknown == UnknownHold && name == SenderAnswered {
				to.Held = append(to.Held, faults.held()...)
				continue
			}
			missing = append(missing, faults...)
		}
		missing = append(missing, asked.add(r, route, kind, f)...)
	}
	if len(missing) == 0 && len(to.Receivers) == 0 {
		switch {
		case fits && answered != nil && len(answered.Faults) > 0:
			missing = answered.Faults
		case !unasked:
			missing = r.unmet(sender, kind, f)
		}
	}
	if len(missing) > 0 {
		return Routing{}, &Error{Op: "route document", Kind: Unroutable, Code: CodeUnroutable, Faults: missing}
	}
	asked.first(&to)
	return to, nil
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

// MayName reports whether a receiver of a route, an id or a selector, can be a party for
// some document.
func MayName(to string, p *Party) bool {
	name := strings.TrimSuffix(to, "?")
	s, ok := selectors[name]
	if !ok && name != SenderAnswered {
		return to == p.ID
	}
	return s.role == "" || s.role == p.Role
}

// find resolves an entry of To, to nobody if it is optional. The faults say what would be
// needed.
func (r *Routes) find(to, kind string, f facts.Facts, answered *Answered) ([]string, Faults) {
	name, optional := strings.CutSuffix(to, "?")
	if name == SenderAnswered {
		if answered == nil {
			return nil, nil
		}
		ids, faults := r.answeredSenders(kind, f, answered)
		if optional {
			return ids, nil
		}
		return ids, faults
	}
	s, ok := selectors[name]
	if !ok {
		return []string{to}, nil
	}
	value := f.Value(s.key)
	id, ok := s.by(r.parties, value)
	switch {
	case ok:
		if party, _ := r.parties.Get(id); !party.MayReceive(kind) {
			return nil, Faults{nowhere(f.Near(s.key), Text{
				EN: fmt.Sprintf("%s, which %s names, does not receive documents of kind %s", id, meaning[s.key].EN, kind),
				ZH: fmt.Sprintf("%s所指的%s不接收%s", meaning[s.key].ZH, id, kind),
			})}
		}
		return []string{id}, nil
	case optional && !r.mistyped(s, value):
		return nil, nil
	}
	return nil, Faults{r.unanswered(s, f)}
}

// in reports whether a list is not given or holds the value.
func in(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
