package httpapi_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/facts"
	"beibu/exchange/httpapi"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

// person begins all that is about a person in the documents of these tests.
const person = "chris-doe-"

// withPeople returns a document whose personal texts are people, and how many.
func withPeople(t *testing.T, kind string, document []byte) (string, int) {
	t.Helper()
	tables, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := strict.Parse(document, strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	personal, text, behind, count := facts.PersonalIn(tables[kind]), "", 0, 0
	for i := range tree.Len() {
		n := tree.Element(int32(i) + 1)
		if n.Text() == "" || !personal.Includes(n) || coded.MatchString(n.Local()) {
			continue
		}
		count++
		text += string(document[behind:n.From()]) + fmt.Sprintf("%s%d@person.example", person, count)
		behind = n.To()
	}
	return text + string(document[behind:]), count
}

// coded finds the names of elements whose texts are of a list or a form.
var coded = regexp.MustCompile(`Code$|ID$|Date$|^Country|Quantity$|^PostalZone$`)

// quoting is a rule that holds a document for what it quotes of a person.
var quoting = rules.Rule{
	Code: "TEST-4", Severity: rules.Hold, Source: "test", EN: "{0} is odd", ZH: "{0} 存疑",
	Check: func(d *rules.Document, report rules.Report) {
		if phone := d.Root.Find("HolderParty/Contact/Telephone"); strings.Contains(d.Root.Find("ID").Text(), "QUOTE") {
			report(phone, phone.Text())
		}
	},
}

// What is about a person leaves a document by no answer to the staff without a reason, no
// line of the log and no metric, whether the document is accepted, held, refused, failed,
// replayed or damaged.
func TestPersonalDataStaysInDocuments(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	set, err := rules.NewSet(append(slices.Clone(testRules(t).All()), quoting))
	if err != nil {
		t.Fatal(err)
	}
	w.change(func(now *exchange.InForce) { now.Checks = exchange.NewChecks(now.Checks.Schemas(), set) })
	w.changeParties(func(p *exchange.Party) {
		p.Refusals.Keep = time.Hour
		if p.ID == port {
			p.Sends, p.OnBehalfOf = nil, []string{"gx-commerce", "gx-customs", receiver, "qinzhou-customs", "window-th", "window-vn", "window-my", "window-sg"}
			for _, kind := range w.current.Load().Checks.Schemas().Kinds() {
				p.Sends = append(p.Sends, string(kind.Kind))
			}
		}
	})
	w.swapAccess(append(credentials(), w.roleCredentials()...)...)
	ids := w.live(t)
	said := w.readable(t, ids)
	for what, text := range said {
		if at := strings.Index(text, person); at >= 0 {
			t.Errorf("%s has personal data: %.200s", what, text[max(0, at-100):])
		}
	}
	if held := said["security-officer /v1/exchanges/"+ids.quoted]; !strings.Contains(held, "TEST-4") || !strings.Contains(held, "withheld") {
		t.Errorf("why a document is held is not shown: %s", held)
	}
	own := string(w.do(request{path: "/v1/exchanges/" + ids.quoted, as: port}).body)
	if !strings.Contains(own, person) {
		t.Errorf("the sender is not shown why its document is held: %s", own)
	}
}

// what there is to look at.
type lived struct {
	exchanges, refusals []string
	run, quoted         string
}

// live has documents with personal data accepted, held, refused, failed and replayed.
func (w *world) live(t *testing.T) lived {
	t.Helper()
	var ids lived
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	people := 0
	last := ""
	for _, s := range samples {
		if !s.Good || s.Kind == last { // one of each kind
			continue
		}
		last = s.Kind
		document, count := withPeople(t, s.Kind, s.Bytes)
		people += count
		for _, body := range []string{document, document[:len(document)/2], strings.Replace(document, ":ID>", ":IDs>", 4), document + " "} {
			w.do(request{path: "/v1/documents", as: port, body: body})
			w.do(request{path: "/v1/checks", as: port, body: body})
			w.do(request{path: "/v1/documents", as: stranger, body: body})
		}
	}
	if people < 30 {
		t.Fatalf("the samples name %d persons only", people)
	}
	for _, number := range []string{"HOLD-1", "BAD-1", "WARN-1", "QUOTE-1"} {
		document, _ := withPeople(t, "ata-carnet", carnet(t, number))
		a := w.do(request{path: "/v1/documents", as: port, body: document})
		if number == "QUOTE-1" {
			_, ids.quoted, _ = strings.Cut(a.header.Get("Location"), "/v1/exchanges/")
		}
	}
	truck, _ := withPeople(t, "ata-carnet", loaded(t, "TRUCK-1", "桂F 83127"))
	failed := w.submit([]byte(truck))
	w.consigned(failed.ExchangeID)
	w.reject(failed.ExchangeID, exchange.Cause{Code: "unreadable"})
	run := read[httpapi.Run](t, w.do(request{path: "/v1/runs", as: operator, body: w.runOrder(operator, "TRUCK-1")}), http.StatusCreated)
	ids.run = run.ID
	w.do(request{path: "/v1/exchanges/" + failed.ExchangeID + "/document?reason=asked", as: operator})
	w.awaitIndex()
	page := read[httpapi.Page](t, w.do(request{path: "/v1/exchanges?limit=500", as: operator}), http.StatusOK)
	for _, x := range page.Exchanges {
		ids.exchanges = append(ids.exchanges, x.ExchangeID)
	}
	for _, r := range w.refusals(operator, "limit=500") {
		ids.refusals = append(ids.refusals, r.ID)
	}
	if len(ids.exchanges) < 17 || len(ids.refusals) < 10 || ids.quoted == "" {
		t.Fatalf("%d exchanges, %d refusals", len(ids.exchanges), len(ids.refusals))
	}
	return ids
}

// readable returns all that the staff can read without a reason, by role and path, the log and
// the metrics.
func (w *world) readable(t *testing.T, ids lived) map[string]string {
	t.Helper()
	said := make(map[string]string)
	for pattern := range w.server.Actions() {
		path, reads := strings.CutPrefix(pattern, "GET ")
		if !reads || strings.HasPrefix(path, "/v1/kinds") {
			continue // samples of kinds are invented
		}
		medias := []string{""}
		if !strings.Contains(path, "{") {
			medias = append(medias, "text/csv")
		}
		asked := []string{strings.NewReplacer("{key}", url.PathEscape("桂F83127"), "{code}", "invalid").Replace(path)}
		for prefix, all := range map[string][]string{"/v1/exchanges/{id}": ids.exchanges, "/v1/refusals/{id}": ids.refusals, "/v1/runs/{id}": {ids.run}} {
			if rest, ok := strings.CutPrefix(path, prefix); ok {
				asked = nil
				for _, id := range all {
					asked = append(asked, strings.Replace(prefix, "{id}", id, 1)+rest)
				}
			}
		}
		for role := range strings.FieldsSeq("observer operator approver party-manager security-officer auditor") {
			for _, one := range asked {
				for _, media := range medias {
					a := w.do(request{path: one, as: role, header: map[string]string{"Accept": media}})
					said[strings.TrimSpace(role+" "+one+" "+media)] = string(a.body) + decoded(string(a.body))
				}
			}
		}
	}
	for _, id := range ids.refusals {
		said["examination of "+id] = string(w.do(request{method: http.MethodPost, path: "/v1/refusals/" + id + "/examine", as: "operator"}).body)
	}
	said["examinations"] = string(w.do(request{method: http.MethodPost, path: "/v1/refusals/examine-kept?limit=100", as: "operator"}).body)
	if !strings.Contains(said["examinations"], `"outcome":"refused"`) {
		t.Errorf("nothing was examined: %s", said["examinations"])
	}
	for _, line := range w.log.All() {
		said["the log"] += line.Message + fmt.Sprintln(line.ContextMap())
	}
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		said["the metrics"] += f.String()
	}
	return said
}

// packed finds base64.
var packed = regexp.MustCompile(`[A-Za-z0-9+/=]{200,}`)

// decoded returns what is in base64 in a text.
func decoded(text string) string {
	out := ""
	for _, run := range packed.FindAllString(text, -1) {
		b, _ := base64.StdEncoding.DecodeString(run)
		out += string(b)
	}
	return out
}
