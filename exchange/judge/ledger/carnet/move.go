package carnet

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"time"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
)

// A deed is one document about a transaction, which is decided.
type deed struct {
	c        *Carnet
	m        effects.Movement
	by       Document
	before   *Transaction // nil if the transaction is new
	kind     kind
	refusals []Refusal
}

// Move says what a transaction would do: all of it or nothing.
func (c *Carnet) Move(m effects.Movement, by Document) (Posting, []Refusal) {
	d := deed{c: c, m: m, by: by, kind: kinds[m.Movement]}
	if at := c.index(m.Number); at >= 0 {
		d.before = &c.Transactions[at]
	} else if len(c.Transactions) >= mostTransactions {
		d.refuse(Refusal{Code: CodeFull, Known: strconv.Itoa(mostTransactions)})
		return Posting{}, d.refusals
	}
	after := Transaction{Movement: m}
	switch m.State {
	case Prepared:
		d.prepare()
	case Committed:
		d.commit()
	case Rejected:
		after = d.end(Rejected, "", Prepared)
	case Cancelled:
		after = d.end(Cancelled, Committed)
		d.cancel()
	}
	if len(d.refusals) > 0 {
		return Posting{}, d.refusals
	}
	if d.before != nil {
		after.Records = slices.Clone(d.before.Records)
		after.From = d.before.From
		if after.Commitment == "" && after.State == Committed {
			after.Commitment = d.before.Commitment
		}
	}
	after.Proof = "" // it is checked, and of no use any more
	after.Records = append(after.Records, Record{by, m.State, m.Day})
	return Posting{Carnet: c.Account, Transactions: []Transaction{after}}, nil
}

func (d *deed) refuse(r Refusal) { d.refusals = append(d.refusals, r) }

// state returns the state of the transaction before, "" if it is new.
func (d *deed) state() string {
	if d.before == nil {
		return ""
	}
	return d.before.State
}

// from refuses the document if the transaction is in none of the states.
func (d *deed) from(states ...string) bool {
	if slices.Contains(states, d.state()) {
		return true
	}
	d.refuse(Refusal{Code: CodeState, Value: d.m.State, Known: d.state()})
	return false
}

// sameSender refuses the document if another party has brought the transaction to its state.
func (d *deed) sameSender() {
	if n := len(d.before.Records); n > 0 && d.before.Records[n-1].Sender != d.by.Sender {
		d.refuse(Refusal{Code: CodeSender, Known: d.before.Records[n-1].Sender})
	}
}

// prepare decides on what the holder prepares: once more, if customs have not committed it.
func (d *deed) prepare() {
	if !d.from("", Prepared, Rejected, Cancelled) {
		return
	}
	if d.before != nil && d.before.Records[0].Sender != d.by.Sender {
		d.refuse(Refusal{Code: CodeSender, Known: d.before.Records[0].Sender})
	}
	d.terms()
	d.goods()
}

// commit decides on what customs commit.
func (d *deed) commit() {
	if !d.from("", Prepared, Rejected, Cancelled) {
		return
	}
	switch {
	case d.state() == Prepared:
		d.agree()
	case d.m.Medium != "paper" && d.kind.voucher:
		d.refuse(Refusal{Code: CodeUnprepared, Value: d.m.Medium})
	}
	d.terms()
	d.goods()
	d.papers()
	earlier := d.discharged()
	if len(d.refusals) == 0 {
		d.take(earlier)
		d.stay(earlier)
	}
}

// agree refuses what is not what the holder prepared.
func (d *deed) agree() {
	p := d.before.Movement
	same := p.Movement == d.m.Movement && p.Country == d.m.Country && p.Medium == d.m.Medium &&
		maps.EqualFunc(d.c.quantities(p), d.c.quantities(d.m), func(a, b values.Figure) bool { return a.Cmp(b) == 0 })
	if !same {
		d.refuse(Refusal{Code: CodeDiffers})
	}
}

// terms checks the country and the days.
func (d *deed) terms() {
	c := d.c
	if c.ReplacedBy != nil {
		d.refuse(Refusal{Code: CodeReplaced, Known: c.ReplacedBy.Number})
	}
	if d.m.Country != c.IssuedIn && !slices.Contains(c.Countries, d.m.Country) {
		d.refuse(Refusal{Code: CodeCountry, Value: d.m.Country})
	}
	if early, after := d.m.Day < c.From, c.Until != "" && d.m.Day > c.Until; d.m.Day != "" && (early || after && !d.kind.late) {
		d.refuse(Refusal{Code: CodePeriod, Value: d.m.Day})
	}
	if d.m.FinalDay != "" && c.Until != "" && d.m.FinalDay > c.Until {
		d.refuse(Refusal{Code: CodeFinalDay, Value: d.m.FinalDay, Known: c.Until})
	}
}

// goods checks the items against the general list.
func (d *deed) goods() {
	for _, g := range d.m.Goods {
		for n := g.First; n <= max(g.First, g.Last); n++ {
			switch i := d.c.item(n); {
			case i == nil:
				d.refuse(Refusal{Code: CodeItem, Item: n})
			case g.Quantity.Exists() && i.Unit != "" && g.Unit != i.Unit:
				d.refuse(Refusal{Code: CodeUnit, Item: n, Unit: i.Unit, Value: g.Unit})
			case g.Quantity.Exists() && (g.Quantity.Sign() <= 0 || g.Quantity.Cmp(i.Quantity) > 0):
				d.refuse(Refusal{Code: CodeExceeded, Item: n, Left: i.Quantity, Want: g.Quantity, Unit: i.Unit})
			default:
				continue
			}
			return // a range of items that are not there is one mistake
		}
	}
}

// papers checks the voucher and the counterfoil. What was made under an earlier carnet used
// the papers of that.
func (d *deed) papers() {
	used := 0
	for i := range d.c.Transactions {
		t := &d.c.Transactions[i]
		if !t.moves() || t.From != nil || t.Number == d.m.Number {
			continue
		}
		if kinds[t.Movement.Movement].voucher {
			used++
		}
		if d.m.Counterfoil != "" && t.Counterfoil == d.m.Counterfoil && t.Movement.Movement == d.m.Movement && t.Country == d.m.Country {
			d.refuse(Refusal{Code: CodeCounterfoil, Value: d.m.Counterfoil, Known: t.Number})
		}
		if d.m.Voucher != "" && t.Voucher == d.m.Voucher {
			d.refuse(Refusal{Code: CodeVoucher, Value: d.m.Voucher, Known: t.Number})
		}
	}
	switch all := d.c.Vouchers; {
	case len(all) == 0 || !d.kind.voucher:
	case used >= len(all):
		d.refuse(Refusal{Code: CodeVouchers, Known: strconv.Itoa(len(all))})
	case d.m.Voucher != "" && !slices.Contains(all, d.m.Voucher):
		d.refuse(Refusal{Code: CodeVoucher, Value: d.m.Voucher})
	}
}

// discharged returns the transaction that this one discharges, closes or extends, or nil.
func (d *deed) discharged() *Transaction {
	if d.kind.of == "" {
		return nil
	}
	earlier := d.c.earlier(d.m)
	if earlier == nil {
		d.refuse(Refusal{Code: CodeEarlier, Value: d.m.Discharges, Known: d.kind.of})
	}
	return earlier
}

// take checks that what is moved is where it is moved from.
func (d *deed) take(earlier *Transaction) {
	if d.kind.from == still {
		return
	}
	h, number := d.c.holdings(d.m.Number), ""
	if earlier != nil {
		number = earlier.Number
	}
	there, wanted := h.at(d.kind.from, number, d.m.Country), d.c.quantities(d.m)
	for _, n := range slices.Sorted(maps.Keys(wanted)) {
		if left := there[n]; wanted[n].Cmp(left) > 0 {
			d.refuse(Refusal{Code: CodeExceeded, Item: n, Left: atLeastNone(left), Want: wanted[n], Unit: d.c.item(n).Unit, Rest: d.c.rest(h, n, d.kind.from)})
		}
	}
	if !d.kind.whole {
		return
	}
	for _, n := range slices.Sorted(maps.Keys(there)) {
		if left := there[n].Minus(wanted[n]); left.Sign() > 0 {
			d.refuse(Refusal{Code: CodeWhole, Item: n, Left: left, Want: wanted[n].Plus(values.Whole(0)), Unit: d.c.item(n).Unit, Value: number})
		}
	}
}

// stay checks the final date by the law of the country.
func (d *deed) stay(earlier *Transaction) {
	law, limited := stays[d.m.Country]
	if !d.kind.final || !limited {
		return
	}
	from, extensions := d.m.Day, 0
	if earlier != nil {
		from = d.c.finalDay(earlier, d.m.Number)
		extensions = d.c.extensions(earlier.Number, d.m.Number) + 1
	}
	if extensions > law.extensions {
		d.refuse(Refusal{Code: CodeExtensions, Value: strconv.Itoa(extensions), Known: strconv.Itoa(law.extensions)})
	}
	if begin, err := time.Parse(time.DateOnly, from); err == nil {
		if last := begin.AddDate(0, law.months, 0).Format(time.DateOnly); d.m.FinalDay > last {
			d.refuse(Refusal{Code: CodeFinalDay, Value: d.m.FinalDay, Known: last})
		}
	}
}

// finalDay returns the final date of an importation after its extensions, without one.
func (c *Carnet) finalDay(of *Transaction, without string) string {
	final := of.FinalDay
	for i := range c.Transactions {
		if t := &c.Transactions[i]; t.Movement.Movement == "extension" && t.moves() && t.Number != without && c.holder(t) == of.Number {
			final = max(final, t.FinalDay)
		}
	}
	return final
}

// extensions counts those of an importation, without one.
func (c *Carnet) extensions(of, without string) (n int) {
	for i := range c.Transactions {
		if t := &c.Transactions[i]; t.Movement.Movement == "extension" && t.moves() && t.Number != without && c.holder(t) == of {
			n++
		}
	}
	return n
}

// end returns the transaction in an end state, to which it comes from one of some states. Two
// documents may say so, since one that has the reason stays in its customs territory.
func (d *deed) end(state string, from ...string) Transaction {
	if !d.from(append(from, state)...) || d.before == nil {
		return Transaction{Movement: d.m}
	}
	if d.state() == state || state == Cancelled {
		d.sameSender()
	}
	after := *d.before
	after.State = state
	return after
}

// cancel checks the holder's code, and that the goods are where the transaction brought them.
func (d *deed) cancel() {
	if len(d.refusals) > 0 {
		return
	}
	if want := d.before.Commitment; want != "" && commitment(d.m.Proof) != want {
		d.refuse(Refusal{Code: CodeProof})
	}
	if d.state() != Committed {
		return
	}
	k := kinds[d.before.Movement.Movement]
	if k.to == still {
		return
	}
	h, moved := d.c.holdings(""), d.c.quantities(d.before.Movement)
	there := h.at(k.to, d.before.Number, d.before.Country)
	for _, n := range slices.Sorted(maps.Keys(moved)) {
		if left := there[n]; moved[n].Cmp(left) > 0 {
			d.refuse(Refusal{Code: CodeUsed, Item: n, Left: atLeastNone(left), Want: moved[n], Unit: d.c.item(n).Unit, Rest: d.c.rest(h, n, k.to)})
		}
	}
}

// commitment returns the commitment to a proof of a cancellation code, or "".
func commitment(proof string) string {
	octets, err := hex.DecodeString(proof)
	if err != nil || proof == "" {
		return ""
	}
	digest := sha256.Sum256(octets)
	return hex.EncodeToString(digest[:])
}

// atLeastNone returns a figure, or 0 if it is less.
func atLeastNone(f values.Figure) values.Figure {
	if f.Sign() < 0 {
		return values.Whole(0)
	}
	return f.Plus(values.Whole(0))
}

// rest returns where the pieces of an item are that are not at a place.
func (c *Carnet) rest(h holdings, item int, but place) (all []Rest) {
	add := func(name string, quantity values.Figure) {
		if quantity.Sign() <= 0 {
			return
		}
		if at := slices.IndexFunc(all, func(r Rest) bool { return r.Place == name }); at >= 0 {
			all[at].Quantity = all[at].Quantity.Plus(quantity)
			return
		}
		all = append(all, Rest{name, quantity})
	}
	if but != home {
		add(string(home), h.home[item])
	}
	if but != way {
		add(string(way), h.way[item])
	}
	for i := range c.Transactions {
		if t := &c.Transactions[i]; but != under {
			add(t.Country, h.under[t.Number][item])
		}
	}
	return all
}
