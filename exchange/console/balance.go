package console

import (
	"net/http"
	"strings"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/operator"
	"beibu/exchange/operator/qrcode"
)

// A balancePage is what is left of a licence or a certificate.
type balancePage struct {
	neighbours

	Fields  *fields
	Balance *operator.Balance // nil before a document is named
	Signed  string            // a statement of it; "" if the key is not here
	Code    qrcode.Code       // with that statement
	Carnet  *carnetPage       // the same, of a carnet
}

// balances are the use case of this page, and of that of an exchange.
func (s *Server) balances() operator.Balances {
	return operator.Balances{Accounts: s.Balances, Exchanges: s.Journal}
}

// showBalance answers GET /console/balances.
func (s *Server) showBalance(v *visit) error {
	form := v.fields()
	country := strings.ToUpper(form.text("country"))
	q := operator.BalanceQuery{Kind: form.text("kind"), Number: form.text("number"), After: form.cursor()}
	if name := form.unknown(); name != "" {
		return noSuchFilter(name)
	}
	for _, one := range append(effects.Kinds(), effects.KindCarnet) {
		form.choices["kind"] = append(form.choices["kind"], choice{one, v.lang.text(v.kindName(one))})
	}
	page := balancePage{Fields: form}
	if err := form.refuseFor("kind", exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}.Check(v.ctx(), q.Kind)); err != nil {
		return err
	}
	if q.Kind == "" || q.Number == "" || !form.OK() {
		return v.afterwards(form, nil, "balances", page)
	}
	if q.Kind == effects.KindCarnet {
		return s.showCarnet(v, page, q.Number, country)
	}
	b, err := s.balances().Show(v.ctx(), v.who, q)
	if exchange.KindOf(err) == exchange.NotFound && err != nil {
		text := textOf(err)
		form.refuse("number", text.EN, text.ZH)
		return v.page(http.StatusNotFound, "balances", page)
	}
	if err != nil {
		return err
	}
	page.Balance, page.neighbours = &b, form.neighbours(b.Next)
	page.Signed, err = s.balances().State(v.ctx(), v.who, q, v.now.Receipts)
	if err != nil && exchange.KindOf(err) != exchange.Unavailable {
		return err
	}
	if page.Signed != "" {
		if page.Code, err = qrcode.Of(page.Signed); err != nil {
			return err
		}
	}
	return v.render("balances", page)
}

// positionTitles are the states of draws for people.
var positionTitles = map[ledger.State]struct {
	exchange.Text
	class string
}{
	ledger.Reserved: {exchange.Text{EN: "reserved", ZH: "已预留"}, "busy"},
	ledger.Consumed: {exchange.Text{EN: "written off", ZH: "已核销"}, "good"},
	ledger.Released: {exchange.Text{EN: "released", ZH: "已释放"}, ""},
}

func positionViewOf(s ledger.State, in language) stateView {
	one := positionTitles[s]
	return stateView{Title: in.text(one.Text), Class: one.class}
}
