package console

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/facts/codes"
	"beibu/exchange/judge"
	"beibu/exchange/judge/approval"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/kinds"
	"beibu/exchange/operator"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/replay"
)

// functions returns what templates can call. They answer for the visit of a set.
func functions(of *set) template.FuncMap {
	return template.FuncMap{
		"t":           func(en, zh string) string { return of.visit.lang.text(exchange.Text{EN: en, ZH: zh}) },
		"text":        func(text exchange.Text) string { return of.visit.lang.text(text) },
		"lang":        func() string { return string(of.visit.lang) },
		"nonce":       func() string { return of.visit.nonce },
		"static":      func(name string) (string, error) { return of.visit.server.assets.url(name) },
		"may":         func(action string) (bool, error) { return of.visit.mayCalled(action) },
		"kind":        func(id string) exchange.Text { return of.visit.kindName(id) },
		"alertPage":   func(a alert.Alert) template.URL { return of.visit.alertPage(a) },
		"summary":     func(a alert.Alert) []alertPart { return of.visit.summary(a) },
		"nextStep":    func(a alert.Alert) []alertPart { return of.visit.nextStep(a) },
		"emptyAs":     func(f fieldView, text string) fieldView { f.Empty = text; return f },
		"party":       func(id string) partyView { return of.visit.partyView(id) },
		"state":       func(s exchange.State) stateView { return stateViewOf(s, of.visit.lang) },
		"verdict":     verdictViewOf,
		"status":      func(s replay.Status) shown[replay.Status] { return shownAs(s, statuses) },
		"step":        func(s operator.Step) string { return of.visit.step(s) },
		"way":         wayText,
		"outcome":     func(o operator.Outcome) exchange.Text { return outcomeTexts[o] },
		"audience":    audienceText,
		"here":        func() string { return of.visit.here() },
		"isSet":       func(id uuid.UUID) bool { return id != uuid.Nil },
		"progress":    progressOf,
		"itemState":   func(s replay.ItemState) shown[replay.ItemState] { return shownAs(s, outcomes) },
		"time":        func(at time.Time) timeView { return timeViewOf(at) },
		"took":        func(from, to time.Time) string { return duration(to.Sub(from), of.visit.lang) },
		"age":         func(since time.Time) string { return duration(of.visit.began.Sub(since), of.visit.lang) },
		"field":       func(f *fields, name, label string) fieldView { return f.view(name, label) },
		"size":        func(bytes int) string { return size(int64(bytes)) },
		"bytes":       size,
		"join":        strings.Join,
		"roundState":  func(s approval.State) shown[approval.State] { return shownAs(s, roundStates) },
		"transaction": func(state string) stateView { return transactionViewOf(state, of.visit.lang) },
		"movement":    func(m string) string { return of.visit.lang.text(movementTitles[m]) },
		"deadline":    func(t judge.Timer) deadlineView { return deadlineViewOf(t) },
		"position":    func(s ledger.State) stateView { return positionViewOf(s, of.visit.lang) },
	}
}

// mayCalled reports whether the caller may do an action, by its name. It fails if there is
// no such action, so that a misspelt one hides nothing for good.
func (v *visit) mayCalled(name string) (bool, error) {
	all := access.Actions()
	at := slices.IndexFunc(all, func(a access.Action) bool { return a.String() == name })
	if at < 0 {
		return false, fmt.Errorf("there is no action %q", name)
	}
	return v.may(all[at]), nil
}

// menu returns the pages that the caller may see.
func (v *visit) menu() []menuEntry {
	var all []menuEntry
	for _, one := range v.server.rows {
		if !one.menu || !v.may(one.action) {
			continue
		}
		_, path, _ := strings.Cut(strings.TrimSuffix(one.pattern, "{$}"), " ")
		current := v.r.URL.Path == path || path != root && strings.HasPrefix(v.r.URL.Path, path+"/")
		all = append(all, menuEntry{path, one.title, current})
	}
	return all
}

// rolesOf returns roles, for people.
func (v *visit) rolesOf(some access.Role) string {
	if v.lang == chinese {
		return some.Chinese()
	}
	return strings.Join(some.Names(), ", ")
}

// here returns the address of the page, to come back to after an action. A sign-in by an
// issuer is not to be repeated.
func (v *visit) here() string {
	if strings.HasPrefix(v.r.URL.Path, root+"oidc/") {
		return root + "sign-in"
	}
	if v.r.Method == http.MethodGet {
		return v.r.URL.RequestURI()
	}
	return v.back(root)
}

// A partyView is how a party is shown.
type partyView struct{ ID, Name string }

func (v *visit) partyView(id string) partyView {
	if p, ok := v.now.Parties.Get(id); ok {
		return partyView{id, v.lang.text(p.Name)}
	}
	return partyView{id, id}
}

// kindName returns the name of a kind for people: its own word if no kind in force has it.
func (v *visit) kindName(id string) exchange.Text {
	if v.kinds == nil {
		v.kinds = make(map[string]exchange.Text)
		for _, k := range (kinds.Book{InForce: v.now.InForce}).List(v.began) {
			v.kinds[k.Kind] = k.Name
		}
	}
	if name, ok := v.kinds[id]; ok {
		return name
	}
	return exchange.Text{EN: id, ZH: id}
}

// A stateView is how a state is shown.
type stateView struct {
	Name  exchange.State
	Title string
	Class string // good, bad, busy or held
}

// stateTitles are the states for people, as the glossary has them.
var stateTitles = map[exchange.State]struct {
	exchange.Text
	class string
}{
	exchange.SubmissionAcceptance:   {exchange.Text{EN: "accepted", ZH: "已接收"}, "busy"},
	exchange.SubmissionHeld:         {exchange.Text{EN: "held", ZH: "待审"}, "held"},
	exchange.SubmissionRejection:    {exchange.Text{EN: "returned", ZH: "已退单"}, "bad"},
	exchange.ContentConsignment:     {exchange.Text{EN: "waiting", ZH: "待提取"}, "busy"},
	exchange.ContentHandover:        {exchange.Text{EN: "fetched", ZH: "已提取"}, "busy"},
	exchange.ConsignmentAcceptance:  {exchange.Text{EN: "acknowledged", ZH: "已签收"}, "good"},
	exchange.ConsignmentRejection:   {exchange.Text{EN: "refused", ZH: "已拒收"}, "bad"},
	exchange.ContentHandoverFailure: {exchange.Text{EN: "given up", ZH: "交付失败"}, "bad"},
	exchange.HandoverAttempt:        {exchange.Text{EN: "attempt", ZH: "尝试"}, "busy"},
}

func stateViewOf(s exchange.State, in language) stateView {
	one, ok := stateTitles[s]
	if !ok {
		return stateView{s, string(s), ""}
	}
	return stateView{s, in.text(one.Text), one.class}
}

// A verdictView is how a verdict of an answer is shown.
type verdictView struct {
	Text  exchange.Text
	Class string
}

func verdictViewOf(v codes.Verdict) verdictView {
	classes := map[codes.Verdict]string{
		codes.Accepted: "good", codes.Conditional: "held", codes.PartlyRejected: "bad", codes.Rejected: "bad",
	}
	return verdictView{exchange.VerdictWords(v), classes[v]}
}

// port is the time zone of the ports, which has no daylight saving time.
var port = time.FixedZone("Asia/Shanghai", 8*60*60)

// A timeView is how a time is shown: that of the ports, and UTC for who asks.
type timeView struct{ Local, UTC, Machine string }

func timeViewOf(at time.Time) timeView {
	if at.IsZero() {
		return timeView{}
	}
	return timeView{
		at.In(port).Format(time.DateTime), at.UTC().Format("2006-01-02 15:04:05.000000 UTC"), at.UTC().Format(time.RFC3339Nano),
	}
}

// duration writes a duration for people, in its largest two units.
func duration(d time.Duration, in language) string {
	units := []struct {
		one    time.Duration
		en, zh string
	}{{24 * time.Hour, "d", "天"}, {time.Hour, "h", "小时"}, {time.Minute, "min", "分"}, {time.Second, "s", "秒"}, {time.Millisecond, "ms", "毫秒"}}
	d = max(d, 0)
	for i, u := range units {
		if d < u.one && i < len(units)-1 {
			continue
		}
		text := fmt.Sprintf("%d %s", d/u.one, in.text(exchange.Text{EN: u.en, ZH: u.zh}))
		if rest := d % u.one; i < len(units)-2 && rest >= units[i+1].one {
			next := units[i+1]
			text += fmt.Sprintf(" %d %s", rest/next.one, in.text(exchange.Text{EN: next.en, ZH: next.zh}))
		}
		return text
	}
	return ""
}

// size writes a number of bytes for people.
func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}
