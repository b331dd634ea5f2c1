package console

import (
	"errors"
	"html/template"
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
)

// plannerPage is the filter of a replay, and the plan that it makes.
type plannerPage struct {
	Fields    *fields
	Receivers []tick
	Filter    template.URL
	Plan      *planView // or nil, if there is no filter yet or it is wrong
	Order     *fields   // the form that requests a run
	Before    *planSeen // the plan that the person saw before it changed, or nil
}

// Chosen returns the names of the receivers that are ticked.
func (p *plannerPage) Chosen() []string {
	var names []string
	for _, one := range p.Receivers {
		if one.Set {
			names = append(names, one.Title)
		}
	}
	return names
}

// A tick is a box of a list of boxes.
type tick struct {
	choice

	Set bool
}

// A planView is a plan as the page shows it.
type planView struct {
	replay.Plan

	LeftOut []leftOut
	Left    int // of all reasons
	Rate    int // deliveries a second
	Takes   string
	Why     []exchange.Text // another person has to approve it
	First   []exchange.Exchange
	Now     bool       // it is routed now
	Moves   []moveView // of a plan that is routed now, in place of First
}

// A moveView is a delivery of a plan that is routed now.
type moveView struct {
	exchange.Exchange // with that one delivery

	Receiver string
	New      bool     // the receiver did not get it before
	Now      []string // the receivers by the routes in force
}

// A leftOut is why some deliveries are not in a plan.
type leftOut struct {
	Why   exchange.Text
	Count int
}

// A planSeen is what a person saw of a plan.
type planSeen struct{ Matched, Eligible int }

// shownItems is how many items of a plan the page lists.
const shownItems = 20

// leftOutTexts are the reasons for which a delivery is left out, for people.
var leftOutTexts = map[string]exchange.Text{
	replay.OutOfScope:      {EN: "not in the scope of your credential", ZH: "不在您的授权范围内"},
	replay.UnknownReceiver: {EN: "the receiver is no party any more", ZH: "接收方已不是参与方"},
	replay.Suspended:       {EN: "the receiver is suspended: what is addressed to it waits", ZH: "接收方已暂停，待其恢复"},
	replay.NotKept:         {EN: "the envelope is no longer kept: the sender has to send the document again", ZH: "信封已超过保存期限，须由发送方重新报送"},
	replay.InAnotherRun:    {EN: "another run that is not over has it", ZH: "已在另一次未结束的执行中"},
	replay.NotReleased:     {EN: "the exchange was held, and nobody has released it", ZH: "交换被暂扣，尚未放行"},
	replay.Unreadable:      {EN: "the schemas or keys in force do not let the document be read", ZH: "按现行模式或密钥无法读取单证"},
	replay.Unroutable:      {EN: "no route in force takes the document", ZH: "现行路由均不适用于该单证"},
	replay.NotApproved:     {EN: "its joint approval is not complete, or the routes in force ask for one", ZH: "联合审批尚未完成，或现行路由要求联合审批"},
	replay.NoLongerRouted:  {EN: "the routes in force do not lead to the receiver any more", ZH: "现行路由不再发往该接收方"},
	replay.BeyondLimit:     {EN: "beyond what one plan can hold: make another plan afterwards", ZH: "超出单个计划的上限，请随后另行制定计划"},
}

// approvalTexts are the reasons for which another person approves a run, for people.
var approvalTexts = map[string]exchange.Text{
	replay.NeedsCount:  {EN: "it has more deliveries than one person may start", ZH: "交付数量超过一人可启动的上限"},
	replay.NeedsBorder: {EN: "it crosses a border: a receiver is in another country than the sender", ZH: "跨境：接收方与发送方不在同一国家"},
	replay.NeedsRoutes: {EN: "it goes by the routes in force, and not only to the receivers that it had", ZH: "按现行路由发送，不限于原接收方"},
}

// textsOf returns the texts for some keys. A key without a text is its own.
func textsOf(keys []string, texts map[string]exchange.Text) []exchange.Text {
	var all []exchange.Text
	for _, key := range keys {
		text, ok := texts[key]
		if !ok {
			text = exchange.Text{EN: key, ZH: key}
		}
		all = append(all, text)
	}
	return all
}

// runs are the use cases of replay runs.
func (s *Server) runs() *replay.Runs {
	return &replay.Runs{
		Planner: &replay.Planner{Journal: s.Journal, Index: s.Runs, Policy: s.Replay}, Recorder: s.Recorder, Register: s.Runs,
	}
}

// planReplay answers GET /console/replays/new. The filter is in the address; it changes
// nothing.
func (s *Server) planReplay(v *visit) error {
	page, q, err := s.planQuery(v)
	if err != nil {
		return err
	}
	if page.Fields.hasBlanks() {
		return v.redirect(root + "replays/new?" + string(page.Fields.with("", "")))
	}
	scope, err := s.planScope(v, q)
	if err != nil {
		return err
	}
	if err := s.plan(v, page, q, scope); err != nil {
		return err
	}
	return v.afterwards(page.Fields, nil, "planner", page)
}

// requestRun answers POST /console/replays/new: it requests a run of exactly the plan that
// the person saw. A plan that has changed is shown again.
func (s *Server) requestRun(v *visit) error {
	order, err := v.posted()
	if err != nil {
		return err
	}
	page, q, err := s.planQuery(v)
	if err != nil {
		return err
	}
	page.Order = order
	scope, err := s.planScope(v, q)
	if err != nil {
		return err
	}
	o := replay.Order{
		Query: q, Digest: order.text("digest"), Rate: order.count("rate", replay.MaxRate), Actor: v.who.Name, Person: v.who.Subject, Reason: order.reason(), At: time.Now(),
	}
	if page.Fields.OK() && order.OK() {
		var run replay.Run
		if run, err = s.runs().Request(v.ctx(), o, scope); err == nil {
			v.logRun("replay run requested", run, o.Reason)
			return v.redirect(root + "runs/" + run.ID)
		}
		if kind := exchange.KindOf(err); kind != exchange.Stale && kind != exchange.Invalid {
			return err
		}
	}
	if err := s.plan(v, page, q, scope); err != nil {
		return err
	}
	if page.Plan != nil && page.Plan.Digest != o.Digest {
		matched, _ := strconv.Atoi(order.text("matched"))
		eligible, _ := strconv.Atoi(order.text("eligible"))
		page.Before = &planSeen{matched, eligible}
	}
	return v.afterwards(order, err, "planner", page)
}

// plan makes the plan of a page, unless its filter is not complete.
func (s *Server) plan(v *visit, page *plannerPage, q replay.Query, scope replay.Scope) error {
	if !page.Fields.OK() || len(q.Receivers) == 0 {
		return nil
	}
	plan, err := s.runs().Planner.Plan(v.ctx(), q, scope)
	if err != nil {
		return page.Fields.refuseFor(planField(err), err)
	}
	shown := &planView{
		Plan: plan, Now: q.Routing == replay.Now, Rate: s.Replay.Rate, Takes: duration(plan.Takes(s.Replay.Rate), v.lang), Why: textsOf(plan.Approval, approvalTexts),
		First: plan.Shown[:min(shownItems, len(plan.Shown))],
	}
	for _, l := range plan.LeftOut {
		shown.LeftOut = append(shown.LeftOut, leftOut{textsOf([]string{l.Reason}, leftOutTexts)[0], l.Deliveries})
		shown.Left += l.Deliveries
	}
	if shown.Now {
		shown.Moves, shown.First = movesOf(shown.First, plan.Routed), nil
	}
	page.Plan = shown
	return nil
}

// movesOf returns deliveries of a plan with the receivers by the routes in force.
func movesOf(shown []exchange.Exchange, routed [][]string) []moveView {
	var all []moveView
	for i, x := range shown {
		d := x.Deliveries[0]
		all = append(all, moveView{x, d.Receiver, d.Attempt == 0, routed[i]})
	}
	return all
}

// planField returns the field of the filter that an error of a plan is about.
func planField(err error) string {
	if failure, ok := errors.AsType[*exchange.Error](err); ok {
		switch failure.Code {
		case "field-routing", "routing-staff":
			return "routing"
		case "since-missing":
			return "since"
		}
	}
	return "cause"
}

// planScope returns what a plan is made by in addition to its query. One that is routed
// now reads documents, one at a time.
func (s *Server) planScope(v *visit, q replay.Query) (replay.Scope, error) {
	scope := v.who.PlanScope(v.now.InForce, s.Suspended)
	if q.Routing != replay.Now {
		return scope, nil
	}
	scope.Router = exchange.Rerouting{Now: v.now.InForce, Answered: s.answered, Bodies: s.Bodies}
	if err := v.ticket.TakeSlot(); err != nil {
		return scope, err
	}
	return scope, v.ticket.Reserve(s.Admission.Limits().Document)
}

// planQuery reads the filter of a plan, within what the caller may replay.
func (s *Server) planQuery(v *visit) (*plannerPage, replay.Query, error) {
	f := v.fields()
	q := replay.Query{
		Receivers: f.all("receivers"), Sender: f.text("sender"), Kind: f.text("kind"), Number: f.number("number"),
		Cause: f.text("cause"), Since: f.time("since"), Until: f.time("until"),
		Routing: replay.Routing(f.text("routing")),
	}
	if name := f.unknown(); name != "" {
		return nil, q, noSuchFilter(name)
	}
	f.choices["sender"] = v.partyChoices()
	f.choices["routing"] = []choice{{string(replay.Now), v.lang.text(exchange.Text{EN: "by the routes in force", ZH: "按现行路由"})}}
	for _, kind := range v.now.Checks.Kinds() {
		f.choices["kind"] = append(f.choices["kind"], choice{kind, v.lang.text(v.kindName(kind))})
	}
	page := &plannerPage{Fields: f, Filter: f.with("", ""), Order: fieldsOf(nil)}
	known := exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}
	if err := f.refuseFor("kind", known.Check(v.ctx(), q.Kind)); err != nil {
		return nil, q, err
	}
	if err := s.checkParties(v, f, "receivers", "sender"); err != nil {
		return nil, q, err
	}
	if len(q.Receivers) > 0 || v.who.OnlyForParty(access.ReplayDelivery) {
		if err := f.refuseFor("receivers", v.who.ScopeReplay(&q)); err != nil {
			return nil, q, err
		}
	}
	page.Receivers = v.receivers(q.Receivers)
	return page, q, nil
}

// receivers returns the receivers to which the caller may replay, and those that are
// chosen, though they may be no party.
func (v *visit) receivers(chosen []string) []tick {
	var all []tick
	for _, one := range v.partyChoices() {
		set := slices.Contains(chosen, one.Value)
		if set || v.who.CoversPartOf(access.ReplayDelivery, one.Value) {
			all = append(all, tick{one, set})
		}
	}
	for _, id := range chosen {
		if _, known := v.now.Parties.Get(id); !known {
			all = append(all, tick{choice{id, id}, true})
		}
	}
	return all
}

// logRun logs what a person did to a run.
func (v *visit) logRun(what string, run replay.Run, reason string) {
	v.server.Log.Info(what, zap.String("run", run.ID), zap.Int("items", run.Request.Items), zap.String("reason", reason),
		zap.String("actor", v.who.Name), zap.String("request", v.id), zap.String("remote", v.r.RemoteAddr))
}
