package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/ratings"
)

// finished returns an exchange that its receiver has acknowledged, as its sender sees it.
func (w *world) finished(number string) httpapi.Exchange {
	w.t.Helper()
	id := w.submit(carnet(w.t, number)).ExchangeID
	w.consigned(id)
	x, err := w.index.Current(w.t.Context(), uuid.MustParse(id))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range x.Deliveries {
		if err := w.recorder.Record(w.t.Context(), d.Event(exchange.ConsignmentAcceptance, d.ChangedAt)); err != nil {
			w.t.Fatal(err)
		}
	}
	return read[httpapi.Exchange](w.t, w.do(request{path: "/v1/exchanges/" + id, as: port}), http.StatusOK)
}

// rated returns the rating of a new exchange.
func (w *world) rate(number, grade string) httpapi.Rating {
	w.t.Helper()
	body := fmt.Sprintf(`{"link":%q,"unit":"gx-trade-promotion","grade":%q,"comment":"call 13800138000","indicators":{"guide":"satisfied"}}`, w.finished(number).Rate.Link, grade)
	return read[httpapi.Rating](w.t, w.do(request{path: "/v1/ratings", as: port, body: body}), http.StatusOK)
}

// TestRating shows the way of a bad rating: by the link that the sender of a finished
// exchange has, and nobody else, to the answer and the visit back.
func TestRating(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	open := w.submit(carnet(t, "OPEN"))
	w.consigned(open.ExchangeID)
	if x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + open.ExchangeID, as: port}), http.StatusOK); x.Rate != nil {
		t.Errorf("an open exchange is rated: %+v", x.Rate)
	}
	x := w.finished("RATED")
	if x.Rate == nil || x.Rate.Rated || len(x.Rate.Units) == 0 {
		t.Fatalf("%+v", x.Rate)
	}
	for _, other := range []string{receiver, operator} {
		if seen := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + x.ExchangeID, as: other}), http.StatusOK); seen.Rate != nil {
			t.Errorf("%s has the link", other)
		}
	}
	body := fmt.Sprintf(`{"link":%q,"unit":"gx-trade-promotion","grade":"dissatisfied","comment":"call 13800138000"}`, x.Rate.Link)
	one := read[httpapi.Rating](t, w.do(request{path: "/v1/ratings", as: port, body: body}), http.StatusOK)
	if one.Text != "call "+ratings.Masked || one.Mending != ratings.Open || one.Due == "" || one.Unit != receiver {
		t.Errorf("%+v", one)
	}
	list := read[httpapi.RatingList](t, w.do(request{path: "/v1/ratings?mending=open&kind=ata-carnet", as: receiver}), http.StatusOK)
	if len(list.Ratings) != 1 || list.Ratings[0].ID != one.ID {
		t.Errorf("%+v", list)
	}
	if list := read[httpapi.RatingList](t, w.do(request{path: "/v1/ratings", as: stranger}), http.StatusOK); len(list.Ratings) != 0 {
		t.Errorf("a stranger sees %+v", list)
	}
	step := "/v1/ratings/" + one.ID + "/step"
	read[httpapi.Rating](t, w.do(request{path: step, as: receiver, body: `{"step":"answer","text":"mended"}`}), http.StatusOK)
	again := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + x.ExchangeID, as: port}), http.StatusOK)
	if again.Rate == nil || !again.Rate.Rated || again.Rate.Answer != "mended" || again.Rate.Mending != "answered" {
		t.Errorf("%+v", again.Rate)
	}
	done := read[httpapi.Rating](t, w.do(request{path: "/v1/ratings/grade", as: port, body: fmt.Sprintf(`{"link":%q,"grade":"satisfied"}`, x.Rate.Link)}), http.StatusOK)
	if done.Mending != ratings.Contented || done.AnswerGrade != ratings.Satisfied {
		t.Errorf("%+v", done)
	}
	items := read[httpapi.RatedItems](t, w.do(request{path: "/v1/ratings/items", as: stranger}), http.StatusOK)
	if len(items.Items) != 1 || items.Items[0].Ratings != 1 || items.Items[0].Good != 0 || items.Items[0].Grades["dissatisfied"] != 1 {
		t.Errorf("%+v", items)
	}
}

// The failures of the index of ratings are answered like others.
func TestRatingsFail(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	link := w.finished("ONE").Rate.Link
	closed, err := ratings.OpenIndex(t.Context(), filepath.Join(t.TempDir(), "ratings.db"))
	if err == nil {
		err = closed.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	o := w.options
	o.Metrics, o.Ratings.Index = prometheus.NewRegistry(), closed
	api, err := httpapi.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	w.url = server.URL
	for _, r := range []request{
		{path: "/v1/ratings", as: operator},
		{path: "/v1/ratings", as: port, body: fmt.Sprintf(`{"link":%q,"grade":"satisfied"}`, link)},
		{path: "/v1/ratings/grade", as: port, body: fmt.Sprintf(`{"link":%q,"grade":"satisfied"}`, link)},
		{path: "/v1/ratings/items", as: operator},
		{path: "/v1/ratings/x", as: operator},
		{path: "/v1/ratings/x/step", as: receiver, body: `{"step":"answer","text":"x"}`},
	} {
		if p := read[answer.Problem](t, w.do(r), http.StatusInternalServerError); strings.Contains(p.Detail, "sql") {
			t.Errorf("%s: %+v", r.path, p)
		}
	}
}

// ratingCases shows every status of the operations on ratings.
func ratingCases(w *world, large string, text map[string]string) (cases []struct {
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
	const path = "/v1/ratings"
	bad, link := w.rate("ILL RATED", "very-dissatisfied"), w.finished("TO RATE").Rate.Link
	add(200, "", request{path: path, as: receiver})
	add(400, "parameter", request{path: path + "?mending=shut", as: receiver})
	add(401, "credentials-missing", request{path: path})
	add(422, "unknown-kind", request{path: path + "?kind=letter", as: receiver})
	add(200, "", request{path: path + "/items", as: port})
	add(400, "parameter", request{path: path + "/items?kind=x", as: port})
	add(401, "credentials-missing", request{path: path + "/items"})
	add(200, "", request{path: path + "/" + bad.ID, as: receiver})
	add(401, "credentials-missing", request{path: path + "/" + bad.ID})
	add(404, "no-rating", request{path: path + "/" + bad.ID, as: stranger})

	draft := func(link, grade string) string { return fmt.Sprintf(`{"link":%q,"grade":%q}`, link, grade) }
	for _, p := range []string{path, path + "/grade"} {
		add(401, "credentials-missing", request{path: p, body: draft(link, "satisfied")})
		add(403, "forbidden", request{path: p, as: operator, body: draft(link, "satisfied")})
		add(403, "rating-link", request{path: p, as: port, body: draft(link[1:], "satisfied")})
		add(400, "body", request{path: p, as: port, body: draft(link, "") + "x"})
		add(400, "body", request{path: p, as: port, body: draft(link, "good")})
		add(413, "too-large", request{path: p, as: port, body: large})
		add(415, "media-type", request{path: p, as: port, body: draft(link, "satisfied"), header: text})
	}
	add(400, "rating-grade", request{path: path, as: port, body: fmt.Sprintf(`{"link":%q,"unit":%q,"grade":""}`, link, receiver)})
	add(400, "rating-unit", request{path: path, as: port, body: fmt.Sprintf(`{"link":%q,"unit":"nobody","grade":"satisfied"}`, link)})
	rated := fmt.Sprintf(`{"link":%q,"unit":%q,"grade":"satisfied"}`, link, receiver)
	add(200, "", request{path: path, as: port, body: rated})
	add(409, "already-rated", request{path: path, as: port, body: rated})
	add(409, "rating-state", request{path: path + "/grade", as: port, body: draft(link, "satisfied")})

	step := path + "/" + bad.ID + "/step"
	good := `{"step":"answer","text":"mended"}`
	add(401, "credentials-missing", request{path: step, body: good})
	add(403, "forbidden", request{path: step, as: operator, body: good})
	add(404, "no-rating", request{path: step, as: stranger, body: good})
	add(400, "appeal-cause", request{path: step, as: receiver, body: `{"step":"appeal","text":"not ours"}`})
	add(400, "rating-text", request{path: step, as: receiver, body: `{"step":"answer","text":""}`})
	add(413, "too-large", request{path: step, as: receiver, body: large})
	add(415, "media-type", request{path: step, as: receiver, body: good, header: text})
	add(422, "field-step", request{path: step, as: receiver, body: `{"step":"dance","text":"x"}`})
	add(200, "", request{path: step, as: receiver, body: `{"step":"appeal","text":"not ours","cause":"mistaken"}`})
	add(200, "", request{path: step, as: approver, body: `{"step":"grant","text":"it is not"}`})
	add(409, "rating-state", request{path: step, as: receiver, body: good})
	add(200, "", request{path: step, as: operator, body: `{"step":"publish","text":"checked"}`})
	return cases
}
