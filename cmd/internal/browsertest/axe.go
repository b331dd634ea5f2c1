package browsertest

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axeScript is axe-core 4.14.1 (MPL-2.0, its licence is beside it), which judges whether
// a page can be used by everybody. Only tests have it.
//
//go:embed testdata/axe.min.js
var axeScript string

// rules of WCAG 2.2 at the levels A and AA, by the tags of axe-core.
const axeRun = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => r.violations
	.filter(v => v.impact === "serious" || v.impact === "critical")
	.map(v => v.id + " (" + v.impact + "): " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html + " " + n.failureSummary).join(" | ")))`

// Barriers opens an address and returns what axe-core finds serious or critical there:
// what keeps somebody from using the page, as it is at first and with each thing that it
// folds up open. What does not fit into the window then is a barrier, too. Policies of the
// page are not obeyed in the tab from then on, since they would forbid the judge.
func (t *Tab) Barriers(address string) []string {
	t.tb.Helper()
	t.Do("judge "+address,
		command(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}), chromedp.Navigate(address),
		chromedp.Evaluate[chromedp.Void](axeScript),
	)
	all := t.judge(address)
	for _, what := range t.Folded() {
		t.Unfold(what)
		all = append(all, t.judge(address+" with "+what+" open")...)
	}
	return all
}

// judge returns what axe-core finds on the page as it is now.
func (t *Tab) judge(place string) []string {
	t.tb.Helper()
	found := ask(t, "judge "+place, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
	if t.Overflows() {
		found = append(found, "reflow (serious): it is wider than the window")
	}
	for i, f := range found {
		found[i] = fmt.Sprintf("%s: %s", place, strings.Join(strings.Fields(f), " "))
	}
	return found
}
