package console

import (
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator"
)

// A partyPage is one party.
type partyPage struct {
	partyRow

	Suspended  bool
	Suspension *exchange.Suspension // by an operator, for those who may know
	Keys       []partyKey           // for those who see the status
	Exchanges  bool                 // the caller may list those of the party
	MaySuspend bool
	MayTest    bool
	Fields     *fields
	Tested     *exchange.EndpointTest
	TestedTLS  light // of the receiver's certificate
}

// showParty answers GET /console/parties/{id}.
func (s *Server) showParty(v *visit) error {
	page, err := s.partyPage(v, v.fields())
	if err != nil {
		return err
	}
	return v.render("party-page", page)
}

// partyPage returns the party that the path names, as the caller may see it.
func (s *Server) partyPage(v *visit, form *fields) (partyPage, error) {
	party, ok := v.now.Parties.Get(v.r.PathValue("id"))
	if !ok {
		return partyPage{}, &exchange.Error{Op: "find party", Kind: exchange.NotFound, Err: exchange.Because("there is no such party", "没有该参与方")}
	}
	rows, err := s.partyRows(v, []exchange.Party{*party})
	if err != nil {
		return partyPage{}, err
	}
	v.title = party.Name
	page := partyPage{
		partyRow: rows[0], Fields: form, Suspended: s.Suspended.Includes(v.now.InForce, party.ID),
		Exchanges:  v.who.CoversPartOf(access.ReadExchanges, party.ID) && (party.ID == v.who.Party || !v.who.OnlyForParty(access.ReadExchanges)),
		MaySuspend: s.Suspended != nil && v.who.CoversParty(access.SuspendParty, party.ID),
		MayTest:    (party.Push.URL != "" || party.Folder != (exchange.Folder{})) && v.who.CoversParty(access.TestEndpoint, party.ID),
	}
	if given, ok := s.Suspended.Get(party.ID); ok && v.who.SeesSuspension(party.ID) {
		page.Suspension = &given
	}
	if page.Status != nil {
		page.Keys = keysOf(*party, v.began)
	}
	return page, nil
}

// actions are what can be done about parties.
func (s *Server) actions() operator.Parties {
	return operator.Parties{Suspended: s.Suspended, Recorder: s.Recorder, Endpoints: s.Endpoints}
}

// partyForm reads a form about a party, whose page it is. It fails if the caller may not
// do that about the party.
func (s *Server) partyForm(v *visit) (partyPage, error) {
	form, err := v.posted()
	if err != nil {
		return partyPage{}, err
	}
	page, err := s.partyPage(v, form)
	if err == nil && !v.who.CoversParty(v.screen.action, page.ID) {
		err = &exchange.Error{Op: "find party", Kind: exchange.NotFound, Err: exchange.Because("the party is not in your scope as a whole", "该参与方不完全在您的授权范围内")}
	}
	return page, err
}

// suspendParty answers POST /console/parties/{id}/suspend and …/resume. The record has why,
// and this node obeys before the answer.
func (s *Server) suspendParty(v *visit, shut bool) error {
	page, err := s.partyForm(v)
	if err != nil {
		return err
	}
	reason := page.Fields.reason()
	if !page.Fields.OK() {
		return v.afterwards(page.Fields, nil, "party-page", page)
	}
	what := "party resumed"
	if shut {
		what = "party suspended"
		err = s.Suspended.Suspend(v.ctx(), exchange.Suspension{Party: page.ID, Reason: reason, Actor: v.who.Name, At: time.Now().UTC()})
	} else {
		err = s.actions().Resume(v.ctx(), &page.Party, reason, v.who.Name)
	}
	if err != nil {
		return v.again(err, "party-page", page)
	}
	s.Log.Info(what, zap.String("party", page.ID), zap.String("reason", reason), zap.String("actor", v.who.Name), zap.String("request", v.id), zap.String("remote", v.r.RemoteAddr))
	return v.redirect(v.back(root + "parties/" + page.ID))
}

// testParty answers POST /console/parties/{id}/test with the page and what came of it.
func (s *Server) testParty(v *visit) error {
	page, err := s.partyForm(v)
	if err != nil {
		return err
	}
	got, err := s.actions().Test(v.ctx(), &page.Party, v.who.Name)
	if err != nil {
		return v.again(err, "party-page", page)
	}
	page.Tested = &got
	if !got.Certificate.IsZero() {
		page.TestedTLS = endOf(time.Time{}, got.Certificate, v.began)
	}
	return v.render("party-page", page)
}
