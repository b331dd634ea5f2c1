package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/console"
	"beibu/exchange/exchangetest"
	"beibu/exchange/operator/replay"
)

// plannerPath is the planner with a filter for a cause.
const plannerPath = "/console/replays/new?cause=stamp-missing&receivers=" + receiver

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// orderOf returns the form of a page as a person fills it in who gives a reason.
func orderOf(p page, reason string) url.Values {
	form := url.Values{"reason": {reason}}
	for _, found := range hidden.FindAllStringSubmatch(p.html, -1) {
		if found[1] != "back" {
			form.Set(found[1], found[2])
		}
	}
	return form
}

// A plan shows what a run would send again, what it leaves out and why, and changes nothing.
func TestPlan(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1", "ATA-2", "ATA-3")
	w.refused("other", "ATA-4")
	b := w.visit(duty)
	p := b.get(plannerPath)
	for _, want := range []string{"<b>3</b> failed deliveries match", "<b>3</b> would be sent again", "<b>0</b> are left out", "more deliveries than one person", `value="` + receiver + `" checked`} {
		if !strings.Contains(p.html, want) {
			t.Errorf("the plan lacks %q:\n%s", want, p.html)
		}
	}
	if p := b.post(plannerPath, orderOf(p, "mended")); p.status != http.StatusSeeOther {
		t.Fatalf("%d %s", p.status, p.text)
	}
	p = b.get(plannerPath)
	if !strings.Contains(p.text, "3 another run that is not over has it") || !strings.Contains(p.text, "nothing that a run could send again") || strings.Contains(p.html, `name="digest"`) {
		t.Errorf("what a run has is not left out: %s", p.text)
	}
	if p := w.visit(receiver).get("/console/replays/new"); !strings.Contains(p.text, "Nobody else has to approve") || strings.Contains(p.html, `name="receivers" value="`+stranger) {
		t.Errorf("a party plans for itself: %s", p.text)
	}
	for name, want := range map[string]int{watcher: 403, approver: 403, manager: 403, auditor: 403, stranger: 422} {
		if p := w.visit(name).get(plannerPath); p.status != want {
			t.Errorf("%s: %d, want %d", name, p.status, want)
		}
	}
}

// Every reason that a plan can give is in words.
func TestPlanInWords(t *testing.T) {
	for _, reason := range append(replay.LeftOutReasons(), replay.NeedsCount, replay.NeedsBorder, replay.NeedsRoutes) {
		if text := console.PlanText(reason); text.EN == reason || text.ZH == reason || text.ZH == "" {
			t.Errorf("%s has no words: %v", reason, text)
		}
	}
}

// A plan that has changed is shown again with what changed, and what was typed stays; then
// nothing was requested.
func TestPlanThatChanged(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1")
	b := w.visit(duty)
	order := orderOf(b.get(plannerPath), "mended at last")
	w.refused("stamp-missing", "ATA-2")
	p := b.post(plannerPath, order)
	for _, want := range []string{"plan-changed", "matched: 1 → 2", "to send again: 1 → 2", "mended at last"} {
		if p.status != http.StatusConflict || !strings.Contains(p.text, want) {
			t.Errorf("%d, and it lacks %q: %s", p.status, want, p.text)
		}
	}
	if runs := b.get("/console/runs"); !strings.Contains(runs.text, "No run matches") {
		t.Errorf("a run was requested: %s", runs.text)
	}
	if p := b.post(plannerPath, orderOf(p, "mended at last")); p.status != http.StatusSeeOther || !strings.HasPrefix(p.header.Get("Location"), "/console/runs/") {
		t.Errorf("%d %s", p.status, p.text)
	}
}

func TestMistakesInPlans(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1")
	b := w.visit(duty)
	for query, field := range map[string]string{
		"receivers=moon": "receivers", "receivers=" + receiver + "&cause=never": "cause", "receivers=" + receiver + "&kind=letter": "kind",
		"receivers=" + receiver + "&sender=moon": "sender", "receivers=" + receiver + "&since=soon": "since",
	} {
		p := b.get("/console/replays/new?" + query)
		if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-`+field+`"`) || strings.Contains(p.html, `name="digest"`) {
			t.Errorf("%s: %d\n%s", query, p.status, p.html)
		}
	}
	order := orderOf(b.get(plannerPath), " ")
	order.Set("rate", "fast")
	p := b.post(plannerPath, order)
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-reason"`) || !strings.Contains(p.html, `id="mistake-rate"`) || !strings.Contains(p.html, `value="fast"`) {
		t.Errorf("%d\n%s", p.status, p.html)
	}
	if p := b.post(plannerPath, orderOf(p, strings.Repeat("因", exchange.MaxReason/3+1))); p.status != http.StatusUnprocessableEntity {
		t.Errorf("a reason that is too long: %d", p.status)
	}
	if p := b.get("/console/replays/new?colour=red"); p.status != http.StatusBadRequest {
		t.Errorf("%d", p.status)
	}
}

// A plan as routed now shows by name to whom documents would go that did not go there, and
// who is dropped; the approver sees the same, and the timeline says what was done.
func TestPlanAsRoutedNow(t *testing.T) {
	w := newWorld(t)
	w.refused("stamp-missing", "ATA-1")
	x := w.send("ATA-2", exchangetest.Consigned)
	w.leadElsewhere(receiver, stranger)
	const path = "/console/replays/new?receivers=" + receiver + "&receivers=" + stranger + "&routing=now"
	b := w.visit(duty)
	if p := b.get(path); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-since"`) {
		t.Errorf("without a time: %d\n%s", p.status, p.html)
	}
	if p := b.get(path + "x&number=ATA-1"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-routing"`) {
		t.Errorf("an unknown routing: %d\n%s", p.status, p.html)
	}
	p := b.get(path + "&since=2026-01-01+08:00")
	for _, want := range []string{
		"3 deliveries match", "2 would be sent", "1 are left out", "1 the routes in force do not lead to the receiver any more",
		"New receivers: Oceanic Administration of Guangxi (2)", "nothing is sent there: ", "(2)", "Documents read again: 2", "and not only to the receivers that it had", "if the routes have changed since the plan",
	} {
		if !strings.Contains(p.text, want) {
			t.Errorf("the plan lacks %q: …%s", want, p.text[max(0, strings.LastIndex(p.text, "Failures by cause")):])
		}
	}
	order := b.post(path+"&since=2026-01-01+08:00", orderOf(p, "moved"))
	if order.status != http.StatusSeeOther {
		t.Fatalf("%d %s", order.status, order.text)
	}
	run := order.header.Get("Location")
	other := w.visit(approver)
	form := other.get(run)
	if !strings.Contains(form.text, "New receivers: Oceanic Administration of Guangxi (2)") || !strings.Contains(form.text, "by the routes in force") {
		t.Errorf("the approver does not see it: %s", form.text)
	}
	if p := other.post(run+"/approve", orderOf(form, "seen")); p.status != http.StatusSeeOther {
		t.Fatalf("%d %s", p.status, p.text)
	}
	w.lead()
	w.lead()
	if p := b.get("/console/exchanges/" + x.ID.String()); strings.Contains(p.text, "readdressed") {
		t.Errorf("the second is readdressed in the first step: %s", p.text)
	}
	first := w.Await(t, w.only("ATA-1"), func(x exchange.Exchange) bool { return x.EnvelopeFor(stranger) != x.Body })
	if p := b.get("/console/exchanges/" + first.ID.String()); !strings.Contains(p.text, "readdressed moved by "+duty) {
		t.Errorf("the timeline does not say it: %s", p.text)
	}
	if p := w.visit(stranger).post("/console/exchanges/"+first.ID.String()+"/envelope", nil); !strings.Contains(p.html, "<Readdressed>") {
		t.Errorf("the receiver gets another envelope: %d %.200s", p.status, p.html)
	}
}

// only returns the one exchange of a document.
func (w *world) only(number string) exchange.Exchange {
	w.t.Helper()
	page, _, err := w.Journal.Exchanges(w.t.Context(), exchange.Query{Number: number})
	if err != nil || len(page) != 1 {
		w.t.Fatalf("%d exchanges, %v", len(page), err)
	}
	return page[0]
}

// leadElsewhere puts routes in force that lead documents of one receiver to another.
func (w *world) leadElsewhere(from, to string) {
	w.t.Helper()
	all, table := w.InForce.Parties.All(), w.InForce.Routes.Table()
	for i := range all {
		if all[i].ID == to {
			all[i].Receives = append(slices.Clone(all[i].Receives), "ata-carnet", "ata-reexportation-proof", "ata-reexportation-request", "ata-reexportation-reminder")
		}
	}
	for i := range table {
		table[i].To = slices.Clone(table[i].To)
		if at := slices.Index(table[i].To, from); at >= 0 && slices.Contains(table[i].Kinds, "ata-carnet") {
			table[i].To[at] = to
		}
	}
	now := *w.InForce
	var err error
	now.Parties, err = exchange.NewParties(all)
	must(w.t, err)
	now.Routes, err = exchange.NewRoutes(table, now.Parties)
	must(w.t, err)
	w.InForce = &now
	w.swapAccess(credentials()...)
}
