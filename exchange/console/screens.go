package console

import (
	"net/http"
	"slices"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/export"
)

// A screen is one row of the console: a page, an action, a file, or a part that follows
// the record.
type screen struct {
	pattern string // method and path, as for http.ServeMux
	action  access.Action
	title   exchange.Text // of a page; zero for what is none
	menu    bool          // the page is in the navigation
	live    bool          // it is not over until its caller leaves
	alike   bool          // a live part is the same for all callers with the same rights
	serve   func(*visit) error
}

// screens is the whole console. Rows are in the order of the navigation.
func (s *Server) screens() []screen {
	return slices.Concat(s.entrance(), s.traffic(), s.replays(), s.reference(), s.oversight())
}

// entrance returns the ways in, and the first page.
func (s *Server) entrance() []screen {
	return []screen{
		{pattern: "GET /console/sign-in", action: access.ReadPublic, title: exchange.Text{EN: "Sign in", ZH: "登录"}, serve: s.showSignIn},
		{pattern: "POST /console/sign-in", action: access.ReadPublic, title: exchange.Text{EN: "Sign in", ZH: "登录"}, serve: s.signIn},
		{pattern: "GET /console/oidc/start", action: access.ReadPublic, title: exchange.Text{EN: "Sign in", ZH: "登录"}, serve: s.startSignIn},
		{pattern: "GET /console/oidc/callback", action: access.ReadPublic, title: exchange.Text{EN: "Sign in", ZH: "登录"}, serve: s.finishSignIn},
		{pattern: "POST /console/oidc/logout", action: access.ReadPublic, serve: s.logOut},
		{pattern: "POST /console/sign-out", action: access.ReadPublic, serve: s.signOut},
		{pattern: "POST /console/language", action: access.ReadPublic, serve: s.chooseLanguage},

		{pattern: "GET /console/{$}", action: access.ReadCatalogue, title: exchange.Text{EN: "Now", ZH: "当前状况"}, menu: true, serve: s.showNow},
		{pattern: "GET /console/live", action: access.ReadCatalogue, live: true, alike: true, serve: s.followNow},
	}
}

// traffic returns the screens of documents: those that were accepted, those that were not, and what failed.
func (s *Server) traffic() []screen {
	return []screen{
		{pattern: "GET /console/exchanges", action: access.ReadExchanges, title: exchange.Text{EN: "Exchanges", ZH: "交换"}, menu: true, serve: s.listExchanges},
		{pattern: "GET /console/exchanges.csv", action: access.ReadExchanges, serve: func(v *visit) error { return s.exportExchanges(v, export.CSV) }},
		{pattern: "GET /console/exchanges.ndjson", action: access.ReadExchanges, serve: func(v *visit) error { return s.exportExchanges(v, export.Lines) }},
		{pattern: "GET /console/exchanges/live", action: access.ReadExchanges, live: true, alike: true, serve: s.followExchanges},
		{pattern: "GET /console/exchanges/{id}", action: access.ReadExchanges, title: exchange.Text{EN: "Exchange", ZH: "交换"}, serve: s.showExchange},
		{pattern: "GET /console/exchanges/{id}/receipt", action: access.ReadExchanges, serve: s.downloadReceipt},
		{pattern: "POST /console/exchanges/{id}/reading", action: access.ReadPersonal, serve: s.showPersonal},
		{pattern: "POST /console/exchanges/{id}/document", action: access.ReadPersonal, serve: func(v *visit) error { return s.download(v, exchange.FormDocument) }},
		{pattern: "POST /console/exchanges/{id}/envelope", action: access.ReadPersonal, serve: func(v *visit) error { return s.download(v, exchange.FormEnvelope) }},
		{pattern: "POST /console/exchanges/{id}/release", action: access.DecideHeld, serve: s.releaseHeld},
		{pattern: "POST /console/exchanges/{id}/refuse", action: access.DecideHeld, serve: s.refuseHeld},

		{pattern: "GET /console/refusals", action: access.ReadRefusals, title: exchange.Text{EN: "Refusals", ZH: "退单"}, menu: true, serve: s.listRefusals},
		{pattern: "GET /console/refusals/{id}", action: access.ReadRefusals, title: exchange.Text{EN: "Refusal", ZH: "退单"}, serve: s.showRefusal},
		{pattern: "POST /console/refusals/{id}/reading", action: access.ReadPersonal, title: exchange.Text{EN: "Refusal", ZH: "退单"}, serve: s.showRefusedPersonal},
		{pattern: "POST /console/refusals/{id}/document", action: access.ReadPersonal, serve: s.downloadRefused},
		{pattern: "POST /console/refusals/{id}/examine", action: access.ExamineRefusal, title: exchange.Text{EN: "Refusal", ZH: "退单"}, serve: s.examineAgain},
		{pattern: "POST /console/refusals/examine-kept", action: access.ExamineRefusal, title: exchange.Text{EN: "Refusals examined again", ZH: "退单复查"}, serve: s.examineKept},
		{pattern: "GET /console/refusals/examine", action: access.ExamineRefusal, title: exchange.Text{EN: "Examine a document", ZH: "检查单证"}, serve: s.showExamine},
		{pattern: "POST /console/refusals/examine", action: access.ExamineRefusal, title: exchange.Text{EN: "Examine a document", ZH: "检查单证"}, serve: s.examine},

		{pattern: "GET /console/failures", action: access.ReadExchanges, title: exchange.Text{EN: "Failures", ZH: "失败原因"}, menu: true, serve: s.listFailures},
		{pattern: "GET /console/failures.csv", action: access.ReadExchanges, serve: func(v *visit) error { return s.exportFailures(v, export.CSV) }},
		{pattern: "GET /console/failures.ndjson", action: access.ReadExchanges, serve: func(v *visit) error { return s.exportFailures(v, export.Lines) }},
		{pattern: "GET /console/replays/new", action: access.ReplayDelivery, title: exchange.Text{EN: "Plan a replay", ZH: "制定重放计划"}, serve: s.planReplay},
		{pattern: "POST /console/replays/new", action: access.ReplayDelivery, title: exchange.Text{EN: "Plan a replay", ZH: "制定重放计划"}, serve: s.requestRun},
	}
}

// replays returns the screens of what is sent again, and of approvals.
func (s *Server) replays() []screen {
	return []screen{
		{pattern: "GET /console/runs", action: access.ReadRuns, title: exchange.Text{EN: "Replay runs", ZH: "重放执行"}, menu: true, serve: s.listRuns},
		{pattern: "GET /console/runs/{id}", action: access.ReadRuns, title: exchange.Text{EN: "Replay run", ZH: "重放执行"}, serve: s.showRun},
		{pattern: "GET /console/runs/{id}/live", action: access.ReadRuns, live: true, serve: s.followRun},
		{pattern: "POST /console/runs/{id}/approve", action: access.ApproveReplay, serve: s.approveRun},
		{pattern: "POST /console/runs/{id}/pause", action: access.ReplayDelivery, serve: s.pauseRun},
		{pattern: "POST /console/runs/{id}/resume", action: access.ReplayDelivery, serve: s.resumeRun},
		{pattern: "POST /console/runs/{id}/cancel", action: access.ReplayDelivery, serve: s.cancelRun},
		{pattern: "GET /console/approvals", action: access.ApproveReplay, title: exchange.Text{EN: "Approvals", ZH: "审批"}, menu: true, serve: s.listApprovals},
	}
}

// reference returns the screens of parties and of what holds for documents.
func (s *Server) reference() []screen {
	return []screen{
		{pattern: "GET /console/parties", action: access.ReadCatalogue, title: exchange.Text{EN: "Parties", ZH: "参与方"}, menu: true, serve: s.listParties},
		{pattern: "GET /console/parties/{id}", action: access.ReadCatalogue, title: exchange.Text{EN: "Party", ZH: "参与方"}, serve: s.showParty},
		{pattern: "POST /console/parties/{id}/suspend", action: access.SuspendParty, serve: func(v *visit) error { return s.suspendParty(v, true) }},
		{pattern: "POST /console/parties/{id}/resume", action: access.SuspendParty, serve: func(v *visit) error { return s.suspendParty(v, false) }},
		{pattern: "POST /console/parties/{id}/test", action: access.TestEndpoint, serve: s.testParty},

		{pattern: "POST /console/holders", action: access.ReadExchanges, serve: s.searchHolder},
		{pattern: "GET /console/lanes", action: access.ReadExchanges, title: exchange.Text{EN: "Lane", ZH: "车柜单证"}, menu: true, serve: s.showLane},
		{pattern: "GET /console/balances", action: access.ReadExchanges, title: exchange.Text{EN: "Balances", ZH: "余量"}, menu: true, serve: s.showBalance},
		{pattern: "GET /console/deadlines", action: access.ReadExchanges, title: exchange.Text{EN: "Deadlines", ZH: "期限"}, menu: true, serve: s.listDeadlines},
		{pattern: "GET /console/joint-approvals", action: access.ReadExchanges, title: exchange.Text{EN: "Joint approvals", ZH: "联合审批"}, menu: true, serve: s.listJointApprovals},
		{pattern: "GET /console/views/{id}", action: access.KeepViews, serve: s.openView},
		{pattern: "POST /console/views", action: access.KeepViews, serve: s.saveView},
		{pattern: "POST /console/views/{id}/name", action: access.KeepViews, serve: s.renameView},
		{pattern: "POST /console/views/{id}/delete", action: access.KeepViews, serve: s.deleteView},
		{pattern: "GET /console/routes", action: access.ReadRoutes, title: exchange.Text{EN: "Routes", ZH: "路由"}, menu: true, serve: s.listRoutes},
		{pattern: "GET /console/try", action: access.CheckDocument, title: exchange.Text{EN: "Try a document", ZH: "试检单证"}, menu: true, serve: s.showTrial},
		{pattern: "POST /console/try", action: access.CheckDocument, title: exchange.Text{EN: "Try a document", ZH: "试检单证"}, serve: s.tryDocument},
		{pattern: "GET /console/catalogue", action: access.ReadCatalogue, title: exchange.Text{EN: "Services", ZH: "服务事项"}, menu: true, serve: s.showServices},
		{pattern: "GET /console/kinds", action: access.ReadCatalogue, title: exchange.Text{EN: "Kinds and rules", ZH: "单证与规则"}, menu: true, serve: s.listKinds},
		{pattern: "GET /console/kinds/{kind}", action: access.ReadCatalogue, title: exchange.Text{EN: "Kind", ZH: "单证种类"}, serve: s.showKind},
		{pattern: "GET /console/kinds/{kind}/samples/{name}", action: access.ReadCatalogue, serve: s.downloadSample},
		{pattern: "GET /console/rules", action: access.ReadCatalogue, title: exchange.Text{EN: "Rules", ZH: "规则"}, serve: s.listRules},
	}
}

// oversight returns the screens of who did what, and of the daemon.
func (s *Server) oversight() []screen {
	return []screen{
		{pattern: "GET /console/audit", action: access.ReadAudit, title: exchange.Text{EN: "Audit", ZH: "审计"}, menu: true, serve: s.listAudit},
		{pattern: "GET /console/audit.csv", action: access.ReadAudit, serve: func(v *visit) error { return s.exportAudit(v, export.CSV) }},
		{pattern: "GET /console/audit.ndjson", action: access.ReadAudit, serve: func(v *visit) error { return s.exportAudit(v, export.Lines) }},
		{pattern: "GET /console/diagnostics", action: access.ReadDiagnostics, title: exchange.Text{EN: "Diagnostics", ZH: "诊断"}, menu: true, serve: s.showDiagnostics},
		{pattern: "GET /console/self", action: access.ReadCatalogue, title: exchange.Text{EN: "Who am I", ZH: "我的权限"}, serve: s.showSelf},
	}
}

// mount puts a screen into the mux.
func (s *Server) mount(one screen) {
	s.mux.HandleFunc(one.pattern, func(w http.ResponseWriter, r *http.Request) {
		v := s.newVisit(w, r)
		v.screen = one
		defer v.finish()
		v.bound() //nolint:contextcheck // the visit has its own
		defer v.cancel()
		err := v.admit() //nolint:contextcheck // the visit has its own
		if err == nil {
			err = one.serve(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}
