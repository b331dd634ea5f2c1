package httpapi_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// loaded returns a carnet with a number, on a truck.
func loaded(t *testing.T, number, plate string) []byte {
	t.Helper()
	text := string(carnet(t, number))
	const goods = "</cac:GoodsItem>"
	at := strings.LastIndex(text, goods) + len(goods)
	return []byte(text[:at] + "<cac:ShipmentStage><cbc:ID>1</cbc:ID><cac:TransportMeans><cac:RoadTransport><cbc:LicensePlateID>" + plate +
		"</cbc:LicensePlateID></cac:RoadTransport></cac:TransportMeans></cac:ShipmentStage>" + text[at:])
}

func TestListsByWhatPeopleKnow(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(loaded(t, "WARN-A", "桂F 83127"))
	w.submit(loaded(t, "B", "14C-287.55"))
	w.consigned(a.ExchangeID)
	w.reject(a.ExchangeID, exchange.Cause{Code: "unreadable"})
	for _, c := range []struct {
		name, as, query string
		want            []string
	}{
		{"plate", operator, "vehicle=" + url.QueryEscape("桂f·83127"), []string{"WARN-A"}},
		{"another plate", port, "vehicle=14c28755", []string{"B"}},
		{"carnet", operator, "carnet=warn+a", []string{"WARN-A"}},
		{"rule", operator, "rule=TEST-2", []string{"WARN-A"}},
		{"cause", operator, "cause=unreadable", []string{"WARN-A"}},
		{"own cause that nothing has", operator, "cause=expired", []string{}},
		{"plate and cause", operator, "cause=unreadable&vehicle=14C28755", []string{}},
		{"a stranger's", stranger, "carnet=WARNA", []string{}},
		{"goods", operator, "hs=71", []string{"B", "WARN-A"}},
		{"other goods", operator, "hs=08", []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := numbers(w.list(c.as, c.query)); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	page := w.list(operator, "vehicle=NO-1.1&holder="+w.sealed(operator, "Golden Durian")+"&container=bbgu+4061125")
	if got := asJSON(t, page.SearchedFor); got != `{"container":"BBGU4061125","holder":"***","vehicle":"NO11"}` {
		t.Errorf("searched for %s", got)
	}
}

// sealed returns the form of a name in which it is part of an address.
func (w *world) sealed(as, name string) string {
	w.t.Helper()
	body := `{"name":` + strconv.Quote(name) + `}`
	return read[httpapi.SealedHolder](w.t, w.do(request{method: http.MethodPost, path: "/v1/holders", as: as, body: body}), http.StatusOK).Holder
}

// A carnet is found by the name of its holder, however it is written. The name is in no
// address, and so in no log; one that a caller puts there finds nothing.
func TestHolders(t *testing.T) {
	const name = "合浦南珠工艺品有限公司"
	w := newWorld(t, httpapi.Limits{})
	w.consigned(w.submit(carnet(t, "A")).ExchangeID)
	for written, want := range map[string]string{name: "[A]", " 合浦·南珠工艺品 有限公司": "[A]", "合浦": "[]"} {
		if got := fmt.Sprint(numbers(w.list(port, "holder="+w.sealed(port, written)))); got != want {
			t.Errorf("%s: %s, want %s", written, got, want)
		}
	}
	if got := numbers(w.list(stranger, "holder="+w.sealed(port, name))); len(got) != 0 {
		t.Errorf("a stranger finds %v", got)
	}
	for _, list := range []string{"exchanges", "refusals"} {
		p := read[answer.Problem](t, w.do(request{path: "/v1/" + list + "?holder=" + url.QueryEscape(name), as: port}), http.StatusBadRequest)
		if p.Code != "parameter" || !strings.Contains(p.Detail, "POST /v1/holders") || strings.Contains(asJSON(t, p), name) {
			t.Errorf("%s: %+v", list, p)
		}
	}
	for _, line := range w.log.All() {
		if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, name) || strings.Contains(text, url.QueryEscape(name)) {
			t.Errorf("the log has the name: %s", text)
		}
	}
}

// What a filter cannot have is an error, that says what there is.
func TestWrongFilters(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, c := range []struct {
		as, query string
		status    int
		code, has string
	}{
		{operator, "hs=081", 400, "parameter", "2, 4, 6"},
		{operator, "vehicle=--", 400, "parameter", "letter"},
		{operator, "rule=TEST-9", 422, "unknown-rule", "TEST-1, TEST-2, TEST-3"},
		{operator, "rule=OTHER", 422, "unknown-rule", "TEST-*"},
		{operator, "cause=no-such", 422, "unknown-cause", "nothing has failed"},
		{operator, "container=X&kind=letter", 422, "unknown-kind", "ata-carnet"},
		{port, "party=" + stranger + "&vehicle=X", 403, "forbidden", "your own"},
	} {
		p := read[answer.Problem](t, w.do(request{path: "/v1/exchanges?" + c.query, as: c.as}), c.status)
		if p.Code != c.code || !strings.Contains(p.Detail, c.has) {
			t.Errorf("%s: %+v", c.query, p)
		}
	}
	if got := w.list(port, "cause=no-such"); len(got.Exchanges) != 0 {
		t.Errorf("a party learns of causes: %+v", got)
	}
}

// What an exchange is found by is shown, but for the holder, and so is that there is more.
func TestFoundBy(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(loaded(t, "A", "桂F 83127"))
	w.consigned(a.ExchangeID)
	for _, as := range []string{operator, port, receiver} {
		x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + a.ExchangeID, as: as}), http.StatusOK)
		if x.FoundBy == nil || !slices.Contains(x.FoundBy.Vehicles, "桂F83127") || x.FoundBy.Omitted != 0 {
			t.Errorf("%s sees %+v", as, x.FoundBy)
		}
	}
	if page := w.list(operator, ""); page.Exchanges[0].FoundBy != nil {
		t.Error("a list shows what its exchanges are found by")
	}
}

func TestLane(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	var last string
	for _, number := range []string{"A", "B", "C"} {
		last = w.submit(loaded(t, number, "桂F 83127")).ExchangeID
	}
	w.submit(carnet(t, "OTHER"))
	w.consigned(last)
	lane := func(as, query string) httpapi.Lane {
		return read[httpapi.Lane](t, w.do(request{path: "/v1/lanes/" + url.PathEscape("桂F·83127") + query, as: as}), http.StatusOK)
	}
	in := func(l httpapi.Lane) string { return strings.Join(numbers(httpapi.Page{Exchanges: l.Exchanges}), " ") }
	all := lane(operator, "")
	if all.Key != "桂F83127" || in(all) != "A B C" || all.Next != "" {
		t.Errorf("%s: %s, next %q", all.Key, in(all), all.Next)
	}
	page := lane(operator, "?limit=2")
	if older := lane(operator, "?limit=2&cursor="+page.Next); in(page) != "B C" || in(older) != "A" {
		t.Errorf("pages: %s, then %s", in(page), in(older))
	}
	if own := lane(receiver, ""); in(own) == "" || len(own.Exchanges[0].Deliveries) != 1 {
		t.Errorf("the receiver sees %+v", own)
	}
	if none := lane(stranger, ""); in(none) != "" || none.Key != "桂F83127" {
		t.Errorf("a stranger sees %+v", none)
	}
	read[answer.Problem](t, w.do(request{path: "/v1/lanes/--", as: operator}), http.StatusBadRequest)
	read[answer.Problem](t, w.do(request{path: "/v1/lanes/X?party=" + port, as: stranger}), http.StatusForbidden)
}

// A document that was refused is in the lane of its truck with the reason, whatever it was
// refused for, and is found by its keys; nobody but its sender and the staff sees it.
func TestRefusedInLane(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	submit := func(document []byte) string {
		return read[answer.Problem](t, w.do(request{method: http.MethodPost, path: "/v1/documents", as: port, body: string(document)}), http.StatusUnprocessableEntity).Code
	}
	broken := bytes.Replace(loaded(t, "BROKEN", "桂F 83127"), []byte("<cbc:IssueDate>"), []byte("<cbc:IssueDate>x"), 1)
	for _, document := range [][]byte{broken, loaded(t, "BAD-1", "桂F 83127")} {
		if code := submit(document); code != "invalid" {
			t.Fatal(code)
		}
	}
	w.awaitIndex()
	lane := func(as string) (numbers []string) {
		for _, r := range read[httpapi.Lane](t, w.do(request{path: "/v1/lanes/" + url.PathEscape("桂F·83127"), as: as}), http.StatusOK).Refused {
			numbers = append(numbers, r.DocumentNumber+" "+r.Code)
		}
		return numbers
	}
	for as, want := range map[string]string{operator: "[BROKEN invalid BAD-1 invalid]", port: "[BROKEN invalid BAD-1 invalid]", stranger: "[]", receiver: "[]"} {
		if got := fmt.Sprint(lane(as)); got != want {
			t.Errorf("%s sees %s, want %s", as, got, want)
		}
	}
	found := w.refusals(operator, "vehicle="+url.QueryEscape("桂f 83127"))
	if len(found) != 2 || found[0].FoundBy != nil {
		t.Fatalf("%+v", found)
	}
	one := read[httpapi.Refusal](t, w.do(request{path: "/v1/refusals/" + found[0].ID, as: operator}), http.StatusOK)
	if one.FoundBy == nil || !slices.Contains(one.FoundBy.Vehicles, "桂F83127") || len(one.FoundBy.HS) > 0 {
		t.Errorf("found by %+v", one.FoundBy)
	}
	read[answer.Problem](t, w.do(request{path: "/v1/refusals?hs=08", as: operator}), http.StatusBadRequest)
	read[answer.Problem](t, w.do(request{path: "/v1/refusals?vehicle=-", as: operator}), http.StatusBadRequest)
}

// exported returns the file of a list.
func (w *world) exported(as, query, media string) result {
	return w.file("/v1/exchanges", as, query, media)
}

// file returns a list as a file.
func (w *world) file(path, as, query, media string) result {
	w.t.Helper()
	return w.do(request{path: path + "?" + query, as: as, header: map[string]string{"Accept": media}})
}

func TestExport(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.submit(loaded(t, "=1+2", "桂F 83127"))
	w.submit(carnet(t, "B"))
	w.awaitIndex()
	holder := w.sealed(operator, "Golden Durian")
	got := w.exported(operator, "kind=ata-carnet&holder="+holder+"&sender=", "text/csv")
	if lines := strings.Split(string(got.body), "\r\n"); !strings.Contains(lines[1], "holder="+holder+"&kind=ata-carnet") || lines[len(lines)-2] != "# end: 0" {
		t.Errorf("%q", lines)
	}
	got = w.exported(operator, "kind=ata-carnet", "text/csv, */*")
	if got.status != http.StatusOK || !strings.HasPrefix(string(got.body), "# exported: 2") || !strings.Contains(got.header.Get("Content-Type"), "text/csv") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	reader := csv.NewReader(strings.NewReader(string(got.body)))
	reader.Comment = '#'
	records, err := reader.ReadAll()
	if err != nil || len(records) != 3 || records[0][0] != "exchangeId" || records[1][5] != "B" || records[2][5] != "'=1+2" || !strings.Contains(records[2][12], "桂F83127") {
		t.Errorf("%v, %q", err, records)
	}
	lines := strings.Split(strings.TrimSpace(string(w.exported(port, "", "application/x-ndjson").body)), "\n")
	var first export.Heading
	var one httpapi.Exchange
	if json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &one) != nil || len(lines) != 4 || lines[3] != `{"exchanges":2}` {
		t.Errorf("%q", lines)
	}
	if first.By != port || first.At.IsZero() || one.DocumentNumber != "B" || one.FoundBy == nil {
		t.Errorf("%+v, %+v", first, one)
	}
	if own := w.exported(stranger, "", "text/csv"); !strings.HasSuffix(string(own.body), "# end: 0\r\n") {
		t.Errorf("a stranger gets %s", own.body)
	}
	read[answer.Problem](t, w.exported(operator, "kind=letter", "text/csv"), 422)
	read[answer.Problem](t, w.exported(operator, "limit=5", "text/csv"), 400)
}

// A file has all pages, each exchange once.
func TestExportOfManyPages(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.index.paged(1, 0) // ten of these are one page of the file
	want := []string{}
	for number := range strings.SplitSeq("ABCDEFGHIJKLMNOPQRSTUVWXY", "") {
		w.submit(carnet(t, number))
		want = append([]string{number}, want...)
	}
	w.awaitIndex()
	lines := strings.Split(strings.TrimSpace(string(w.exported(operator, "", "application/x-ndjson").body)), "\n")
	got := []string{}
	for _, line := range lines[1 : len(lines)-1] {
		var x httpapi.Exchange
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		got = append(got, x.DocumentNumber)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	w.index.paged(1, 11)
	out, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/exchanges", nil)
	if err != nil {
		t.Fatal(err)
	}
	out.Header.Set("Authorization", "Bearer "+operator)
	out.Header.Set("Accept", "text/csv")
	in, err := w.client.Do(out)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, in.Body)
	if body, err := io.ReadAll(in.Body); err == nil || !strings.Contains(string(body), "exchangeId") {
		t.Errorf("a file that is not whole passes for one: %v, %s", err, body)
	}
	w.index.fail(nil)
}

// A lane says of each document that is cited whether it is here, was refused and why, or is
// missing. A party sees its own refusals alone.
func TestLaneSaysWhatWasRefused(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.changeParties(func(p *exchange.Party) {
		if p.ID == port || p.ID == stranger {
			p.Sends, p.OnBehalfOf = []string{"import-declaration", "sps-certificate"}, []string{"window-vn"}
		}
	})
	sample := func(kind, name string) testdata.Sample {
		s, err := testdata.Find(kind, name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	declared := w.submit(sample("import-declaration", "durian-youyiguan").Bytes)
	w.consigned(declared.ExchangeID)
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + declared.ExchangeID, as: port}), http.StatusOK)
	key := append(x.FoundBy.Vehicles, x.FoundBy.Containers...)[0]
	cited := func(as string) httpapi.Cited {
		lane := read[httpapi.Lane](t, w.do(request{path: "/v1/lanes/" + url.PathEscape(key), as: as}), http.StatusOK)
		at := slices.IndexFunc(lane.Cited, func(c httpapi.Cited) bool { return c.Kind == "sps-certificate" })
		if at < 0 {
			t.Fatalf("%+v", lane.Cited)
		}
		return lane.Cited[at]
	}
	missing := cited(operator)
	if missing.ExchangeID != "" || missing.Refusal != nil {
		t.Errorf("before: %+v", missing)
	}
	certificate := sample("sps-certificate", "durian-youyiguan")
	_, rest, _ := strings.Cut(string(certificate.Bytes), "<ram:ID>")
	old, _, _ := strings.Cut(rest, "<")
	broken := strings.ReplaceAll(string(testdata.Numbered(certificate.Bytes, old, missing.DocumentNumber)), "StatusCode>", "StatusCodes>")
	if a := w.do(request{path: "/v1/documents", as: stranger, body: broken}); a.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", a.status, a.body)
	}
	w.awaitIndex()
	if got := cited(operator); got.Refusal == nil || got.Refusal.Sender != stranger || got.Refusal.Code != "invalid" || len(got.Refusal.FaultCodes) == 0 {
		t.Errorf("refused: %+v", got)
	}
	if got := cited(port); got.Refusal != nil {
		t.Errorf("a party sees the refusal of another: %+v", got)
	}
}
