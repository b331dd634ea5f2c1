package httpapi

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/operator"
)

// Balance answers GET /v1/balances/{kind}/{number}.
type Balance struct {
	Kind           string        `json:"kind"`
	DocumentNumber string        `json:"documentNumber"` // without case and white space
	ExchangeID     string        `json:"exchangeId"`     // of the document's version in force
	Issuer         string        `json:"issuer"`         // the party that sent it
	ValidFrom      string        `json:"validFrom,omitempty"`
	ValidUntil     string        `json:"validUntil,omitempty"`
	Offices        []string      `json:"offices,omitempty"`       // the customs offices that it is bound to
	UsesPermitted  int           `json:"usesPermitted,omitempty"` // absent if any number of documents may draw on it
	Uses           int           `json:"uses"`                    // how many do
	OveragePercent values.Figure `json:"overagePercent,omitzero"` // by which the last draw may exceed what is left
	Lines          []BalanceLine `json:"lines"`
	Draws          []BalanceDraw `json:"draws"`                 // in the order in which they were first made
	Next           string        `json:"next,omitempty"`        // for cursor; absent at the end of the draws
	DrawsHidden    int           `json:"drawsHidden,omitempty"` // of others, which the caller may not see; the lines count them
	// Carnet is the balance of a carnet, which has no lines and no draws.
	Carnet *CarnetBalance `json:"carnet,omitempty"`
}

// BalanceLine is what a line of goods has left.
type BalanceLine struct {
	Line     string        `json:"line"`
	HS       string        `json:"hs,omitempty"`
	Unit     string        `json:"unit,omitempty"` // UN/ECE Recommendation 20
	Quantity values.Figure `json:"quantity,omitzero"`
	Reserved values.Figure `json:"reserved"`
	Consumed values.Figure `json:"consumed"`
	Left     values.Figure `json:"left"`
}

// BalanceDraw is all that one document draws.
type BalanceDraw struct {
	By         string         `json:"by"`                   // its kind and number
	ExchangeID string         `json:"exchangeId,omitempty"` // absent if the licence or certificate alone names it
	Sender     string         `json:"sender,omitempty"`
	State      ledger.State   `json:"state"`
	Shares     []ledger.Share `json:"shares"`
}

// showBalance answers GET /v1/balances/{kind}/{number}.
func (s *Server) showBalance(c *call) error {
	p := parametersOf(c.request)
	q := operator.BalanceQuery{Kind: c.request.PathValue("kind"), Number: c.request.PathValue("number"), After: p.cursor("cursor"), Limit: p.limit()}
	country := strings.ToUpper(p.text("country"))
	if err := p.err(); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), q.Kind); err != nil {
		return err
	}
	if q.Kind == effects.KindCarnet {
		return s.showCarnet(c, q.Number, country)
	}
	b, err := s.balances.Show(c.request.Context(), c.caller, q)
	if err != nil {
		return err
	}
	if country != "" {
		return badRequest(codeParameter, "\"country\": only a carnet has goods in countries", "“country”：仅适用于单证册")
	}
	return c.json(http.StatusOK, wireBalance(b))
}

// A BalanceStatement answers GET /v1/balances/{kind}/{number}/statement.
type BalanceStatement struct {
	Statement string `json:"statement"` // JWS, compact
}

// stateBalance answers GET /v1/balances/{kind}/{number}/statement.
func (s *Server) stateBalance(c *call) error {
	p := parametersOf(c.request)
	q := operator.BalanceQuery{Kind: c.request.PathValue("kind"), Number: c.request.PathValue("number"), Limit: 1}
	if err := p.err(); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), q.Kind); err != nil {
		return err
	}
	signed, err := s.balances.State(c.request.Context(), c.caller, q, s.current.Load().Receipts)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, BalanceStatement{signed})
}

func wireBalance(b operator.Balance) Balance {
	out := Balance{
		Kind: b.Kind, DocumentNumber: b.Number, ExchangeID: b.Exchange.String(), Issuer: b.Sender,
		ValidFrom: b.From, ValidUntil: b.Until, Offices: b.Offices, UsesPermitted: b.Uses, Uses: b.Documents(), OveragePercent: b.Overage,
		Lines: make([]BalanceLine, 0, len(b.Lines)), Draws: make([]BalanceDraw, 0, len(b.Positions)), Next: writeCursor(b.Next), DrawsHidden: b.Hidden,
	}
	for _, l := range b.Lines {
		out.Lines = append(out.Lines, BalanceLine{l.Number, l.HS, l.Unit, l.Quantity, l.Reserved, l.Consumed, l.Left})
	}
	for _, p := range b.Positions {
		draw := BalanceDraw{By: p.By, Sender: p.Sender, State: p.State, Shares: append([]ledger.Share{}, p.Shares...)}
		if p.Exchange != uuid.Nil {
			draw.ExchangeID = p.Exchange.String()
		}
		out.Draws = append(out.Draws, draw)
	}
	return out
}
