package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/reading"
)

// keepRefused has the bytes of refused documents of all parties kept for an hour.
func (w *world) keepRefused() {
	w.t.Helper()
	w.changeParties(func(p *exchange.Party) { p.Refusals.Keep = time.Hour })
}

// refuse submits a document, which is refused, and returns its refusal.
func (w *world) refuse(as string, document []byte) httpapi.Refusal {
	w.t.Helper()
	if a := w.do(request{path: "/v1/documents", as: as, body: string(document)}); a.status < 400 {
		w.t.Fatalf("not refused: %d %s", a.status, a.body)
	}
	return w.refusals(as, "limit=1")[0]
}

// examineKept examines a page of refusals.
func (w *world) examineKept(as, query string) httpapi.ExaminedPage {
	w.t.Helper()
	return read[httpapi.ExaminedPage](w.t, w.do(request{method: http.MethodPost, path: "/v1/refusals/examine-kept?" + query, as: as}), http.StatusOK)
}

// A refused document whose bytes are kept is read by its sender, byte for byte and in full,
// and by the staff masked, or with a right and a reason, which are in the audit.
func TestReadRefused(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.swapAccess(append(credentials(), w.roleCredentials()...)...)
	w.keepRefused()
	document := carnet(t, "BAD-1")
	_, phone, _ := strings.Cut(string(document), "<cbc:Telephone>")
	phone, _, _ = strings.Cut(phone, "<")
	r := w.refuse(port, document)
	if r.Kept == nil || r.Kept.Until == nil || r.Kept.Until.Sub(r.At.Time) != time.Hour {
		t.Fatalf("kept %+v", r.Kept)
	}
	at := "/v1/refusals/" + r.ID
	own := w.do(request{path: at + "/document", as: port})
	if !bytes.Equal(own.body, document) || own.header.Get("Repr-Digest") == "" {
		t.Errorf("the sender reads %d %q", own.status, own.body)
	}
	for _, test := range []struct {
		as, path string
		status   int
		shows    bool
	}{
		{port, "/reading", 200, true},
		{receiver, "/reading", 404, false},
		{operator, "/reading", 200, false},
		{"auditor", "/reading", 200, false},
		{operator, "/document", 400, false},
		{"auditor", "/document?reason=audit", 403, false},
		{"approver", "/reading?reason=curious", 403, false},
		{"party-manager", "/reading", 403, false},
	} {
		a := w.do(request{path: at + test.path, as: test.as})
		if a.status != test.status || strings.Contains(string(a.body), phone) != test.shows {
			t.Errorf("%s %s: %d, shows %t: %.300s", test.as, test.path, a.status, !test.shows, a.body)
		}
	}
	masked := read[reading.Reading](t, w.do(request{path: at + "/reading", as: operator}), http.StatusOK)
	if faults := fmt.Sprint(faultsIn(masked.Root)); !strings.Contains(faults, "TEST-3") {
		t.Errorf("the faults at their elements are %s", faults)
	}
	if events := w.disclosures(); len(events) != 0 {
		t.Fatalf("recorded: %+v", events)
	}
	field := fieldOf(masked.Root, "Telephone")
	for path, want := range map[string]exchange.Disclosure{
		"/reading?reason=call":                {Form: exchange.FormReading},
		"/reading?reason=call&field=" + field: {Form: exchange.FormReading, Field: field},
		"/document?reason=call":               {Form: exchange.FormDocument},
	} {
		a := w.do(request{path: at + path, as: operator})
		all := w.disclosures()
		want.Refusal = uuid.MustParse(r.ID)
		if diff := cmp.Diff(&want, all[len(all)-1].Disclosure); a.status != http.StatusOK || !strings.Contains(string(a.body), phone) || diff != "" {
			t.Errorf("%s: %d %.300s\n%s", path, a.status, a.body, diff)
		}
	}
}

// faultsIn returns the codes of the faults in an element.
func faultsIn(e *reading.Element) (codes []string) {
	for _, f := range e.Faults {
		codes = append(codes, f.Code)
	}
	for _, child := range e.Children {
		codes = append(codes, faultsIn(child)...)
	}
	return codes
}

// A refused document that breaks its schema, or that is no XML, shows the staff no value at
// all without a reason: what is about a person may be anywhere in it.
func TestReadRefusedThatBreaksItsSchema(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.keepRefused()
	good := carnet(t, "GOOD-1")
	for name, document := range map[string][]byte{
		"another element": bytes.Replace(good, []byte("<cbc:IssueDate>"), []byte("<cbc:Note>"+canary+"</cbc:Note><cbc:IssueDate>"), 1),
		"a value":         withCanary(good),
		"another kind":    []byte("<a b=\"" + canary + "\">" + canary + "</a>"),
		"no XML":          []byte("<a>" + canary + "<b></a>"),
	} {
		r := w.refuse(port, document)
		at := "/v1/refusals/" + r.ID + "/reading"
		masked := w.do(request{path: at, as: operator})
		if masked.status != http.StatusOK || strings.Contains(string(masked.body), canary) || !strings.Contains(string(masked.body), `"code":"`+r.FaultCodes[0]) {
			t.Errorf("%s: %d %s", name, masked.status, masked.body)
		}
		own := w.do(request{path: at, as: port})
		if own.status != http.StatusOK || name != "no XML" && !strings.Contains(string(own.body), canary) {
			t.Errorf("%s, to its sender: %d %s", name, own.status, own.body)
		}
	}
}

// Refused documents are examined again by their kept bytes, one or many, by what is in
// force now. Nothing is submitted, and nothing recorded but who of the staff did it.
func TestExamineKept(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	forgotten := w.refuse(port, carnet(t, "BAD-0"))
	w.keepRefused()
	bad := w.refuse(port, carnet(t, "BAD-1"))
	held := w.refuse(port, bytes.ReplaceAll(carnet(t, "HOLD-1"), []byte(">TH<"), []byte(">FR<")))
	mended := w.refuse(port, bytes.ReplaceAll(carnet(t, "FAR-1"), []byte(">TH<"), []byte(">FR<")))
	broken := w.refuse(port, withCanary(carnet(t, "BROKEN-1")))
	theirs := w.refuse(stranger, carnet(t, "THEIRS-1"))
	accepted := w.submit(carnet(t, "TAKEN-1"))
	taken := w.refuse(port, append(carnet(t, "TAKEN-1"), '\n'))
	before := w.countRecord()

	w.change(func(now *exchange.InForce) { // everything goes to one receiver now
		routes, err := exchange.NewRoutes([]exchange.Route{{Name: "all", Kinds: []string{"ata-carnet"}, To: []string{receiver}}}, now.Parties)
		if err != nil {
			t.Fatal(err)
		}
		now.Routes = routes
	})
	want := map[string]string{
		forgotten.ID: "not-kept", bad.ID: "refused invalid", held.ID: "held", mended.ID: "accepted", broken.ID: "refused invalid", taken.ID: "refused number-taken",
	}
	got := make(map[string]string)
	page := w.examineKept(port, "")
	for _, one := range page.Examined {
		got[one.Refusal.ID] = strings.TrimSpace(string(one.Outcome) + " " + one.Code)
		if one.Refusal.ID == mended.ID && fmt.Sprint(one.Receivers) != "["+receiver+"]" || one.Refusal.ID == taken.ID && one.ExchangeID != accepted.ExchangeID ||
			one.Refusal.ID == bad.ID && fmt.Sprint(one.FaultCodes) != "[TEST-3]" || (one.Why != nil) != (one.Refusal.ID == forgotten.ID) {
			t.Errorf("examined %+v", one)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"not-kept": 1, "refused": 3, "held": 1, "accepted": 1}, countsOf(page)); diff != "" {
		t.Error(diff)
	}
	if n := w.countRecord(); n != before {
		t.Errorf("the sender's examination has added %d to the record", n-before)
	}
	one := read[httpapi.ExaminedRefusal](t, w.do(request{method: http.MethodPost, path: "/v1/refusals/" + theirs.ID + "/examine", as: operator}), http.StatusOK)
	if one.Outcome != "refused" || one.Code != "sender-may-not-send" {
		t.Errorf("examined %+v", one)
	}
	if n := len(w.examineKept(operator, "code=TEST-3&sender="+port).Examined); n != 2 {
		t.Errorf("%d refusals have the code", n)
	}
	var said []string
	for _, e := range read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=action", as: operator}), http.StatusOK).Events {
		if e.Name == exchange.RefusalsExamined && e.Actor == operator {
			said = append(said, e.Reason)
		}
	}
	if diff := cmp.Diff([]string{"refusal " + theirs.ID, "refusals code=TEST-3&sender=" + port}, said); diff != "" {
		t.Error(diff)
	}
	if n := w.countRecord(); n != before+2 {
		t.Errorf("the examinations of the staff have added %d to the record", n-before)
	}
}

// countRecord returns how many changes the record has.
func (w *world) countRecord() int64 {
	w.t.Helper()
	head, err := w.store.Head(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return head
}

func countsOf(page httpapi.ExaminedPage) map[string]int {
	counts := make(map[string]int)
	for outcome, n := range page.Counts {
		counts[string(outcome)] = n
	}
	return counts
}

// Many refusals are examined page by page, each once; a page of large documents is shorter,
// and says that there are more. Those that were only counted are not left out.
func TestExamineKeptByPages(t *testing.T) {
	w := newWorld(t, httpapi.Limits{}, admission.Limits{Refusals: 8})
	w.keepRefused()
	const all = 10
	for n := range all {
		document := carnet(t, fmt.Sprint("BAD-", n))
		if n < 6 {
			document = append(document, bytes.Repeat([]byte(" "), 7<<20)...)
		}
		w.do(request{path: "/v1/documents", as: port, body: string(document)})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.admission.Run(ended); err != nil { // it records the counts
		t.Fatal(err)
	}
	w.awaitIndex()
	for _, limit := range []int{1, 3, 100} {
		seen, documents, pages, cursor := make(map[string]bool), 0, 0, ""
		for more := true; more; more = cursor != "" {
			page := w.examineKept(operator, fmt.Sprintf("limit=%d&cursor=%s", limit, cursor))
			if len(page.Examined) > limit || page.Next != "" && len(page.Examined) == 0 {
				t.Fatalf("a page of %d", len(page.Examined))
			}
			for _, one := range page.Examined {
				if seen[one.Refusal.ID] {
					t.Errorf("%s was examined twice", one.Refusal.ID)
				}
				seen[one.Refusal.ID] = true
			}
			for _, n := range page.Counts {
				documents += n
			}
			pages++
			cursor = page.Next
		}
		if documents != all || len(seen) != 9 || limit == 100 && pages < 2 {
			t.Errorf("limit %d: %d documents, %d refusals in %d pages", limit, documents, len(seen), pages)
		}
	}
}

// The scope holds for readings and examinations of refused documents.
func TestScopeOfKept(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.swapAccess(append(credentials(),
		w.credential("in", access.StaffRoles, access.Limits{Parties: []string{port}, Kinds: []string{"ata-carnet"}}),
		w.credential("out", access.StaffRoles, access.Limits{Parties: []string{stranger}}),
		w.credential("kind", access.StaffRoles, access.Limits{Kinds: []string{"sps-certificate"}}))...)
	w.keepRefused()
	r := w.refuse(port, carnet(t, "BAD-1"))
	for as, want := range map[string]struct{ read, examined int }{"in": {http.StatusOK, 1}, "out": {http.StatusNotFound, 0}, "kind": {http.StatusNotFound, 0}} {
		for method, path := range map[string]string{"GET /reading": "/reading?reason=seen", "GET /document": "/document?reason=seen", "POST": "/examine"} {
			verb, _, _ := strings.Cut(method, " ")
			if a := w.do(request{method: verb, path: "/v1/refusals/" + r.ID + path, as: as}); a.status != want.read {
				t.Errorf("%s %s %s: %d, want %d", as, verb, path, a.status, want.read)
			}
		}
		if n := len(w.examineKept(as, "").Examined); n != want.examined {
			t.Errorf("%s examines %d", as, n)
		}
	}
}
