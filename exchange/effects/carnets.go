package effects

import (
	"slices"
	"strconv"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
)

// The kinds of carnets and of the transactions under them.
const (
	KindCarnet      = "ata-carnet"
	KindTransaction = "ata-transaction"
)

// A Carnet is what a carnet lets goods do.
type Carnet struct {
	Account
	IssuedIn  string   `json:"issuedIn,omitempty"`  // country, ISO 3166-1 alpha-2
	Countries []string `json:"countries,omitempty"` // in which it is valid, beside that
	From      string   `json:"from,omitempty"`      // its first day, YYYY-MM-DD; "": not stated
	Until     string   `json:"until,omitempty"`     // its last day
	Items     []Item   `json:"items"`               // the general list
	// Vouchers are the numbers of those that it has, if it lists any that is not used.
	Vouchers []string `json:"vouchers,omitempty"`
	// Noted are the movements that its own counterfoils record.
	Noted []Movement `json:"noted,omitempty"`
	// Earlier is the carnet that it replaces. Duplicate says that it is a copy of that or, if
	// Earlier is nil, of the carnet of its own number.
	Earlier   *Account `json:"earlier,omitempty"`
	Duplicate bool     `json:"duplicate,omitempty"`
}

// An Item is one of the general list.
type Item struct {
	Number   int           `json:"number"`
	HS       string        `json:"hs,omitempty"`   // digits only
	Unit     string        `json:"unit,omitempty"` // common code of UN/ECE Recommendation 20
	Quantity values.Figure `json:"quantity"`
}

// A Transaction is one state of a movement of goods under a carnet.
type Transaction struct {
	Carnet Account `json:"carnet"`
	Path   string  `json:"path,omitempty"` // of the movement, for faults
	Movement
}

// A Movement is one of goods under a carnet. Days are written YYYY-MM-DD; what is not stated
// is "".
type Movement struct {
	Number      string  `json:"number"`
	Movement    string  `json:"movement"`
	State       string  `json:"state,omitempty"`
	Medium      string  `json:"medium,omitempty"`
	Country     string  `json:"country,omitempty"` // in which it is made
	Office      string  `json:"office,omitempty"`  // of customs, UN/LOCODE
	Voucher     string  `json:"voucher,omitempty"`
	Counterfoil string  `json:"counterfoil,omitempty"`
	Discharges  string  `json:"discharges,omitempty"` // the counterfoil or transaction that it discharges, closes or extends
	Day         string  `json:"day,omitempty"`
	FinalDay    string  `json:"finalDay,omitempty"`   // for the re-exportation
	Commitment  string  `json:"commitment,omitempty"` // to the proof of the cancellation code
	Proof       string  `json:"proof,omitempty"`      // of the cancellation code
	EndorsedOn  string  `json:"endorsedOn,omitempty"`
	EndorsedAt  string  `json:"endorsedAt,omitempty"` // office of customs
	WrittenOff  string  `json:"writtenOff,omitempty"` // day
	Reason      string  `json:"reason,omitempty"`     // of the write-off
	Extensions  int     `json:"extensions,omitempty"`
	Goods       []Goods `json:"goods,omitempty"`
}

// Goods are an item of the general list, or a range of items.
type Goods struct {
	First    int           `json:"first"`
	Last     int           `json:"last,omitempty"`    // of a range; 0: one item
	Quantity values.Figure `json:"quantity,omitzero"` // none: all pieces of each item
	Unit     string        `json:"unit,omitempty"`
}

// carnetOf returns what a carnet opens.
func carnetOf(f facts.Facts) *Carnet {
	period := f.Period()
	c := &Carnet{
		Account: AccountOf(KindCarnet, f.Number), IssuedIn: strings.Clone(f.ExportCountry), Countries: cloned(f.Countries()),
		From: day(period.From), Until: day(period.Until),
	}
	for _, l := range f.Lines() {
		if n, ok := itemNumber(l.Number); ok {
			c.Items = append(c.Items, Item{n, strings.Clone(l.HS), strings.Clone(l.Quantity.Unit), l.Quantity.Value.Plus(values.Whole(0))})
		}
	}
	vouchers, unused := []string(nil), false
	for _, m := range f.Movements() {
		if m.Voucher != "" && !slices.Contains(vouchers, m.Voucher) {
			vouchers = append(vouchers, strings.Clone(m.Voucher))
		}
		if m.Movement == "voucher" || m.Movement == "transit" {
			unused = true
			continue
		}
		c.note(m)
	}
	if unused {
		c.Vouchers = vouchers
	}
	for r := range f.ReferencesOutside() {
		duplicate := r.Role == "duplicated"
		if r.Kind != KindCarnet || !duplicate && r.Role != "" || r.Number == "" {
			continue
		}
		c.Duplicate = c.Duplicate || duplicate
		if of := AccountOf(KindCarnet, r.Number); of != c.Account {
			c.Earlier = &of
		}
	}
	return c
}

// note adds a movement that a counterfoil records. The counterfoils of one movement, which
// have one item each, share its number.
func (c *Carnet) note(m facts.Movement) {
	number := m.Movement + " " + m.Counterfoil
	at := slices.IndexFunc(c.Noted, func(n Movement) bool { return n.Number == number })
	if at < 0 {
		one := movementOf(m)
		one.Number = strings.Clone(number)
		at, c.Noted = len(c.Noted), append(c.Noted, one)
	}
	if n, ok := itemNumber(m.Line); ok {
		c.Noted[at].Goods = append(c.Noted[at].Goods, Goods{First: n, Quantity: m.Quantity.Value, Unit: strings.Clone(m.Quantity.Unit)})
	}
}

// transactionOf returns what a transaction does.
func transactionOf(f facts.Facts) *Transaction {
	movements, citations := f.Movements(), f.Citations()
	if len(movements) == 0 || len(citations) == 0 {
		return nil
	}
	t := &Transaction{
		Carnet: AccountOf(KindCarnet, citations[0].Number), Path: strings.Clone(movements[0].At.Path()), Movement: movementOf(movements[0]),
	}
	t.Day = day(f.Issued)
	for _, l := range f.Lines() {
		first, ok := itemNumber(l.Number)
		if !ok {
			continue
		}
		g := Goods{First: first, Quantity: l.Quantity.Value, Unit: strings.Clone(l.Quantity.Unit)}
		if last, ok := itemNumber(l.Through); ok && last > first {
			g.Last = last
		}
		t.Goods = append(t.Goods, g)
	}
	return t
}

func movementOf(m facts.Movement) Movement {
	extensions, _ := m.Extensions.Int64()
	texts := cloned([]string{
		m.Number, m.Movement, m.State, m.Medium, m.Country, m.Office, m.Voucher, m.Counterfoil, m.Discharges, m.Commitment, m.Proof, m.Endorsed.At, m.WrittenOff.Reason,
	})
	return Movement{
		Number: texts[0], Movement: texts[1], State: texts[2], Medium: texts[3], Country: texts[4], Office: texts[5], Voucher: texts[6],
		Counterfoil: texts[7], Discharges: texts[8], Commitment: texts[9], Proof: texts[10], EndorsedAt: texts[11], Reason: texts[12],
		Day: day(m.Day), FinalDay: day(m.FinalDay), EndorsedOn: day(m.Endorsed.On), WrittenOff: day(m.WrittenOff.On), Extensions: int(extensions),
	}
}

// mostItems is the highest number of an item.
const mostItems = 9999

// itemNumber reads the number of an item of a general list.
func itemNumber(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && n <= mostItems
}

// carnetTexts returns the texts of the effects of carnets, of which each element is one slice.
func (e Effects) carnetTexts() (all [][]string) {
	movement := func(m Movement) {
		all = append(all, []string{
			m.Number, m.Movement, m.State, m.Medium, m.Country, m.Office, m.Voucher, m.Counterfoil, m.Discharges, m.Day, m.FinalDay,
		}, []string{m.Commitment, m.Proof, m.EndorsedOn, m.EndorsedAt, m.WrittenOff, m.Reason})
		for _, g := range m.Goods {
			all = append(all, []string{g.Unit})
		}
	}
	if c := e.Carnet; c != nil {
		all = append(all, []string{c.Kind, c.Number, c.IssuedIn, c.From, c.Until}, c.Countries, c.Vouchers)
		for _, i := range c.Items {
			all = append(all, []string{i.HS, i.Unit})
		}
		for _, m := range c.Noted {
			movement(m)
		}
		if c.Earlier != nil {
			all = append(all, []string{c.Earlier.Kind, c.Earlier.Number})
		}
	}
	if t := e.Moved; t != nil {
		all = append(all, []string{t.Carnet.Kind, t.Carnet.Number, t.Path})
		movement(t.Movement)
	}
	return all
}
