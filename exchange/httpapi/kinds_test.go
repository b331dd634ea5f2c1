package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/kinds"
)

// Every caller learns how to write a document of each kind: what it must hold, a
// sample that is accepted, and the schema files.
func TestKinds(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	all := read[httpapi.Kinds](t, w.do(request{path: "/v1/kinds", as: receiver}), http.StatusOK)
	if len(all.Kinds) != 16 {
		t.Errorf("%d kinds", len(all.Kinds))
	}
	guide := read[kinds.Guide](t, w.do(request{path: "/v1/kinds/ata-carnet", as: receiver}), http.StatusOK)
	if guide.Root != "GoodsItemPassport" || len(guide.Required) == 0 || len(guide.Rules) == 0 || len(guide.Routes) == 0 || len(guide.Samples) == 0 {
		t.Errorf("ata-carnet: %+v", guide)
	}
	sample := w.do(request{path: "/v1/kinds/ata-carnet/sample?name=" + guide.Samples[0], as: port})
	if sample.status != http.StatusOK || sample.header.Get("Content-Type") != "application/xml" {
		t.Fatalf("the sample: %d %v", sample.status, sample.header)
	}
	checked := read[httpapi.Check](t, w.do(request{method: http.MethodPost, path: "/v1/checks", as: port, body: string(sample.body)}), http.StatusOK)
	if !checked.Valid || len(checked.Faults) > 0 || checked.Kind != "ata-carnet" {
		t.Errorf("the sample is checked as %+v", checked)
	}
	files := read[httpapi.SchemaFiles](t, w.do(request{path: "/v1/kinds/ata-carnet/schema", as: port}), http.StatusOK)
	for i, f := range files.Files {
		a := w.do(request{path: f.Path, as: port})
		if a.status != http.StatusOK || len(a.body) != f.Bytes || i == 0 && !strings.Contains(string(a.body), `name="GoodsItemPassport"`) {
			t.Errorf("%s: %d, %d bytes", f.Name, a.status, len(a.body))
		}
	}
	for _, path := range []string{"/v1/kinds/none", "/v1/kinds/none/sample", "/v1/kinds/none/schema", "/v1/kinds/ata-carnet/schema/none.xsd", "/v1/kinds/ata-carnet/sample?name=none"} {
		read[answer.Problem](t, w.do(request{path: path, as: port}), http.StatusNotFound)
	}
}

// A check says to whom the document would go for the caller, or what would be
// needed for it to go anywhere, with its place.
func TestCheckSaysWhereItWouldGo(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	check := func(as, body string) httpapi.Check {
		t.Helper()
		return read[httpapi.Check](t, w.do(request{method: http.MethodPost, path: "/v1/checks", as: as, body: body}), http.StatusOK)
	}
	document := string(carnet(t, "CN-1"))
	if got := check(port, document); !got.Valid || len(got.Receivers) == 0 || len(got.Obstacles) > 0 {
		t.Errorf("a good carnet: %+v", got)
	}
	got := check(port, strings.ReplaceAll(document, ">TH<", ">FR<"))
	if !got.Valid || len(got.Receivers) > 0 || len(got.Obstacles) == 0 || got.Obstacles[0].Line == 0 || !strings.Contains(got.Obstacles[0].Message.EN, "FR") {
		t.Errorf("a carnet for France: %+v", got)
	}
	if got := check(stranger, document); len(got.Obstacles) != 1 || !strings.Contains(got.Obstacles[0].Message.EN, "may not send") {
		t.Errorf("of a party that may not send it: %+v", got)
	}
}
