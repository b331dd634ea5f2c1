// Package effects says what a document does to the balances of the trade and to the lives
// of documents: which quantities it opens, which it draws on those of other documents, and
// which documents it issues, replaces or withdraws. Intake reads that
// once and keeps it in the head of the log entry, so that whoever decides on it behind
// the record need not open the envelope. It is data and decides nothing.
package effects

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
)

// An Account is a document whose quantities others draw on.
type Account struct {
	Kind   string `json:"kind"`
	Number string `json:"number"` // without case and white space, as citations write it in either
}

// AccountOf returns the account of a document of a kind, by its number as it is written.
func AccountOf(kind, number string) Account { return Account{kind, strings.Clone(paths.Fold(number))} }

// String returns the kind and the number.
func (a Account) String() string { return a.Kind + " " + a.Number }

// Effects are what one document does. Most documents do nothing.
type Effects struct {
	Opens *Opening `json:"opens,omitempty"`
	Draws []Draw   `json:"draws,omitempty"`
	// Amends says that it draws nothing and is a later version, so that what an earlier one
	// draws is to be given back.
	Amends bool `json:"amends,omitempty"`
	// Acts are what it does to lives.
	Acts []Act `json:"acts,omitempty"`
	// Issuer is whose number it has, if it has a life: see [Effects.By].
	Issuer *Issuer `json:"issuer,omitempty"`
	// Round is the joint approval that it needs, which the routes say.
	Round *Round `json:"round,omitempty"`
	// Decides are the decisions that it has on the rounds of others.
	Decides []Decision `json:"decides,omitempty"`
	// Clears are the declarations that it clears, as customs.
	Clears []Clearing `json:"clears,omitempty"`
	// Carnet is what a carnet lets goods do, and Moved what a transaction does under one.
	Carnet *Carnet      `json:"carnet,omitempty"`
	Moved  *Transaction `json:"moved,omitempty"`
	// Due are the deadlines that it sets. They alone need no verdict.
	Due []Due `json:"due,omitempty"`
	// Omitted says that they are too many for the head of an entry, so that no balance
	// can be kept of the document.
	Omitted bool `json:"omitted,omitempty"`
}

// Drawn returns the accounts that the document draws on, each once.
func (e Effects) Drawn() (all []Account) {
	for _, d := range e.Draws {
		if !slices.Contains(all, d.From) {
			all = append(all, d.From)
		}
	}
	return all
}

// None reports whether the document does nothing to any balance or life.
func (e Effects) None() bool {
	return e.Opens == nil && len(e.Draws) == 0 && !e.Amends && len(e.Acts) == 0 && !e.Omitted &&
		e.Round == nil && len(e.Decides) == 0 && len(e.Clears) == 0 && e.Carnet == nil && e.Moved == nil
}

// IsZero reports whether there is nothing to write, for JSON.
func (e Effects) IsZero() bool { return e.None() && len(e.Due) == 0 }

// An Opening is what a document lets others draw.
type Opening struct {
	Account
	Lines []Line `json:"lines"`
	// Subheadings says that codes of goods are compared by their subheading alone, since
	// the digits behind it are those of another country than the one that draws.
	Subheadings bool          `json:"subheadings,omitempty"`
	Uses        int           `json:"uses,omitempty"`    // how many documents may draw on it; 0: any number
	Overage     values.Figure `json:"overage,omitzero"`  // percent by which the last of them may exceed what is left
	Offices     []string      `json:"offices,omitempty"` // the customs offices that it is bound to; none: any
	Mode        string        `json:"mode,omitempty"`    // the trade mode that it is bound to; "": any
	From        string        `json:"from,omitempty"`    // its first day, YYYY-MM-DD; "": not stated
	Until       string        `json:"until,omitempty"`   // its last day
	Drawn       []Drawn       `json:"drawn,omitempty"`   // what was drawn before, as the document itself says
}

// A Line is a line of goods that others draw on.
type Line struct {
	Number   string        `json:"number"`
	HS       string        `json:"hs,omitempty"`   // digits only
	Unit     string        `json:"unit,omitempty"` // common code of UN/ECE Recommendation 20
	Quantity values.Figure `json:"quantity,omitzero"`
}

// Drawn is what a document of a number drew on a line.
type Drawn struct {
	By       string        `json:"by"` // its kind and number
	Line     string        `json:"line"`
	Quantity values.Figure `json:"quantity,omitzero"`
}

// A Draw is what a line of goods takes from the document that it cites.
type Draw struct {
	From     Account   `json:"from"`
	Line     string    `json:"line,omitempty"` // number of the line that draws
	Path     string    `json:"path,omitempty"` // of the citation, for faults
	HS       string    `json:"hs,omitempty"`   // digits only
	Measures []Measure `json:"measures,omitempty"`
	// Whole says that the document as a whole makes the citation: it is for those of its
	// lines that the account has goods for.
	Whole  bool   `json:"whole,omitempty"`
	Office string `json:"office,omitempty"` // at which it is drawn
	Mode   string `json:"mode,omitempty"`   // the trade mode that the document states; "" if none
	Day    string `json:"day,omitempty"`    // on which it is drawn, YYYY-MM-DD
}

// A Measure is a quantity of goods in one unit. Goods may be stated in several.
type Measure struct {
	Unit     string        `json:"unit"` // common code of UN/ECE Recommendation 20
	Quantity values.Figure `json:"quantity"`
}

// LongestLife is how long others may draw on a document at most, from its issue: a Chinese
// import licence of January that is carried over to the end of March of the next year
// (MOFCOM Order 2004/27). The record is needed for as long, since balances follow from it.
const LongestLife = 456 * 24 * time.Hour

// An opener says how a kind of document is drawn on.
type opener struct {
	once        bool // by one document, unless it says how many
	subheadings bool // see Opening
}

// openers are the kinds whose quantities are drawn on. A licence is for one consignment
// if it does not say otherwise (一批一证).
var openers = map[string]opener{
	"import-licence":        {once: true},
	"export-licence":        {once: true},
	"certificate-of-origin": {subheadings: true},
}

// Kinds returns the kinds whose quantities others draw on, in alphabetical order.
func Kinds() []string { return slices.Sorted(maps.Keys(openers)) }

// drawers are the kinds that draw, with the kinds that they draw on. A movement
// certificate draws on the certificate on whose basis it is issued.
var drawers = map[string][]string{
	"import-declaration":    {"import-licence", "certificate-of-origin"},
	"export-declaration":    {"export-licence"},
	"certificate-of-origin": {"certificate-of-origin"},
}

// MaxBytes bounds the effects of a document as JSON: a queue accepts heads of at most
// 64 KiB, which have more than this.
const MaxBytes = 40 << 10

// Of returns the effects of a document of a kind. They have no part of its bytes.
func Of(kind string, f facts.Facts) Effects {
	var e Effects
	if o, ok := openers[kind]; ok {
		e.Opens = o.read(kind, f)
	}
	if cited := drawers[kind]; cited != nil {
		e.Draws = draws(kind, cited, f)
		e.Amends = len(e.Draws) == 0 && f.Version != "" && f.Version != "1"
	}
	switch kind {
	case KindCarnet:
		e.Carnet = carnetOf(f)
	case KindTransaction:
		e.Moved = transactionOf(f)
	}
	e.Clears = clears(f)
	e.Due = dues(kind, f)
	e.Acts = acts(kind, f, !e.None())
	return e.bounded()
}

// bounded returns the effects as far as the head of an entry has room for them.
func (e Effects) bounded() Effects {
	if len(e.Acts) > mostActs {
		e.Acts = e.Acts[:mostActs]
		return e.Uncounted()
	}
	if !e.None() && e.most() > MaxBytes {
		if text, err := json.Marshal(e); err != nil || len(text) > MaxBytes {
			return e.Uncounted()
		}
	}
	return e
}

// Uncounted returns the effects without those on balances, for which there is no room.
func (e Effects) Uncounted() Effects {
	return Effects{Acts: e.Acts, Issuer: e.Issuer, Round: e.Round, Decides: e.Decides, Clears: e.Clears, Due: e.Due, Omitted: true}
}

// most returns how many bytes the effects take as JSON at most, without writing them: that
// is done with the head.
func (e Effects) most() int {
	const names, escaped = 200, 6 // of an element, and of a byte of text
	n := names * (1 + len(e.Due))
	add := func(texts ...string) {
		for _, text := range texts {
			n += escaped * len(text)
		}
		n += names
	}
	if o := e.Opens; o != nil {
		add(o.Kind, o.Number, o.Mode)
		add(o.Offices...)
		for _, l := range o.Lines {
			add(l.Number, l.HS, l.Unit)
		}
		for _, d := range o.Drawn {
			add(d.By, d.Line)
		}
	}
	for _, d := range e.Draws {
		add(d.From.Kind, d.From.Number, d.Line, d.Path, d.HS, d.Office, d.Mode)
		for _, m := range d.Measures {
			add(m.Unit)
		}
	}
	for _, c := range e.Clears {
		add(c.Declaration.Kind, c.Declaration.Number, string(c.Outcome))
	}
	for _, texts := range e.carnetTexts() {
		add(texts...)
	}
	for _, a := range e.Acts {
		add(string(a.Does), a.Path, a.Likeness)
		if a.On != nil {
			add(a.On.Kind, a.On.Number)
		}
	}
	return n
}

func (o opener) read(kind string, f facts.Facts) *Opening {
	opening := &Opening{Account: AccountOf(kind, f.Number), Offices: cloned(f.Offices()), Subheadings: o.subheadings}
	if o.once {
		opening.Uses = 1
	}
	terms, period := f.Terms(), f.Period()
	if uses, ok := terms.Draws.Int64(); ok && uses > 0 {
		opening.Uses = int(uses)
	}
	opening.Overage, opening.Mode = terms.Overage, strings.Clone(terms.Mode)
	opening.From, opening.Until = day(period.From), day(period.Until)
	for _, l := range f.Lines() {
		opening.Lines = append(opening.Lines, Line{strings.Clone(l.Number), strings.Clone(l.HS), strings.Clone(l.Quantity.Unit), l.Quantity.Value})
	}
	for _, r := range f.References() {
		if r.Role == "draw" && r.Number != "" {
			opening.Drawn = append(opening.Drawn, Drawn{AccountOf(r.Kind, r.Number).String(), strings.Clone(r.Line), r.Drawn.Value})
		}
	}
	return opening
}

// draws returns what the lines of a document draw on those of the kinds that they cite.
func draws(kind string, cited []string, f facts.Facts) (all []Draw) {
	if !slices.ContainsFunc(f.Citations(), func(c facts.Citation) bool { return slices.Contains(cited, c.Kind) }) {
		return nil // as most documents
	}
	own := AccountOf(kind, f.Number)
	office := ""
	if offices := f.Offices(); len(offices) == 1 {
		office = strings.Clone(offices[0])
	}
	mode := strings.Clone(f.Terms().Mode)
	add := func(line facts.Line, r facts.Reference, whole bool) {
		from := AccountOf(r.Kind, r.Number)
		if r.Number == "" || from == own || !slices.Contains(cited, r.Kind) || r.Role != "" {
			return
		}
		all = append(all, Draw{
			From: from, Line: strings.Clone(line.Number), Path: r.At.Path(), HS: strings.Clone(line.HS), Measures: measures(line), Whole: whole,
			Office: office, Mode: mode, Day: day(f.Issued),
		})
	}
	for _, line := range f.Lines() {
		for _, r := range f.ReferencesIn(line) {
			add(line, r, false)
		}
		for r := range f.ReferencesOutside() {
			if r.Line == "" || r.Line == line.Number {
				add(line, r, r.Line == "")
			}
		}
	}
	return all
}

// measures returns the quantities of a line that have a unit, each unit once.
func measures(line facts.Line) (all []Measure) {
	for _, m := range [...]facts.Measure{line.Quantity, line.NetMass()} {
		known := func(other Measure) bool { return other.Unit == m.Unit }
		if m.Unit != "" && m.Value.Exists() && !slices.ContainsFunc(all, known) {
			all = append(all, Measure{strings.Clone(m.Unit), m.Value})
		}
	}
	return all
}

// day writes a day, or "" if it is not stated.
func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
}

// cloned returns texts that are no part of a document's bytes.
func cloned(texts []string) []string {
	all := slices.Clone(texts)
	for i := range all {
		all[i] = strings.Clone(all[i])
	}
	return all
}
