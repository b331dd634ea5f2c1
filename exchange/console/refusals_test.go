package console_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/console"
	"beibu/exchange/proof"
	"beibu/queue"
	"beibu/testdata"
)

// thirteen is a carnet that is valid for thirteen months, which rule ATA-01 refuses.
func thirteen(t testing.TB) []byte {
	t.Helper()
	s, err := testdata.Find("ata-carnet", "ata-01-thirteen-months")
	must(t, err)
	return s.Bytes
}

// submit has the port submit a document, and waits until its refusal is in the index.
func (w *world) submit(document []byte) {
	w.t.Helper()
	w.options.Admission.Submit(w.t.Context(), exchange.WayTopic, port, "request-1", document)
	must(w.t, w.Recorder.Wait(w.t.Context()))
}

var refusalLinks = regexp.MustCompile(`href="/console/refusals/([0-9a-f-]{36})"`)

// refusalsIn returns the ids of the refusals of a page.
func refusalsIn(p page) []string {
	var ids []string
	for _, found := range refusalLinks.FindAllStringSubmatch(p.html, -1) {
		ids = append(ids, found[1])
	}
	return ids
}

// Refusals have the filters of the address, and a sender sees its own.
func TestListOfRefusals(t *testing.T) {
	w := newWorld(t)
	w.submit(thirteen(t))
	w.submit([]byte("no document"))
	b := w.visit(duty)
	for query, want := range map[string]int{
		"": 2, "?sender=" + port: 2, "?code=ATA-01": 1, "?code=xml.syntax": 1, "?kind=ata-carnet": 1, "?way=topic": 2, "?way=http": 0, "?number=NONE": 0,
	} {
		if p := b.get("/console/refusals" + query); p.status != http.StatusOK || len(refusalsIn(p)) != want {
			t.Errorf("%s: %d, %d refusals, want %d\n%s", query, p.status, len(refusalsIn(p)), want, p.text)
		}
	}
	for name, want := range map[string]int{port: 2, stranger: 0, watcher: 2} {
		if got := len(refusalsIn(w.visit(name).get("/console/refusals"))); got != want {
			t.Errorf("%s sees %d, want %d", name, got, want)
		}
	}
	for query, field := range map[string]string{
		"sender=moon": "sender", "kind=letter": "kind", "code=NONE-1": "code", "way=pigeon": "way", "digest=12": "digest", "since=soon": "since",
	} {
		if p := b.get("/console/refusals?" + query); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-`+field+`"`) {
			t.Errorf("%s: %d\n%s", query, p.status, p.html)
		}
	}
	for query, status := range map[string]int{"colour=red": 400, "code=&way=": 303} {
		if p := b.get("/console/refusals?" + query); p.status != status {
			t.Errorf("%s: %d, want %d", query, p.status, status)
		}
	}
	for _, way := range exchange.Ways() {
		if text := console.WayText(way); text.ZH == string(way) {
			t.Errorf("%s has no words", way)
		}
	}
}

// A refusal shows its codes with their places, and what its code means. Who may examine the
// document is offered to.
func TestShowRefusal(t *testing.T) {
	w := newWorld(t)
	w.submit(thirteen(t))
	path := "/console/refusals/" + refusalsIn(w.visit(port).get("/console/refusals"))[0]
	for name, want := range map[string]int{duty: 200, port: 200, watcher: 200, stranger: 404, manager: 403} {
		b := w.visit(name)
		for _, lang := range []string{"en", "zh-CN"} {
			b.lang = lang
			p := b.get(path)
			checkPage(t, p, lang)
			if p.status != want {
				t.Errorf("%s: %d, want %d", name, p.status, want)
			}
			if p.status != http.StatusOK {
				continue
			}
			for _, part := range []string{"ATA-01", "<code>/", "Validity"} {
				if !strings.Contains(p.html, part) {
					t.Errorf("%s: it lacks %q:\n%s", name, part, p.html)
				}
			}
			if offered := strings.Contains(p.html, `type="file"`); offered != (name != watcher) {
				t.Errorf("%s is offered to examine the document: %v", name, offered)
			}
		}
	}
	if p := w.visit(duty).get("/console/refusals/none"); p.status != http.StatusNotFound {
		t.Errorf("%d", p.status)
	}
}

// Refusals beyond those that are recorded one by one are a count, with its codes.
func TestCountOfRefusals(t *testing.T) {
	w := newWorld(t)
	at := queue.Stored(time.Now())
	count := exchange.Refusal{
		ID: uuid.New(), At: at, Identity: proof.Identity{Sender: port},
		Count: &exchange.RefusalCount{Documents: 10, Codes: map[string]int{"xml.syntax": 10, "invalid": 3}, Ways: []exchange.Way{exchange.WayTopic}, First: at, Last: at},
	}
	event, err := count.Event()
	must(t, err)
	must(t, w.Recorder.Append(t.Context(), event))
	b := w.visit(duty)
	p := b.get("/console/refusals")
	if !strings.Contains(p.text, "10 documents within a minute") {
		t.Fatalf("%s", p.text)
	}
	p = b.get("/console/refusals/" + refusalsIn(p)[0])
	if !strings.Contains(p.text, "xml.syntax 10") || strings.Contains(p.html, `type="file"`) {
		t.Errorf("%s", p.text)
	}
}

// upload sends a form with a file.
func (b *browser) upload(path, sender string, document []byte) page {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(b.t, form.WriteField("sender", sender))
	file, err := form.CreateFormFile("document", "document.xml")
	must(b.t, err)
	_, err = file.Write(document)
	must(b.t, err)
	must(b.t, form.Close())
	return b.send(http.MethodPost, path, form.FormDataContentType(), &body)
}

// A refused document is examined again by what is in force now. Nothing of it is kept.
func TestExamine(t *testing.T) {
	w := newWorld(t)
	const path = "/console/refusals/examine"
	w.submit(thirteen(t))
	good, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	must(t, err)
	before := len(listed(w.visit(duty).get("/console/exchanges")))
	for name, one := range map[string]struct {
		as, sender string
		document   []byte
		status     int
		want       string
	}{
		"refused":              {duty, "", thirteen(t), 200, "ATA-01"},
		"good":                 {duty, port, good.Bytes, 200, "It would be accepted now"},
		"its sender":           {port, "", good.Bytes, 200, "It would be accepted now"},
		"nobody's":             {duty, "", good.Bytes, 404, "not-refused"},
		"no file":              {duty, port, nil, 422, "choose a file"},
		"no such party":        {duty, "moon", good.Bytes, 422, "no party"},
		"another party's":      {receiver, port, good.Bytes, 422, "your own party"},
		"too large":            {duty, port, make([]byte, 8<<20+1), 413, "too-large"},
		"much too large":       {duty, port, make([]byte, 9<<20), 413, "too-large"},
		"who may not":          {watcher, port, good.Bytes, 403, "forbidden"},
		"text in another form": {duty, port, []byte("no document"), 200, "xml.syntax"},
	} {
		p := w.visit(one.as).upload(path, one.sender, one.document)
		if p.status != one.status || !strings.Contains(p.text, one.want) {
			t.Errorf("%s: %d, and it lacks %q: %s", name, p.status, one.want, p.text)
		}
	}
	if p := w.visit(duty).post(path, nil); p.status != http.StatusBadRequest {
		t.Errorf("no form: %d %s", p.status, p.text)
	}
	if after := len(listed(w.visit(duty).get("/console/exchanges"))); after != before {
		t.Errorf("%d exchanges, %d before", after, before)
	}
	for _, name := range []string{duty, port} {
		b := w.visit(name)
		b.lang = "zh-CN"
		checkPage(t, b.upload(path, "", thirteen(t)), b.lang)
	}
}
