package httpapi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// personal finds the values in a document that are about a person.
var personal = regexp.MustCompile(`<cbc:(?:Telephone|ElectronicMail|FirstName|FamilyName|PassportID|IdentityDocumentID)[^>]*>([^<]+)<`)

// What is about a person leaves a document by no line of the log, no metric and no event of
// the audit, whether the document is accepted, held, refused or damaged.
func TestPersonalValuesStayInDocuments(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := string(carnet(t, "A"))
	canaries := map[string]bool{}
	document = personal.ReplaceAllStringFunc(document, func(element string) string {
		canary := fmt.Sprintf("canary%d@person.example", len(canaries))
		canaries[canary] = true
		return element[:strings.Index(element, ">")+1] + canary + "<"
	})
	if len(canaries) == 0 {
		t.Fatal("the sample names no person")
	}
	number := func(n string) string {
		return strings.Replace(document, "<cbc:ID>A</cbc:ID>", "<cbc:ID>"+n+"</cbc:ID>", 1)
	}
	for _, body := range []string{
		document, number("HOLD-1"), number("BAD-1"), number("WARN-1"), document[:len(document)/2], strings.Replace(document, "cac:", "cbc:", 40),
	} {
		w.do(request{path: "/v1/documents", as: port, body: body})
		w.do(request{path: "/v1/checks", as: port, body: body})
		w.do(request{path: "/v1/documents", as: stranger, body: body})
	}
	w.awaitIndex()
	said := ""
	for _, line := range w.log.All() {
		said += line.Message + fmt.Sprintln(line.ContextMap())
	}
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		said += f.String()
	}
	said += string(w.do(request{path: "/v1/audit", as: operator}).body)
	for _, path := range []string{"/v1/exchanges", "/v1/refusals", "/v1/failures"} {
		said += string(w.do(request{path: path, as: operator}).body)
	}
	page := read[httpapi.Page](t, w.do(request{path: "/v1/exchanges", as: operator}), http.StatusOK)
	if len(page.Exchanges) == 0 || page.Exchanges[len(page.Exchanges)-1].State == exchange.State("") {
		t.Fatal("nothing was accepted")
	}
	for canary := range canaries {
		if strings.Contains(said, strings.TrimSuffix(canary, "@person.example")+"@") {
			t.Errorf("%s leaves its document", canary)
		}
	}
}
