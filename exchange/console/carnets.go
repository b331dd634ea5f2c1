package console

import (
	"net/http"
	"slices"
	"strings"

	"beibu/exchange"
	"beibu/exchange/judge/ledger/carnet"
	"beibu/exchange/operator"
)

// showCarnet answers GET /console/balances for a carnet.
func (s *Server) showCarnet(v *visit, page balancePage, number, country string) error {
	b, err := s.balances().ShowCarnet(v.ctx(), v.who, number, country)
	if exchange.KindOf(err) == exchange.NotFound && err != nil {
		text := textOf(err)
		page.Fields.refuse("number", text.EN, text.ZH)
		return v.page(http.StatusNotFound, "balances", page)
	}
	if err != nil {
		return err
	}
	if known := b.Countries(); country != "" && !slices.Contains(known, country) {
		all := strings.Join(known, ", ")
		page.Fields.refuse("country", "the carnet is valid in "+all, "单证册的有效国家为 "+all)
		return v.page(http.StatusUnprocessableEntity, "balances", page)
	}
	page.Carnet = &carnetPage{b, country}
	return v.render("balances", page)
}

// A carnetPage is what is left under a carnet, in one country or in all.
type carnetPage struct {
	operator.CarnetBalance

	Country string
}

// Late reports whether a transaction was made after the final date.
func (p carnetPage) Late(number string) bool {
	return slices.Contains(p.Left.Late, number)
}

// movementTitles are the movements for people.
var movementTitles = map[string]exchange.Text{
	"exportation":         {EN: "exportation", ZH: "出境"},
	"importation":         {EN: "importation", ZH: "进境"},
	"re-exportation":      {EN: "re-exportation", ZH: "复运出境"},
	"re-importation":      {EN: "re-importation", ZH: "复运进境"},
	"transit-departure":   {EN: "transit: departure", ZH: "过境启运"},
	"transit-destination": {EN: "transit: destination", ZH: "过境指运"},
	"home-use":            {EN: "home use", ZH: "留购"},
	"warehousing":         {EN: "warehousing", ZH: "入仓库"},
	"destruction":         {EN: "destruction", ZH: "销毁"},
	"extension":           {EN: "extension", ZH: "延期"},
}

// transactionTitles are the states of transactions for people.
var transactionTitles = map[string]struct {
	exchange.Text
	class string
}{
	carnet.Prepared:  {exchange.Text{EN: "prepared", ZH: "已准备"}, "busy"},
	carnet.Committed: {exchange.Text{EN: "committed", ZH: "已办结"}, "good"},
	carnet.Rejected:  {exchange.Text{EN: "rejected", ZH: "已拒绝"}, "bad"},
	carnet.Cancelled: {exchange.Text{EN: "cancelled", ZH: "已撤销"}, ""},
}

func transactionViewOf(state string, in language) stateView {
	one := transactionTitles[state]
	return stateView{Title: in.text(one.Text), Class: one.class}
}
