package facts

import (
	"slices"
	"time"

	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A Movement is one of goods under a carnet, as the carnet or a transaction states it. What
// is not stated or cannot be read is "" or none.
type Movement struct {
	At          strict.Node
	Number      string // of the transaction
	Movement    string // what it is, such as importation
	State       string // how far it has come
	Medium      string // paper, digital or mixed
	Country     string // in which it is made, ISO 3166-1 alpha-2
	Office      string // of customs, UN/LOCODE
	Voucher     string
	Counterfoil string
	Discharges  string  // the counterfoil or transaction that it discharges, closes or extends
	Line        string  // number of the item, if the movement is of one
	Quantity    Measure // of that item
	Day         time.Time
	FinalDay    time.Time // for the re-exportation
	Commitment  string    // to the proof of the cancellation code
	Proof       string    // of the cancellation code
	Endorsed    Endorsement
	WrittenOff  WriteOff
	Extensions  values.Figure // how often the stay has been extended
}

// An Endorsement says when and where customs endorsed a movement.
type Endorsement struct {
	On time.Time
	At string // office of customs
}

// A WriteOff says when and why customs wrote a temporary importation off.
type WriteOff struct {
	On     time.Time
	Reason string
}

// Movements returns the movements of goods under a carnet, in document order.
func (f Facts) Movements() (all []Movement) {
	r := f.source()
	for _, s := range r.list(paths.Movements) {
		e := element{r.root, s.at, s.entry.Parts}
		m := Movement{
			At: s.at, Number: e.text(paths.Number), Movement: e.text(paths.Movement), State: e.text(paths.State), Medium: e.text(paths.Medium),
			Country: e.country(nil), Office: paths.Fold(e.text(paths.Office)),
			Voucher: e.text(paths.Voucher), Counterfoil: e.text(paths.Counterfoil), Discharges: e.text(paths.Discharges),
			Line: e.text(paths.LineOf), Quantity: e.measure(paths.Quantity, nil), Day: e.day(paths.Day, nil), FinalDay: e.day(paths.FinalDay, nil),
			Commitment: e.text(paths.Commitment), Proof: e.text(paths.Proof),
			Endorsed:   Endorsement{e.day(paths.EndorsedOn, nil), e.text(paths.EndorsedAt)},
			WrittenOff: WriteOff{e.day(paths.WrittenOffOn, nil), e.text(paths.Reason)},
		}
		m.Extensions, _ = e.number(paths.Extensions, nil)
		if m.Movement == "" {
			m.Movement = s.entry.Role
		}
		if m.Country == "" && locode.is(m.Office) { // an office that names no country means that of its place
			m.Country = m.Office[:2]
		}
		all = append(all, m)
	}
	return all
}

// Countries returns the countries in which the document is valid, beside the one that
// issued it: each once, ISO 3166-1 alpha-2.
func (f Facts) Countries() (all []string) {
	r := f.source()
	for _, s := range r.list(paths.Countries) {
		code := element{r.root, s.at, s.entry.Parts}.country(nil)
		if code != "" && !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	return all
}
