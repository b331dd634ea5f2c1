package exchange

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
	"beibu/exchange/lookup"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict/quote"
)

// An Issue says which documents a party issues: those of the kinds, of the countries and by
// the units. A unit that some party names belongs to the parties that name it; an Issue
// without units is for all units of its countries that no party names.
type Issue struct {
	Kinds     []string `yaml:"kinds" json:"kinds"`
	Countries []string `yaml:"countries" json:"countries,omitempty"` // of issue, ISO 3166-1 alpha-2; none means any
	Units     []string `yaml:"units" json:"units,omitempty"`         // names, or identifiers with their scheme, as "USCC 11450000007565717L"
	// Another says what is done with another content under the number of a document, by
	// another sender: "reject", also if nothing is said, or "hold", for a person to decide.
	Another string `yaml:"another" json:"another,omitempty"`
}

// What is done with another content under a number.
const (
	AnotherReject = "reject" // also if nothing is said
	AnotherHold   = "hold"
)

// The codes of a document that its sender may not send, since another party issues it.
const (
	CodeNotIssuer = "party.not-issuer" // the sender neither issues it nor may send for who does
	CodeNoIssuer  = "party.no-issuer"  // it does not say who issues it
)

// sourceOfIssuers is what says who issues what.
const sourceOfIssuers = "the map of parties: issues, onBehalfOf"

// Issues reports whether documents of a kind have an issuer: some party issues them.
func (p *Parties) Issues(kind string) bool { return p.issued[kind] }

// IssuedKinds returns the kinds that have an issuer, in alphabetical order.
func (p *Parties) IssuedKinds() []string {
	all := make([]string, 0, len(p.issued))
	for kind := range p.issued {
		all = append(all, kind)
	}
	slices.Sort(all)
	return all
}

// Issuers returns the parties that issue a document of a kind by a unit, in the order of the
// map: those that name the unit, or else those that issue for its country. A document that
// names the units of different parties has none.
func (p *Parties) Issuers(kind string, by facts.Issuer) []string {
	units := foldedUnits(by)
	named := p.naming(units)
	var all []string
	for i := range p.all {
		party := &p.all[i]
		if named != nil && !slices.Contains(named, party.ID) {
			continue
		}
		if slices.ContainsFunc(party.Issues, func(one Issue) bool { return one.includes(kind, by, units, named != nil) }) {
			all = append(all, party.ID)
		}
	}
	return all
}

// naming returns the parties that name every unit which any party names, or nil if no party
// names one.
func (p *Parties) naming(units []string) (named []string) {
	for _, unit := range units {
		owners := p.units[unit]
		switch {
		case owners == nil:
		case named == nil:
			named = slices.Clone(owners)
		default:
			named = slices.DeleteFunc(named, func(id string) bool { return !slices.Contains(owners, id) })
		}
	}
	return named
}

// includes reports whether a document is one of those that the party issues.
func (s Issue) includes(kind string, by facts.Issuer, units []string, named bool) bool {
	if !slices.Contains(s.Kinds, kind) || len(s.Countries) > 0 && len(by.Countries) == 0 {
		return false
	}
	for _, country := range by.Countries {
		if !in(s.Countries, country) {
			return false
		}
	}
	if !named {
		return len(s.Units) == 0
	}
	return slices.ContainsFunc(s.Units, func(unit string) bool { return slices.Contains(units, lookup.Folded(unit)) })
}

// foldedUnits returns how a map may name a unit.
func foldedUnits(by facts.Issuer) []string {
	all := make([]string, 0, len(by.Names)+len(by.IDs))
	for _, name := range by.Names {
		all = append(all, lookup.Folded(name))
	}
	for _, id := range by.IDs {
		all = append(all, lookup.Folded(id.Scheme+" "+id.Value))
	}
	return all
}

// indexIssues indexes who issues what.
func (p *Parties) indexIssues(party *Party) {
	for _, issue := range party.Issues {
		for _, kind := range issue.Kinds {
			p.issued[kind] = true
		}
		for _, unit := range issue.Units {
			unit = lookup.Folded(unit)
			if !slices.Contains(p.units[unit], party.ID) {
				p.units[unit] = append(p.units[unit], party.ID)
			}
		}
	}
}

// SendsFor reports whether the party may send documents that another one issues, or itself.
func (p *Party) SendsFor(issuer string) bool {
	return p.ID == issuer || slices.Contains(p.OnBehalfOf, issuer)
}

// Originate reports whether a party may send some documents of a kind: one that it may send
// and that has no issuer, or that it issues, or that another issues for which it may send.
func (p *Parties) Originate(party Party, kind string) bool {
	return party.MaySend(kind) && (!p.Issues(kind) || slices.ContainsFunc(p.all, func(issuer Party) bool {
		return party.SendsFor(issuer.ID) && issuer.issues(kind)
	}))
}

// issues reports whether the party issues documents of a kind.
func (p *Party) issues(kind string) bool {
	return slices.ContainsFunc(p.Issues, func(one Issue) bool { return slices.Contains(one.Kinds, kind) })
}

// Originates refuses a document of a kind that has an issuer from a sender that neither
// issues it nor may send for a party that does. It fails with an [*Error] of kind Forbidden
// and code [CodeNotIssuer] or [CodeNoIssuer], whose fault has the place of the issuer.
func (f *InForce) Originates(c Checked) error {
	_, err := f.issuers(c)
	return err
}

// issuers returns the parties that issue a document, and fails as Originates does.
func (f *InForce) issuers(c Checked) ([]string, error) {
	if !f.Parties.Issues(c.kind) {
		return nil, nil
	}
	by := c.facts.IssuedBy()
	issuers := f.Parties.Issuers(c.kind, by)
	sender, known := f.Parties.Get(c.document.Sender)
	if !known || slices.ContainsFunc(issuers, sender.SendsFor) {
		return issuers, nil
	}
	fault := Fault{Code: CodeNotIssuer, Severity: rules.Reject.String(), Path: by.At.Path(), Source: sourceOfIssuers}
	fault.Line, fault.Column = by.At.Position()
	fault.Message = notIssuer(sender.ID, c.kind, by, issuers)
	if !by.Stated() {
		fault.Code, fault.Message = CodeNoIssuer, Text{
			EN: "the document does not say who issued it: name the issuing unit and its country",
			ZH: "单证未注明签发机构：请填写签发机构名称及其国家",
		}
	}
	return nil, &Error{Op: "allow document", Kind: Forbidden, Code: fault.Code, Faults: Faults{fault.clip(maxText)}, More: c.more}
}

// issuer returns whose number a document has, which these parties issue.
func (f *InForce) issuer(c Checked, issuers []string) effects.Issuer {
	out := effects.Issuer{Path: c.facts.Near(paths.Number).Path(), Parties: issuers}
	for _, id := range out.Parties {
		party, _ := f.Parties.Get(id)
		out.Hold = out.Hold || slices.ContainsFunc(party.Issues, func(one Issue) bool {
			return one.Another == AnotherHold && slices.Contains(one.Kinds, c.kind)
		})
	}
	return out
}

// notIssuer says why a sender may not send a document, and who may.
func notIssuer(sender, kind string, by facts.Issuer, issuers []string) Text {
	unit := slices.Concat(by.Names, by.Countries)
	if len(by.Names) == 0 {
		for _, id := range by.IDs {
			unit = append([]string{strings.TrimSpace(id.Scheme + " " + id.Value)}, unit...)
		}
	}
	en, zh := quote.Text(cmp.Or(strings.Join(unit, ", "), "?"))
	if len(issuers) == 0 {
		return Text{
			EN: fmt.Sprintf("no party of the exchange issues %s of %s, and %s may not send it: correct the issuer, or ask the operator to add the unit to the map of parties", kind, en, sender),
			ZH: fmt.Sprintf("没有参与方签发%s的%s，%s不得报送：请更正签发机构，或请操作员将该机构列入参与方名录", zh, kind, sender),
		}
	}
	list := strings.Join(issuers, ", ")
	return Text{
		EN: fmt.Sprintf("%s of %s is issued by %s, and %s may not send for it: have the issuer send it, or ask the operator for onBehalfOf in the map of parties", kind, en, list, sender),
		ZH: fmt.Sprintf("%s的%s由%s签发，%s无权代其报送：请由签发方报送，或请操作员在参与方名录中设置 onBehalfOf", zh, kind, list, sender),
	}
}
