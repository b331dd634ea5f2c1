package console

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge"
	"beibu/exchange/operator/reading"
	"beibu/exchange/proof"
)

// exchangePage is one exchange.
type exchangePage struct {
	exchange.Exchange

	Failing map[string]bool // receivers to which it was handed over too often
	Steps   []step
	Replies []answerView // the answers to it, oldest first
	Earlier []answerView // those of parties that have answered again since
	To      []answerView // what it answers
	// NotCounted are the documents that it draws on and that are not known here.
	NotCounted []effects.Account
	SameAs     string     // the first exchange of the same content, by another sender
	Round      *roundView // its joint approval, or nil
	Deadlines  []judge.Timer
	Found      bool // it has keys by which people find it

	Document documentView

	Decide  bool    // the caller may release or refuse it
	Verdict *fields // the form of that
}

// A step is an event of the timeline.
type step struct {
	exchange.Event

	After string // how long after the step before, or "" if at once
}

// An answerView is an answer, with the other exchange of the two.
type answerView struct {
	exchange.Answer

	Other    uuid.UUID
	Document proof.Identity
	At       time.Time // when it was accepted, if the other exchange answers
}

// answersOf returns what an exchange answers, the newest answers of parties to it, and the
// earlier ones.
func answersOf(x exchange.Exchange) (to, replies, earlier []answerView) {
	for _, a := range x.Answers {
		document := proof.Identity{Sender: a.Sender, Kind: a.Kind, Number: a.Number, Version: a.Version}
		to = append(to, answerView{Answer: a, Other: a.To, Document: document})
	}
	for _, r := range x.Replies {
		one := answerView{Answer: r.Answer, Other: r.Exchange, Document: r.Identity, At: r.AcceptedAt}
		if x.Earlier(r) {
			earlier = append(earlier, one)
			continue
		}
		replies = append(replies, one)
	}
	return to, replies, earlier
}

// showExchange answers GET /console/exchanges/{id}.
func (s *Server) showExchange(v *visit) error {
	page, err := s.exchangePage(v)
	if err != nil {
		return err
	}
	if page.Document, err = s.readDocument(v, page.Exchange, reading.Request{}); err != nil {
		return err
	}
	return v.render("exchange", page)
}

// exchangePage returns what the path names as {id}, without its document.
func (s *Server) exchangePage(v *visit) (exchangePage, error) {
	x, err := s.visible(v)
	if err != nil {
		return exchangePage{}, err
	}
	kind := v.kindName(x.Identity.Kind)
	v.title = exchange.Text{EN: kind.EN + " " + x.Identity.Number, ZH: kind.ZH + " " + x.Identity.Number}
	page := exchangePage{Exchange: x, Failing: make(map[string]bool), Decide: v.mayDecide(x), Verdict: fieldsOf(nil)}
	for _, d := range x.Deliveries {
		page.Failing[d.Receiver] = d.Failing(s.Handovers)
	}
	for i, e := range x.Events {
		one := step{Event: e}
		if i > 0 && e.At.Sub(x.Events[i-1].At) >= time.Millisecond {
			one.After = duration(e.At.Sub(x.Events[i-1].At), v.lang)
		}
		page.Steps = append(page.Steps, one)
	}
	page.To, page.Replies, page.Earlier = answersOf(x)
	if x.SameAs != uuid.Nil {
		page.SameAs = x.SameAs.String()
	}
	if page.NotCounted, err = s.balances().Uncounted(v.ctx(), x); err != nil {
		return exchangePage{}, err
	}
	if page.Deadlines, err = s.deadlines().Of(v.ctx(), x.ID); err != nil {
		return exchangePage{}, err
	}
	round, err := s.jointApprovals().Of(v.ctx(), x)
	if err != nil {
		return exchangePage{}, err
	}
	if round != nil {
		page.Round = new(roundViewOf(x, *round))
	}
	page.Found = len(x.Keys.HS)+len(x.Keys.Vehicles)+len(x.Keys.Containers)+len(x.Keys.TransportDocuments)+len(x.Keys.Cites) > 0
	return page, nil
}

// visible returns what the caller may see of the exchange that the path names as {id}. An
// exchange that it may not see does not exist for it.
func (s *Server) visible(v *visit) (exchange.Exchange, error) {
	text := v.r.PathValue("id")
	id, err := uuid.Parse(text)
	if err != nil || !strings.EqualFold(id.String(), text) {
		return exchange.Exchange{}, errNoExchange
	}
	found, err := s.finder.Exchange(v.ctx(), id)
	if err != nil && exchange.KindOf(err) != exchange.NotFound {
		return exchange.Exchange{}, err
	}
	x, ok := v.who.View(found)
	if err != nil || !ok {
		return exchange.Exchange{}, errNoExchange
	}
	return x, nil
}

// errNoExchange says that there is no such exchange, or none that the caller may see: the
// answer does not distinguish the two.
var errNoExchange = &exchange.Error{
	Op: "find exchange", Kind: exchange.NotFound,
	Err: exchange.Because("there is no such exchange, or none that you may see", "没有该交换，或您无权查看"),
}
