package carnet_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge/ledger/carnet"
)

// machinery is a carnet of CN for VN and TH: 1, 2, 1 and 3 pieces.
func machinery(number string) effects.Carnet {
	c := effects.Carnet{
		Account: effects.AccountOf("ata-carnet", number), IssuedIn: "CN", Countries: []string{"VN", "TH"}, From: "2026-04-08", Until: "2027-04-07",
	}
	for i, n := range []int64{1, 2, 1, 3} {
		c.Items = append(c.Items, effects.Item{Number: i + 1, HS: "843359", Unit: "H87", Quantity: values.Whole(n)})
	}
	return c
}

func opened(t require, o effects.Carnet) *carnet.Carnet {
	t.Helper()
	c := new(carnet.Carnet)
	postings, refusals := carnet.Open(nil, nil, o)
	if len(refusals) > 0 {
		t.Fatalf("%+v", refusals)
	}
	c.Post(postings[0], by("gx-trade-promotion"), &o)
	return c
}

// require is a test, or one run of a property.
type require interface {
	Helper()
	Fatalf(string, ...any)
}

func by(sender string) carnet.Document {
	return carnet.Document{Exchange: uuid.NewSHA1(uuid.Nil, []byte(sender)), Sender: sender}
}

// movementOf reads "NUMBER MOVEMENT STATE COUNTRY GOODS [key=value …]". Goods are items with
// quantities, such as 1,4:2 or 1-3; "-" is none.
func movementOf(t require, text string) effects.Movement {
	t.Helper()
	f := strings.Fields(text)
	m := effects.Movement{Number: f[0], Movement: f[1], State: f[2], Country: f[3], Medium: "paper", Day: "2026-11-05"}
	for part := range strings.SplitSeq(f[4], ",") {
		if part == "-" {
			continue
		}
		var g effects.Goods
		item, quantity, some := strings.Cut(part, ":")
		if some {
			n, _ := values.NumberOf(quantity)
			g.Quantity, g.Unit = n, "H87"
		}
		first, last, _ := strings.Cut(item, "-")
		fmt.Sscan(first, &g.First) //nolint:errcheck // the test would fail
		fmt.Sscan(last, &g.Last)   //nolint:errcheck // there may be none
		m.Goods = append(m.Goods, g)
	}
	for _, pair := range f[5:] {
		key, value, _ := strings.Cut(pair, "=")
		*map[string]*string{
			"of": &m.Discharges, "final": &m.FinalDay, "day": &m.Day, "medium": &m.Medium, "cf": &m.Counterfoil, "voucher": &m.Voucher,
			"commitment": &m.Commitment, "proof": &m.Proof,
		}[key] = value
	}
	return m
}

// move moves goods, and returns the codes and items of the refusals.
func move(t require, c *carnet.Carnet, text string) string {
	t.Helper()
	m := movementOf(t, text)
	sender := map[string]string{"CN": "qinzhou-customs", "VN": "window-vn", "TH": "window-th"}[m.Country]
	if m.State == carnet.Prepared {
		sender = "gx-trade-promotion"
	}
	posting, refusals := c.Move(m, by(sender))
	var all []string
	for _, r := range refusals {
		text := string(r.Code)
		if r.Item > 0 {
			text += fmt.Sprintf(":%d", r.Item)
		}
		if r.Left.Exists() {
			text += fmt.Sprintf("<%v", r.Left)
		}
		all = append(all, text)
	}
	if len(refusals) == 0 {
		c.Post(posting, by(sender), nil)
	}
	return strings.Join(all, " ")
}

const proof = "20174fd2855592f34e9764976e10edf9a2bdc271e87b1f8dfb09e7e1169e08a6"

func commitment() string {
	octets, _ := hex.DecodeString(proof)
	digest := sha256.Sum256(octets)
	return hex.EncodeToString(digest[:])
}

// TestMove moves goods step by step; behind the arrow is why a step is refused.
func TestMove(t *testing.T) {
	out, in := "E exportation committed CN 1-4", "I importation committed VN 1-3,4:2 final=2027-03-01 cf=I1"
	for name, steps := range map[string][]string{
		"there and back":         {out, in, "R re-exportation committed VN 1-3,4:2 of=I1", "B re-importation committed CN 1-4"},
		"by transaction":         {out, in, "R re-exportation committed VN 1 of=I"},
		"no such item":           {"E exportation committed CN 1-5 -> carnet.item:5"},
		"more than listed":       {"E exportation committed CN 2:3 -> carnet.exceeded:2<2"},
		"none at all":            {"E exportation committed CN 2:0 -> carnet.exceeded:2<2"},
		"exported twice":         {"E exportation committed CN 2:1", "E2 exportation committed CN 2:2 -> carnet.exceeded:2<1"},
		"not exported":           {"E exportation committed CN 1", "I importation committed VN 1,2 -> carnet.exceeded:2<0"},
		"imported twice":         {out, in, "I2 importation committed VN 4:2 -> carnet.exceeded:4<1", "I2 importation committed VN 4:1"},
		"imported in two":        {out, in, "T importation committed TH 1 -> carnet.exceeded:1<0"},
		"re-exported too much":   {out, in, "R re-exportation committed VN 4:3 of=I1 -> carnet.exceeded:4<2"},
		"comes back twice":       {out, in, "R re-exportation committed VN 1 of=I1", "B re-importation committed CN 1", "B2 re-importation committed CN 1 -> carnet.exceeded:1<0"},
		"comes back from inside": {out, in, "B re-importation committed CN 1,4:1 -> carnet.exceeded:1<0"},
		"travels again":          {"E exportation committed CN 1", "B re-importation committed CN 1", "E2 exportation committed CN 1"},
		"home use":               {out, in, "H home-use committed VN 1 of=I1", "R re-exportation committed VN 1 of=I1 -> carnet.exceeded:1<0", "B re-importation committed CN 1 -> carnet.exceeded:1<0"},
		"unknown counterfoil":    {out, in, "R re-exportation committed VN 1 of=I9 -> carnet.earlier"},
		"of another country":     {out, in, "R re-exportation committed TH 1 of=I1 -> carnet.earlier"},
		"not valid there":        {out, "I importation committed MY 1 -> carnet.country"},
		"too early":              {"E exportation committed CN 1 day=2026-04-07 -> carnet.period"},
		"on the last day":        {"E exportation committed CN 1 day=2027-04-07"},
		"too late":               {"E exportation committed CN 1 day=2027-04-08 -> carnet.period"},
		"leaves after the end":   {out, in, "R re-exportation committed VN 1 of=I1 day=2027-05-01"},
		"final date too late":    {out, "I importation committed VN 1 final=2027-04-08 -> carnet.final-date"},
		"split consignments":     {out, in, "J importation committed VN 4:1 cf=I1 -> carnet.counterfoil", "J importation committed VN 4:1 cf=I2", "R re-exportation committed VN 4:1 of=I2", "R2 re-exportation committed VN 4:1 of=I2 -> carnet.exceeded:4<0"},
		"voucher twice":          {"E exportation committed CN 1 voucher=Y1", "E2 exportation committed CN 2 voucher=Y1 -> carnet.voucher"},
		"transit":                {out, "D transit-departure committed TH 1,4 cf=T1", "I importation committed VN 1 -> carnet.exceeded:1<0", "A transit-destination committed TH 1 of=T1 -> carnet.transit-open:4<3", "A transit-destination committed TH 1,4 of=T1", "A2 transit-destination committed TH 1,4 of=T1 -> carnet.exceeded:1<0 carnet.exceeded:4<0", "I importation committed VN 1"},
		"committed twice":        {out, out + " -> carnet.state"},
		"digital unprepared":     {"E exportation committed CN 1 medium=digital -> carnet.not-prepared"},
		"digital":                {"E exportation prepared CN 1 medium=digital", "E exportation committed CN 1 medium=digital"},
		"not what was prepared":  {"E exportation prepared CN 1,2 medium=mixed", "E exportation committed CN 1 medium=mixed -> carnet.differs"},
		"same goods by a range":  {"E exportation prepared CN 1-2 medium=mixed", "E exportation committed CN 1,2:2 medium=mixed"},
		"prepared reserves none": {"E exportation prepared CN 1 medium=digital", "F exportation prepared CN 1 medium=digital", "F exportation committed CN 1 medium=digital", "E exportation committed CN 1 medium=digital -> carnet.exceeded:1<0"},
		"rejected":               {"E exportation prepared CN 1 medium=digital", "E exportation rejected CN -", "E exportation rejected CN -", "E exportation committed CN 1 medium=digital -> carnet.not-prepared", "E exportation prepared CN 1 medium=digital", "E exportation committed CN 1 medium=digital", "E exportation rejected CN - -> carnet.state"},
		"rejected, on paper":     {"E exportation rejected CN -"},
		"cancelled on paper":     {out, "E exportation cancelled CN -", "E exportation cancelled CN -", "I importation committed VN 1 -> carnet.exceeded:1<0"},
		"cancelled too late":     {out, in, "E exportation cancelled CN - -> carnet.used:1<0 carnet.used:2<0 carnet.used:3<0 carnet.used:4<1"},
		"cancelled with the code": {
			"E exportation prepared CN 1 medium=mixed commitment=" + commitment(), "E exportation committed CN 1 medium=mixed",
			"E exportation cancelled CN - -> carnet.cancellation", "E exportation cancelled CN - proof=" + commitment() + " -> carnet.cancellation",
			"E exportation cancelled CN - proof=" + proof, "E2 exportation committed CN 1",
		},
		"extension": {out, in, "X extension committed VN - of=I1 final=2027-04-07", "X2 extension committed VN - of=I1 final=2027-04-08 -> carnet.final-date"},
		"in pieces": {"E exportation committed CN 2:1", "F exportation committed CN 2:1"},
	} {
		t.Run(name, func(t *testing.T) {
			c := opened(t, machinery("CN/1"))
			for _, step := range steps {
				text, want, _ := strings.Cut(step, " -> ")
				if got := move(t, c, text); got != want {
					t.Fatalf("%s: refused for %q, want %q", text, got, want)
				}
			}
		})
	}
}

// China lets goods stay for six months, and extends that three times.
func TestStayInChina(t *testing.T) {
	o := machinery("SG/1")
	o.IssuedIn, o.Countries, o.From, o.Until = "SG", []string{"CN"}, "2026-01-01", "2028-12-31"
	c := opened(t, o)
	for _, step := range []string{
		"E exportation committed SG 1 day=2026-01-02",
		"I importation committed CN 1 day=2026-01-05 final=2026-07-06 -> carnet.final-date",
		"I importation committed CN 1 day=2026-01-05 final=2026-07-05",
		"X1 extension committed CN - of=I day=2026-07-01 final=2027-01-05",
		"X2 extension committed CN - of=I day=2027-01-01 final=2027-07-05",
		"X3 extension committed CN - of=I day=2027-07-01 final=2028-01-05",
		"X4 extension committed CN - of=I day=2028-01-01 final=2028-07-05 -> carnet.extensions",
		"R re-exportation committed CN 1 of=I day=2028-01-06",
	} {
		text, want, _ := strings.Cut(step, " -> ")
		if got := move(t, c, text); got != want {
			t.Fatalf("%s: refused for %q, want %q", text, got, want)
		}
	}
	if b := c.Balance(""); b.Extensions != 3 || !slices.Equal(b.Late, []string{"R"}) || len(b.Stays) != 0 {
		t.Errorf("%+v", b)
	}
}

// A rejection uses no voucher, and a cancellation gives one back.
func TestVouchers(t *testing.T) {
	o := machinery("CN/1")
	o.Vouchers = []string{"Y1", "W1"}
	c := opened(t, o)
	for _, step := range []string{
		"E exportation prepared CN 1 medium=digital", "E exportation rejected CN -", "E exportation committed CN 1 voucher=Z -> carnet.voucher",
		"E exportation committed CN 1 voucher=Y1", "I importation committed VN 1 voucher=W1", "R re-exportation committed VN 1 of=I -> carnet.vouchers",
		"I importation cancelled VN -", "I2 importation committed VN 1 voucher=W1",
	} {
		text, want, _ := strings.Cut(step, " -> ")
		if got := move(t, c, text); got != want {
			t.Fatalf("%s: refused for %q, want %q", text, got, want)
		}
	}
	if b := c.Balance(""); b.VouchersUsed != 2 || b.VouchersLeft != 0 {
		t.Errorf("%+v", b)
	}
}

// A replacement takes the open balance over; a duplicate ends on the same day.
func TestReplacement(t *testing.T) {
	c := opened(t, machinery("CN/1"))
	for _, step := range []string{"E exportation committed CN 1,2", "I importation committed VN 1,2:1 cf=I1"} {
		if got := move(t, c, step); got != "" {
			t.Fatal(got)
		}
	}
	o := machinery("CN/2")
	o.Earlier, o.From, o.Until = &c.Account, "2027-03-01", "2028-02-28"
	for name, change := range map[string]struct {
		of   func(*effects.Carnet)
		want carnet.Code
	}{
		"other goods":    {func(o *effects.Carnet) { o.Items[0].HS = "1" }, carnet.CodeGoods},
		"more goods":     {func(o *effects.Carnet) { o.Items[3].Quantity = values.Whole(4) }, carnet.CodeGoods},
		"goods left out": {func(o *effects.Carnet) { o.Items = o.Items[1:] }, carnet.CodeGoods},
		"lives longer":   {func(o *effects.Carnet) { o.Duplicate = true }, carnet.CodeEnd},
	} {
		t.Run(name, func(t *testing.T) {
			o := o
			o.Items = slices.Clone(o.Items)
			change.of(&o)
			if _, refusals := carnet.Open(nil, c, o); len(refusals) != 1 || refusals[0].Code != change.want {
				t.Errorf("%+v", refusals)
			}
		})
	}
	o.Items = o.Items[:2] // the others are at home
	postings, refusals := carnet.Open(nil, c, o)
	if len(refusals) > 0 || len(postings) != 2 {
		t.Fatalf("%+v %+v", postings, refusals)
	}
	next := new(carnet.Carnet)
	next.Post(postings[0], by("gx-trade-promotion"), &o)
	c.Post(postings[1], by("gx-trade-promotion"), &o)
	if got := move(t, c, "R re-exportation committed VN 1 of=I1 day=2027-03-02"); got != "carnet.replaced" {
		t.Errorf("the first: %q", got)
	}
	for _, step := range []string{
		"R re-exportation committed VN 1,2:1 of=I1 day=2027-05-02", "B re-importation committed CN 1,2 day=2027-05-03",
		"B2 re-importation committed CN 1 day=2027-05-03 -> carnet.exceeded:1<0",
	} {
		text, want, _ := strings.Cut(step, " -> ")
		if got := move(t, next, text); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// Once customs have committed a transaction, the association changes the carnet no more; a
// copy for a lost one is all that it may send.
func TestLaterVersions(t *testing.T) {
	c, o := opened(t, machinery("CN/1")), machinery("CN/1")
	codes := func(o effects.Carnet) (all []carnet.Code) {
		_, refusals := carnet.Open(c, nil, o)
		for _, r := range refusals {
			all = append(all, r.Code)
		}
		return all
	}
	grown := machinery("CN/1")
	grown.Items = append(grown.Items, effects.Item{Number: 5, Quantity: values.Whole(1)})
	grown.Items[0].Quantity = values.Whole(2)
	if got := codes(grown); !slices.Equal(got, []carnet.Code{carnet.CodeGrown, carnet.CodeGrown}) {
		t.Errorf("grown: %v", got)
	}
	if got := move(t, c, "E exportation prepared CN 1 medium=digital"); got != "" || len(codes(o)) != 0 {
		t.Errorf("prepared: %v, %v", got, codes(o))
	}
	if got := move(t, c, "E exportation committed CN 1 medium=digital"); got != "" || !slices.Equal(codes(o), []carnet.Code{carnet.CodeActivated}) {
		t.Errorf("committed: %v, %v", got, codes(o))
	}
	o.Duplicate = true
	if got := codes(o); len(got) != 0 {
		t.Errorf("a duplicate: %v", got)
	}
	if o.Until = "2027-04-08"; !slices.Equal(codes(o), []carnet.Code{carnet.CodeEnd}) {
		t.Errorf("a duplicate that ends later: %v", codes(o))
	}
}

// What a carnet's own counterfoils record counts.
func TestNoted(t *testing.T) {
	o := machinery("CN/1")
	goods := []effects.Goods{{First: 1, Quantity: values.Whole(1)}, {First: 4, Quantity: values.Whole(2)}}
	o.Noted = []effects.Movement{
		{Number: "importation I1", Movement: "importation", Country: "VN", Counterfoil: "I1", Goods: goods},
		{Number: "re-exportation R0", Movement: "re-exportation", Country: "VN", Discharges: "I0", Goods: goods},
	}
	c := opened(t, o)
	b := c.Balance("")
	if got := b.Items[3]; got.Home.String() != "1" || got.Way.String() != "0" || got.Countries[0].Here.String() != "2" || c.Activated() {
		t.Errorf("%+v", got)
	}
	if got := move(t, c, "R re-exportation committed VN 1,4:2 of=I1"); got != "" {
		t.Error(got)
	}
}

// TestLives makes random documents, and checks after each that no piece is lost or is at two
// places, whatever was refused; and that the postings alone, as JSON, give the same account.
func TestLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, copied := opened(t, machinery("CN/1")), opened(t, machinery("CN/1"))
		steps := rapid.IntRange(1, 60).Draw(t, "steps")
		for range steps {
			m := effects.Movement{
				Number:   fmt.Sprint("T", rapid.IntRange(1, 12).Draw(t, "number")),
				Movement: rapid.SampledFrom([]string{"exportation", "importation", "re-exportation", "re-importation", "transit-departure", "transit-destination", "home-use", "extension"}).Draw(t, "movement"),
				State:    rapid.SampledFrom([]string{"committed", "committed", "committed", "prepared", "rejected", "cancelled"}).Draw(t, "state"),
				Medium:   rapid.SampledFrom([]string{"paper", "paper", "digital"}).Draw(t, "medium"),
				Country:  rapid.SampledFrom([]string{"VN", "TH"}).Draw(t, "country"), Day: "2026-11-05",
				Discharges: fmt.Sprint("T", rapid.IntRange(1, 12).Draw(t, "of")),
			}
			if m.Movement == "exportation" || m.Movement == "re-importation" {
				m.Country = "CN"
			}
			if m.Movement != "extension" {
				first := rapid.IntRange(1, 4).Draw(t, "first")
				g := effects.Goods{First: first, Last: rapid.IntRange(first, 4).Draw(t, "last")}
				if g.Last == g.First {
					g.Quantity, g.Unit = values.Whole(int64(rapid.IntRange(1, 3).Draw(t, "quantity"))), "H87"
				}
				m.Goods = []effects.Goods{g}
			}
			posting, refusals := c.Move(m, by("anybody"))
			if len(refusals) > 0 {
				continue
			}
			c.Post(posting, by("anybody"), nil)
			text, err := json.Marshal(posting)
			var read carnet.Posting
			if err == nil {
				err = json.Unmarshal(text, &read)
			}
			if err != nil {
				t.Fatal(err)
			}
			copied.Post(read, by("anybody"), nil)
			sound(t, c)
		}
		a, _ := json.Marshal(c)      //nolint:errchkjson // compared
		b, _ := json.Marshal(copied) //nolint:errchkjson // compared
		if string(a) != string(b) {
			t.Fatalf("another account from the same postings:\n%s\n%s", a, b)
		}
	})
}

// sound checks that all pieces of each item are somewhere, once.
func sound(t *rapid.T, c *carnet.Carnet) {
	for _, i := range c.Balance("").Items {
		sum := i.Home.Plus(i.Way)
		for _, h := range i.Countries {
			sum = sum.Plus(h.Here).Plus(h.Transit).Plus(h.Ended)
			if h.Reexported.Plus(h.Ended).Plus(h.Here).Cmp(h.Imported) != 0 {
				t.Fatalf("item %d in %s: %+v", i.Number, h.Country, h)
			}
		}
		if sum.Cmp(i.Quantity) != 0 || i.Home.Sign() < 0 || i.Way.Sign() < 0 {
			t.Fatalf("item %d has %v pieces, and %v are found: %+v", i.Number, i.Quantity, sum, i)
		}
	}
}
