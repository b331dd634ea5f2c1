package console

import (
	"strings"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/replay"
)

// Pages returns the paths of all pages.
func Pages() []string {
	var all []string
	for _, one := range (&Server{}).screens() {
		method, path, _ := strings.Cut(one.pattern, " ")
		if method == "GET" && one.title.EN != "" {
			all = append(all, path)
		}
	}
	return all
}

// PlanText returns the words for a reason of a plan.
func PlanText(reason string) exchange.Text {
	if text, ok := leftOutTexts[reason]; ok {
		return text
	}
	return textsOf([]string{reason}, approvalTexts)[0]
}

// StatusText returns the words for a status of a run.
func StatusText(s replay.Status) exchange.Text { return shownAs(s, statuses).Title }

// WayText returns the words for a way in.
func WayText(w exchange.Way) exchange.Text { return wayText(w) }

// AlertPage returns the page to which an alert leads a caller.
func AlertPage(who access.Principal, a alert.Alert) string {
	return string((&visit{who: who}).alertPage(a))
}
