package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// saveView saves a view of exchanges and returns it.
func (w *world) saveView(as, name, filter, shared string) httpapi.View {
	w.t.Helper()
	body := fmt.Sprintf(`{"name":%q,"list":"exchanges","filter":%q,"shared":%q}`, name, filter, shared)
	return read[httpapi.View](w.t, w.do(request{path: "/v1/views", as: as, body: body}), http.StatusOK)
}

// viewCases are the answers about views, for TestAnswers.
func viewCases(w *world, large string, text map[string]string) (cases []struct {
	request
	status int
	code   string
},
) {
	add := func(status int, code string, r request) {
		cases = append(cases, struct {
			request
			status int
			code   string
		}{r, status, code})
	}
	const path = "/v1/views"
	own := w.saveView(port, "first", "kind=ata-carnet", "")
	w.saveView(port, "second", "kind=response", "")
	shared := w.saveView(operator, "shared", "kind=response", "staff")
	add(200, "", request{path: path, as: port})
	add(400, "parameter", request{path: path + "?list=runs", as: port})
	add(401, "credentials-missing", request{path: path})
	draft := func(name, list, filter, audience string) string {
		return fmt.Sprintf(`{"name":%q,"list":%q,"filter":%q,"shared":%q}`, name, list, filter, audience)
	}
	good := draft("third", "runs", "status=paused", "")
	add(200, "", request{path: path, as: port, body: good})
	add(400, "body", request{path: path, as: port, body: `{"title":"x"}`})
	add(400, "view-name", request{path: path, as: port, body: draft(" ", "runs", "status=paused", "")})
	add(400, "parameter", request{path: path, as: port, body: draft("fourth", "runs", "kind=response", "")})
	add(400, "parameter", request{path: path, as: port, body: draft("fourth", "runs", "status=%", "")})
	add(401, "credentials-missing", request{path: path, body: good})
	add(403, "forbidden", request{path: path, as: port, body: draft("fourth", "runs", "status=paused", "staff")})
	add(409, "view-exists", request{path: path, as: port, body: good})
	add(413, "too-large", request{path: path, as: port, body: large})
	add(415, "media-type", request{path: path, as: port, body: good, header: text})
	add(422, "unknown-kind", request{path: path, as: port, body: draft("fourth", "exchanges", "kind=letter", "")})
	add(422, "view-audience", request{path: path, as: operator, body: draft("fourth", "runs", "status=paused", "everybody")})

	x := path + "/" + own.ID
	add(200, "", request{path: x, as: port})
	add(401, "credentials-missing", request{path: x})
	add(404, "not-found", request{path: x, as: operator})
	add(404, "not-found", request{path: path + "/" + shared.ID, as: port})
	name := x + "/name"
	add(200, "", request{path: name, as: port, body: `{"name":"other"}`})
	add(400, "view-name", request{path: name, as: port, body: `{"name":""}`})
	add(401, "credentials-missing", request{path: name, body: `{"name":"other"}`})
	add(403, "forbidden", request{path: path + "/" + shared.ID + "/name", as: approver, body: `{"name":"other"}`})
	add(404, "not-found", request{path: name, as: operator, body: `{"name":"other"}`})
	add(409, "view-exists", request{path: name, as: port, body: `{"name":"second"}`})
	add(413, "too-large", request{path: name, as: port, body: large})
	add(415, "media-type", request{path: name, as: port, body: `{"name":"other"}`, header: text})
	remove := func(path, as string) request { return request{method: http.MethodDelete, path: path, as: as} }
	add(400, "parameter", remove(x+"?reason=seen", port))
	add(401, "credentials-missing", remove(x, ""))
	add(403, "forbidden", remove(path+"/"+shared.ID, visitor))
	add(404, "not-found", remove(x, operator))
	add(200, "", remove(x, port))
	return cases
}

// A view whose filter names what is there no more says so, with the reason, and so does the
// list.
func TestViewThatIsNoMore(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	good, bad := w.saveView(operator, "good", "kind=ata-carnet", ""), w.saveView(operator, "bad", "party="+stranger+"&since=2026-11-20T08%3A00%3A00Z", "")
	w.changeParties(func(p *exchange.Party) {
		if p.ID == stranger {
			p.ID = "renamed"
		}
	})
	show := func(id string) httpapi.View {
		return read[httpapi.View](t, w.do(request{path: "/v1/views/" + id, as: operator}), http.StatusOK)
	}
	if got := show(good.ID); got.Problem != nil || got.Filter != "kind=ata-carnet" || !got.Own || got.SavedBy != operator {
		t.Errorf("%+v", got)
	}
	if got := show(bad.ID); got.Problem == nil || got.Problem.Code != "unknown-party" || !strings.Contains(got.Problem.Detail, stranger) {
		t.Errorf("%+v", got)
	}
	if a := w.do(request{path: "/v1/exchanges?" + bad.Filter, as: operator}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("the list: %d %s", a.status, a.body)
	}
}
