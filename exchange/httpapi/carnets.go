package httpapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge/ledger/carnet"
	"beibu/exchange/operator"
)

// CarnetBalance is what is left under a carnet, and where.
type CarnetBalance struct {
	IssuedIn     string              `json:"issuedIn"`             // ISO 3166-1 alpha-2
	Countries    []string            `json:"countries"`            // in which it is valid, beside that
	ReplacedBy   string              `json:"replacedBy,omitempty"` // the carnet that has taken the goods over
	Activated    bool                `json:"activated"`            // customs have committed a transaction: its association changes it no more
	VouchersUsed int                 `json:"vouchersUsed"`
	Vouchers     int                 `json:"vouchers,omitempty"` // that it was issued with; absent if it does not list them
	Extensions   int                 `json:"extensions"`         // of stays
	Items        []CarnetItem        `json:"items"`
	Stays        []CarnetStay        `json:"stays"`                        // importations and transits of which something is left
	Transactions []CarnetTransaction `json:"transactions"`                 // in the order in which they were first made
	Hidden       int                 `json:"transactionsHidden,omitempty"` // of others, which the caller may not see; the items count them
}

// CarnetItem is where the pieces of an item of the general list are.
type CarnetItem struct {
	Item      int             `json:"item"`
	HS        string          `json:"hs,omitempty"`
	Unit      string          `json:"unit,omitempty"` // UN/ECE Recommendation 20
	Quantity  values.Figure   `json:"quantity"`
	Home      values.Figure   `json:"home"`     // in the country of issue
	OnTheWay  values.Figure   `json:"onTheWay"` // outside it, under no transaction
	Countries []CarnetHolding `json:"countries"`
}

// CarnetHolding is what is or was of an item in a country.
type CarnetHolding struct {
	Country    string        `json:"country"`
	Imported   values.Figure `json:"imported"`
	Here       values.Figure `json:"here"` // of it, now
	InTransit  values.Figure `json:"inTransit"`
	Reexported values.Figure `json:"reexported"`
	Ended      values.Figure `json:"ended"` // went into home use, was warehoused or destroyed
}

// CarnetStay is an importation or a transit of which something is left.
type CarnetStay struct {
	Transaction string        `json:"transaction"`
	Movement    string        `json:"movement"`
	Country     string        `json:"country"`
	Counterfoil string        `json:"counterfoil,omitempty"`
	FinalDate   string        `json:"finalDate,omitempty"` // for the re-exportation, after extensions
	Extensions  int           `json:"extensions"`
	Goods       []CarnetGoods `json:"goods"`
}

// CarnetGoods are an item, or a range of items with all their pieces.
type CarnetGoods struct {
	Item     int           `json:"item"`
	LastItem int           `json:"lastItem,omitempty"`
	Quantity values.Figure `json:"quantity,omitzero"`
	Unit     string        `json:"unit,omitempty"`
}

// String writes goods as item: quantity, or as a range.
func (g CarnetGoods) String() string {
	switch {
	case g.LastItem > 0:
		return fmt.Sprintf("%d–%d", g.Item, g.LastItem)
	case g.Quantity.Exists():
		return strings.TrimSpace(fmt.Sprintf("%d: %s %s", g.Item, g.Quantity, g.Unit))
	}
	return fmt.Sprint(g.Item)
}

// CarnetTransaction is one transaction.
type CarnetTransaction struct {
	Number         string         `json:"number"`
	Movement       string         `json:"movement"`
	State          string         `json:"state"`
	Medium         string         `json:"medium,omitempty"`
	Country        string         `json:"country,omitempty"`
	Office         string         `json:"office,omitempty"` // UN/LOCODE
	Voucher        string         `json:"voucher,omitempty"`
	Counterfoil    string         `json:"counterfoil,omitempty"`
	Discharges     string         `json:"discharges,omitempty"` // counterfoil or transaction
	Day            string         `json:"day,omitempty"`
	FinalDate      string         `json:"finalDate,omitempty"`
	Late           bool           `json:"late,omitempty"` // after the final date, or the last day of the carnet
	EndorsedOn     string         `json:"endorsedOn,omitempty"`
	EndorsedAt     string         `json:"endorsedAt,omitempty"` // office of customs
	WrittenOffOn   string         `json:"writtenOffOn,omitempty"`
	WriteOffReason string         `json:"writeOffReason,omitempty"`
	Carnet         string         `json:"carnet,omitempty"` // the earlier carnet under which it was made
	Goods          []CarnetGoods  `json:"goods"`
	Records        []CarnetRecord `json:"records"` // the documents about it; none if a counterfoil of the carnet alone notes it
}

// CarnetRecord is a document about a transaction.
type CarnetRecord struct {
	State      string `json:"state"`
	Day        string `json:"day,omitempty"`
	ExchangeID string `json:"exchangeId"`
	Sender     string `json:"sender"`
}

// showCarnet answers GET /v1/balances/ata-carnet/{number}.
func (s *Server) showCarnet(c *call, number, country string) error {
	b, err := s.balances.ShowCarnet(c.request.Context(), c.caller, number, country)
	if err != nil {
		return err
	}
	if known := b.Countries(); country != "" && !slices.Contains(known, country) {
		all := strings.Join(known, ", ")
		return badRequest(codeParameter, fmt.Sprintf("%q: the carnet is valid in %s", "country", all), fmt.Sprintf("%q：单证册的有效国家为 %s", "country", all))
	}
	out := Balance{
		Kind: b.Carnet.Kind, DocumentNumber: b.Carnet.Number, ExchangeID: b.Carnet.Exchange.String(), Issuer: b.Carnet.Sender,
		ValidFrom: b.Carnet.From, ValidUntil: b.Carnet.Until, Lines: []BalanceLine{}, Draws: []BalanceDraw{}, Carnet: wireCarnet(b),
	}
	return c.json(http.StatusOK, out)
}

func wireCarnet(b operator.CarnetBalance) *CarnetBalance {
	out := &CarnetBalance{
		IssuedIn: b.Carnet.IssuedIn, Countries: append([]string{}, b.Carnet.Countries...), Activated: b.Carnet.Activated(),
		VouchersUsed: b.Left.VouchersUsed, Vouchers: len(b.Carnet.Vouchers), Extensions: b.Left.Extensions,
		Items: []CarnetItem{}, Stays: []CarnetStay{}, Transactions: []CarnetTransaction{}, Hidden: b.Hidden,
	}
	if by := b.Carnet.ReplacedBy; by != nil {
		out.ReplacedBy = by.Number
	}
	for _, i := range b.Left.Items {
		one := CarnetItem{i.Number, i.HS, i.Unit, i.Quantity, i.Home, i.Way, []CarnetHolding{}}
		for _, h := range i.Countries {
			one.Countries = append(one.Countries, CarnetHolding{h.Country, h.Imported, h.Here, h.Transit, h.Reexported, h.Ended})
		}
		out.Items = append(out.Items, one)
	}
	for _, s := range b.Left.Stays {
		out.Stays = append(out.Stays, CarnetStay{s.Transaction, s.Movement, s.Country, s.Counterfoil, s.FinalDay, s.Extensions, wireGoods(s.Goods)})
	}
	for _, t := range b.Carnet.Transactions {
		out.Transactions = append(out.Transactions, wireTransaction(t, slices.Contains(b.Left.Late, t.Number)))
	}
	return out
}

func wireTransaction(t carnet.Transaction, late bool) CarnetTransaction {
	out := CarnetTransaction{
		Number: t.Number, Movement: t.Movement.Movement, State: t.State, Medium: t.Medium, Country: t.Country, Office: t.Office,
		Voucher: t.Voucher, Counterfoil: t.Counterfoil, Discharges: t.Discharges, Day: t.Day, FinalDate: t.FinalDay, Late: late,
		EndorsedOn: t.EndorsedOn, EndorsedAt: t.EndorsedAt, WrittenOffOn: t.WrittenOff, WriteOffReason: t.Reason,
		Goods: wireGoods(t.Goods), Records: []CarnetRecord{},
	}
	if t.From != nil {
		out.Carnet = t.From.Number
	}
	for _, r := range t.Records {
		if r.Exchange != uuid.Nil {
			out.Records = append(out.Records, CarnetRecord{r.State, r.Day, r.Exchange.String(), r.Sender})
		}
	}
	return out
}

func wireGoods(all []effects.Goods) []CarnetGoods {
	out := []CarnetGoods{}
	for _, g := range all {
		out = append(out, CarnetGoods{g.First, g.Last, g.Quantity, g.Unit})
	}
	return out
}
