package public_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/exchangetest"
	"beibu/exchange/public"
	"beibu/exchange/ratings"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

const (
	port   = "beihai-customs"
	office = "gx-trade-promotion"
)

type world struct {
	*exchangetest.World

	t       testing.TB
	server  *public.Server
	ratings ratings.Ratings
	link    string // of a finished exchange
	from    int    // addresses that asked
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	kinds := []string{"ata-carnet"}
	w := &world{t: tb, World: exchangetest.NewWorld(tb, []exchange.Party{
		{ID: port, Sends: kinds}, {ID: office, Name: exchange.Text{EN: "Trade promotion", ZH: "贸促会"}, Receives: kinds},
	}, []exchange.Route{{Kinds: kinds, To: []string{office}}})}
	index, err := ratings.OpenIndex(tb.Context(), filepath.Join(tb.TempDir(), "ratings.db"))
	must(err)
	tb.Cleanup(func() { _ = index.Close() })
	w.Run(tb, func(ctx context.Context) error { return index.Run(ctx, w.Store) })
	links, err := ratings.NewLinks([]byte("a secret that the daemons of a log share"))
	must(err)
	w.ratings = ratings.Ratings{
		Index: index, Links: links, Exchanges: w.Journal, Recorder: &exchange.Recorder{Appender: w.Store, Feed: w.Store, Fold: index},
	}
	var current access.Current
	current.Store(&access.InForce{InForce: w.InForce})
	w.server, err = public.New(public.Options{Current: &current, Ratings: w.ratings, Body: time.Minute})
	must(err)
	s, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	must(err)
	a, err := w.Accept(tb.Context(), exchange.Document{Bytes: s.Bytes, Sender: port, Received: rulestest.Received})
	must(err)
	x := w.Await(tb, a.Exchange, exchangetest.Consigned)
	must(w.Recorder.Record(tb.Context(), x.Deliveries[0].Event(exchange.ConsignmentAcceptance, x.AcceptedAt)))
	w.link, _ = links.Offer(x.ID, port, time.Now())
	return w
}

// do asks from an address of its own, unless from names one.
func (w *world) do(method, path, from string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(form.Encode()))
	if w.from++; from == "" {
		from = fmt.Sprintf("10.0.%d.%d:1", w.from/250, w.from%250)
	}
	r.RemoteAddr = from
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	out := httptest.NewRecorder()
	w.server.ServeHTTP(out, r)
	if out.Header().Get("Set-Cookie") != "" || !strings.HasPrefix(out.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		w.t.Errorf("%s: %v", path, out.Header())
	}
	return out
}

func (w *world) has(out *httptest.ResponseRecorder, status int, texts ...string) {
	w.t.Helper()
	if out.Code != status {
		w.t.Errorf("%d %.600s", out.Code, out.Body)
	}
	for _, text := range texts {
		if !strings.Contains(out.Body.String(), text) {
			w.t.Errorf("no %q in %s", text, out.Body)
		}
	}
}

// An item that nobody has rated is shown, in both languages, and what is rated is counted.
// A comment is shown once it was published.
func TestRate(t *testing.T) {
	w := newWorld(t)
	w.has(w.do(http.MethodGet, "/public/?lang=en", "", nil), 200, "Trade promotion", "very satisfied", "/public/items/gx-trade-promotion/ata-carnet")
	w.has(w.do(http.MethodGet, "/public/", "", nil), 200, "贸促会", "非常满意")
	w.has(w.do(http.MethodGet, "/public/rate/"+w.link+"?lang=en", "", nil), 200, "Each exchange is rated once")
	w.has(w.do(http.MethodGet, "/public/rate/"+w.link+"?lang=zh", "", nil), 200, "一事一评", "办事效率")
	form := url.Values{"unit": {office}, "grade": {"dissatisfied"}, "guide": {"satisfied"}, "comment": {"call 13800138000 <b>"}}
	out := w.do(http.MethodPost, "/public/rate/"+w.link+"?lang=en", "", form)
	w.has(out, 200, "Thank you", ratings.Masked+" &lt;b&gt;")
	if out.Header().Get("Cache-Control") != "no-store" {
		t.Error("the page of a link is kept")
	}
	w.has(w.do(http.MethodPost, "/public/rate/"+w.link+"?lang=en", "", form), 409, "already-rated")
	item := "/public/items/" + office + "/ata-carnet?lang=en"
	if body := w.do(http.MethodGet, item, "", nil).Body.String(); strings.Contains(body, ratings.Masked) || strings.Contains(body, port) {
		t.Errorf("shown before it was published: %s", body)
	}
	page, _, err := w.ratings.Index.Remarks(t.Context(), ratings.Query{})
	if err != nil || len(page) != 1 {
		t.Fatal(page, err)
	}
	steps := []struct {
		who  access.Principal
		step ratings.Step
	}{
		{access.Principal{Name: "op", Grants: access.Everywhere(access.OperatorRole)}, ratings.Step{Name: ratings.RemarkPublished, Text: "checked"}},
		{access.Principal{Name: "clerk zhang", Party: office}, ratings.Step{Name: ratings.RemarkAnswered, Text: "mended now"}},
	}
	for _, s := range steps {
		if _, err := w.ratings.Take(t.Context(), s.who, page[0].ID, s.step, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	out = w.do(http.MethodGet, item, "", nil)
	w.has(out, 200, ratings.Masked, "mended now")
	if strings.Contains(out.Body.String(), "clerk") || out.Header().Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("%v %s", out.Header(), out.Body)
	}
	w.has(w.do(http.MethodGet, "/public/rate/"+w.link+"?lang=en", "", nil), 200, "Does the answer satisfy you?")
	w.has(w.do(http.MethodPost, "/public/rate/"+w.link+"/answer?lang=en", "", url.Values{"grade": {"satisfied"}}), 200, "The answer was rated: satisfied")
}

func TestQuestion(t *testing.T) {
	w := newWorld(t)
	out := w.do(http.MethodPost, "/public/items/"+office+"/ata-carnet/question?lang=en", "", url.Values{"text": {"What does it take?"}})
	w.has(out, 200, "Your question was received")
	link := regexp.MustCompile(`/public/question/[\w-]+`).FindString(out.Body.String())
	w.has(w.do(http.MethodGet, link+"?lang=en", "", nil), 200, "What does it take?", "Not answered yet.")
	w.has(w.do(http.MethodGet, strings.Replace(link, "question", "rate", 1), "", nil), 403, "rating-link")
	w.has(w.do(http.MethodPost, "/public/items/nobody/ata-carnet/question", "", url.Values{"text": {"What?"}}), 404)
	w.has(w.do(http.MethodPost, "/public/items/"+office+"/ata-carnet/question", "", url.Values{"text": {""}}), 400, "rating-text")
}

// The files have all items.
func TestFiles(t *testing.T) {
	w := newWorld(t)
	rows, err := csv.NewReader(w.do(http.MethodGet, "/public/items.csv", "", nil).Body).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != office || rows[1][2] != "0" {
		t.Errorf("%v, %v", rows, err)
	}
	var all []map[string]any
	if err := json.Unmarshal(w.do(http.MethodGet, "/public/items.json", "", nil).Body.Bytes(), &all); err != nil || len(all) != 1 || all[0]["unit"] != office {
		t.Errorf("%v, %v", all, err)
	}
}

// What is wrong is refused, and nothing is recorded.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		method, path string
		form         url.Values
		status       int
	}{
		{http.MethodGet, "/public/rate/" + w.link[1:], nil, 403},
		{http.MethodGet, "/public/nothing", nil, 404},
		{http.MethodGet, "/public/?sort=colour", nil, 400},
		{http.MethodGet, "/public/items/" + office + "/ata-carnet?before=x", nil, 400},
		{http.MethodPost, "/public/rate/" + w.link, url.Values{"unit": {office}, "grade": {"best"}}, 400},
		{http.MethodPost, "/public/rate/" + w.link, url.Values{"unit": {office}}, 400},
		{http.MethodPost, "/public/rate/" + w.link, url.Values{"grade": {"satisfied"}, "comment": {strings.Repeat("x", 20<<10)}}, 413},
	} {
		w.has(w.do(c.method, c.path, "", c.form), c.status)
	}
	if page, _, err := w.ratings.Index.Remarks(t.Context(), ratings.Query{}); err != nil || len(page) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}

// One address is slowed down alone, and a network of IPv6 is one address.
func TestTooOften(t *testing.T) {
	w := newWorld(t)
	status := 0
	for i := range 20 {
		status = w.do(http.MethodPost, "/public/rate/x", fmt.Sprintf("[2001:db8::%d]:1", i+1), nil).Code
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("the twentieth form of a network: %d", status)
	}
	w.has(w.do(http.MethodPost, "/public/rate/x", "192.0.2.9:1", nil), 403)
}

func FuzzForm(f *testing.F) {
	w := newWorld(f)
	f.Add("grade=satisfied&comment=%E5%A5%BD")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/public/rate/x", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		out := httptest.NewRecorder()
		w.server.ServeHTTP(out, r)
		if out.Code < 400 || out.Code == http.StatusInternalServerError {
			t.Errorf("%q: %d", body, out.Code)
		}
	})
}
