package console

import (
	"context"
	"html/template"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/export"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
	"beibu/queue"
)

// A selfPage is who the caller is, and what it may do.
type selfPage struct {
	Name, Party string
	Grants      []grantRow
	May         []string
	BreakGlass  bool
}

// A grantRow is roles, and to what they apply.
type grantRow struct {
	Roles string
	Scope access.Limits
}

// showSelf answers GET /console/self.
func (s *Server) showSelf(v *visit) error {
	page := selfPage{Name: v.who.Name, Party: v.who.Party, May: v.who.Permitted(), BreakGlass: v.who.BreakGlass}
	for _, g := range v.who.Grants {
		page.Grants = append(page.Grants, grantRow{v.rolesOf(g.Roles), g.Scope.Limits()})
	}
	return v.render("self", page)
}

// An auditPage is a page of what people did, newest first.
type auditPage struct {
	neighbours

	Fields *fields
	Events []auditRow
	Filter template.URL
}

// An auditRow is an event for people.
type auditRow struct {
	exchange.Event

	What exchange.Text
}

// eventTexts are the events of the audit, for people. Others are shown by their names.
var eventTexts = map[exchange.State]exchange.Text{
	exchange.SignedIn: {EN: "signed in", ZH: "登录"}, exchange.SignedOut: {EN: "signed out", ZH: "退出"}, exchange.SignedOutByIssuer: {EN: "was signed out by the issuer", ZH: "由身份提供方退出"},
	exchange.PersonalDataRead: {EN: "read personal data", ZH: "查看个人信息"}, exchange.RefusalsExamined: {EN: "examined refused documents", ZH: "检查退单"}, exchange.BreakGlassUsed: {EN: "used an account for emergencies", ZH: "使用应急账户"},
	exchange.PartySuspended: {EN: "suspended a party", ZH: "暂停参与方"}, exchange.PartyResumed: {EN: "resumed a party", ZH: "恢复参与方"}, exchange.PartyTested: {EN: "tested a party", ZH: "测试送达"},
	exchange.BreakerOpened: {EN: "breaker opened", ZH: "熔断器断开"}, exchange.BreakerClosed: {EN: "breaker closed", ZH: "熔断器闭合"},
	alert.AlertFired: {EN: "alert fired", ZH: "告警触发"}, alert.AlertResolved: {EN: "alert resolved", ZH: "告警解除"}, alert.AlertsTaken: {EN: "alerts were sent", ZH: "告警已送出"},
	replay.RunRequested: {EN: "requested a replay run", ZH: "提出重放执行"}, replay.RunApproved: {EN: "approved a replay run", ZH: "批准重放执行"},
	replay.RunLapsed: {EN: "replay run lapsed", ZH: "重放执行失效"}, replay.RunStep: {EN: "next step of a replay run", ZH: "重放进入下一步"},
	replay.RunItems: {EN: "deliveries of a replay run", ZH: "重放执行的交付"}, replay.RunPaused: {EN: "paused a replay run", ZH: "暂停重放执行"},
	replay.RunStopped: {EN: "replay run stopped", ZH: "重放执行停止"}, replay.RunResumed: {EN: "resumed a replay run", ZH: "恢复重放执行"},
	replay.RunCancelled: {EN: "cancelled a replay run", ZH: "取消重放执行"}, replay.RunFinished: {EN: "replay run finished", ZH: "重放执行完成"},
	views.ViewSaved: {EN: "saved a view", ZH: "保存视图"}, views.ViewRenamed: {EN: "renamed a view", ZH: "重命名视图"}, views.ViewDeleted: {EN: "deleted a view", ZH: "删除视图"},
}

// rowsOf returns events for people.
func rowsOf(events []exchange.Event) []auditRow {
	var rows []auditRow
	for _, e := range events {
		what, known := eventTexts[e.Name]
		if !known {
			what = exchange.Text{EN: string(e.Name), ZH: string(e.Name)}
		}
		rows = append(rows, auditRow{e, what})
	}
	return rows
}

// subjectTexts are what events of the audit are about, for people.
var subjectTexts = map[string]exchange.Text{
	"run": {EN: "replay run", ZH: "重放执行"}, "approval": {EN: "approval", ZH: "审批"}, "party": {EN: "party", ZH: "参与方"}, "key": {EN: "key", ZH: "密钥"},
	"rating": {EN: "rating", ZH: "评价"}, "action": {EN: "person or account", ZH: "人员或账户"}, "alert": {EN: "alert", ZH: "告警"},
	"view": {EN: "saved view", ZH: "已保存的视图"},
}

// auditQuery reads the filters of the audit.
func (s *Server) auditQuery(v *visit) (*fields, exchange.AuditQuery, error) {
	form := v.fields()
	kind := form.text("subject")
	q := exchange.AuditQuery{ID: form.text("id"), Since: form.time("since"), After: form.cursor(), Down: true}
	if name := form.unknown(); name != "" {
		return form, q, noSuchFilter(name)
	}
	for _, name := range queue.SubjectKinds()[2:] { // exchanges and refusals have lists of their own
		form.choices["subject"] = append(form.choices["subject"], choice{name, v.lang.text(subjectTexts[name])})
		if name == kind {
			q.Kind, _ = queue.ParseSubjectKind(name)
		}
	}
	switch {
	case kind != "" && q.Kind == queue.SubjectExchange:
		form.refuse("subject", "there is no such subject", "没有该类对象")
	case kind == "" && q.ID != "":
		form.refuse("id", "choose also what it is", "请同时选择对象类别")
	case q.Kind == queue.SubjectParty:
		return form, q, s.checkParties(v, form, "id")
	}
	return form, q, nil
}

// listAudit answers GET /console/audit. It shows every suspension and every end of a session
// that this node obeys.
func (s *Server) listAudit(v *visit) error {
	form, q, err := s.auditQuery(v)
	if err != nil {
		return err
	}
	if form.hasBlanks() {
		return v.redirect(root + "audit?" + string(form.with("", "")))
	}
	if err := s.addViews(v, views.Audit, form); err != nil {
		return err
	}
	page := auditPage{Fields: form, Filter: form.with("cursor", "")}
	if !form.OK() {
		return v.afterwards(form, nil, "audit", page)
	}
	if err := s.Suspended.AwaitIn(v.ctx(), s.Recorder.Fold); err != nil {
		return err
	}
	if err := s.SignIns.AwaitIn(v.ctx(), s.Recorder.Fold); err != nil {
		return err
	}
	found, next, err := v.who.Events(v.ctx(), s.Audit, q)
	if err != nil {
		return err
	}
	page.Events = rowsOf(found)
	page.neighbours = form.neighbours(next)
	return v.render("audit", page)
}

// exportAudit answers GET /console/audit.csv and …ndjson with all events that are found.
func (s *Server) exportAudit(v *visit, as export.Form) error {
	form, q, err := s.auditQuery(v)
	if err != nil {
		return err
	}
	if !form.OK() {
		return v.redirect(root + "audit?" + string(form.with("", ""))) // the mistake is shown there
	}
	if err := v.ticket.ReserveList(exchange.MaxPage); err != nil {
		return err
	}
	list := export.Audit(func(ctx context.Context, cursor int64) ([]exchange.Event, int64, error) {
		q.After, q.Limit = cursor, export.PageSize
		return v.who.Events(ctx, s.Audit, q)
	})
	found, next, err := readPage(v, list, 0)
	if err != nil {
		return err
	}
	sendFile(v, as, filterOf(form), list, found, next)
	return nil
}
