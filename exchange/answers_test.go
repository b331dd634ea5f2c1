package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts/codes"
	"beibu/queue"
	"beibu/testdata"
)

// answering are the parties and routes of a world in which answers are given.
func answering(unknown string, to ...string) ([]exchange.Party, []exchange.Route) {
	every := []string{"ata-carnet", "response"}
	parties := []exchange.Party{
		{ID: "qinzhou", Role: exchange.Customs, Country: "CN", Locodes: []string{"CNQZH"}, Sends: every, Receives: every},
		{ID: "promotion", Role: exchange.Department, Country: "CN", Sends: every, Receives: every},
		{ID: "window-vn", Role: exchange.Window, Country: "VN", Sends: every, Receives: every},
		{ID: "window-th", Role: exchange.Window, Country: "TH", Sends: every, Receives: every},
		{ID: "deaf", Role: exchange.Department, Country: "CN", Sends: []string{"ata-carnet"}},
	}
	for i := range parties { // as the same unit, so that one may send a later version of what another has sent
		parties[i].Issues = []exchange.Issue{{Kinds: []string{"ata-carnet"}, Countries: []string{"CN"}}}
	}
	return parties, []exchange.Route{
		{Name: "carnet", Kinds: []string{"ata-carnet"}, To: []string{"promotion", "window:import"}},
		{Name: "answer", Kinds: []string{"response"}, To: to, Unknown: unknown},
	}
}

// A reply is a response in the making.
type reply struct {
	number    string // of the document that it answers
	version   string
	exchange  string // that it states
	code      string // of UNCL 4343; "" is AP
	addressee string
	twice     string // the number of a second document that it answers
}

func (r reply) bytes(t *testing.T, own string) []byte {
	t.Helper()
	s, err := testdata.Find("response", "origin-accepted-hanoi")
	if err != nil {
		t.Fatal(err)
	}
	b := testdata.Numbered(s.Bytes, "VNSW-R-2026-5590187", own)
	text := strings.NewReplacer(
		">861<", ">955<", "gx-trade-promotion<", r.addressee+"<", "<cbc:ID>E264507A12340086</cbc:ID>", "<cbc:ID>"+r.number+"</cbc:ID>"+optional("UUID", r.exchange),
		"E264507A12340091", r.twice,
	).Replace(string(b))
	if r.code != "" {
		text = strings.Replace(text, ">AP<", ">"+r.code+"<", 1)
	}
	if r.version != "" {
		text = strings.Replace(text, ">955</cbc:DocumentTypeCode>", ">955</cbc:DocumentTypeCode><cbc:VersionID>"+r.version+"</cbc:VersionID>", 1)
	}
	if r.twice == "" { // leave out the second answer
		last := strings.LastIndex(text, "<cac:DocumentResponse>")
		text = text[:last] + "</ApplicationResponse>"
	}
	return []byte(text)
}

func optional(name, value string) string {
	if value == "" {
		return ""
	}
	return "<cbc:" + name + ">" + value + "</cbc:" + name + ">"
}

// versioned returns a version of the carnet of a number.
func versioned(t *testing.T, number, version string) []byte {
	t.Helper()
	return bytes.Replace(carnet(t, number), []byte("<cbc:VersionID>1<"), []byte("<cbc:VersionID>"+version+"<"), 1)
}

// sent accepts a carnet that a party sends, and waits until its receivers have it.
func sent(t *testing.T, w *exchangetest.World, sender string, document []byte) exchange.Exchange {
	t.Helper()
	got, err := w.Accept(t.Context(), from(sender, document))
	if err != nil {
		t.Fatal(err)
	}
	return w.Await(t, got.Exchange, exchangetest.Consigned)
}

// An answer goes to the sender of the document that it answers, and both exchanges show it.
func TestAnswer(t *testing.T) {
	for _, own := range []bool{false, true} {
		parties, routes := answering("", "sender:answered", "party:addressee?")
		w := exchangetest.NewWorld(t, parties, routes)
		x := sent(t, w, "qinzhou", carnet(t, number))
		r := reply{number: number, code: "RE"}
		if own {
			r.exchange = x.ID.String()
		}
		answer := sent(t, w, "window-vn", r.bytes(t, "R-1"))
		if got := answer.Receivers; len(got) != 1 || got[0] != "qinzhou" {
			t.Errorf("it goes to %v", got)
		}
		if len(answer.Answers) != 1 || answer.Answers[0].To != x.ID || answer.Answers[0].Verdict != codes.Rejected || len(answer.Answers[0].Reasons) != 1 {
			t.Errorf("it answers %+v", answer.Answers)
		}
		x = w.Await(t, x, func(x exchange.Exchange) bool { return len(x.Replies) > 0 })
		if r := x.Replies[0]; r.Exchange != answer.ID || r.Identity.Sender != "window-vn" || r.Identity.Number != "R-1" || r.Verdict != codes.Rejected {
			t.Errorf("it is answered by %+v", r)
		}
		if x.State != exchange.ContentConsignment {
			t.Errorf("a refusal in an answer brings the delivery to %s", x.State)
		}
		index, recorder := secondNode(t, w) // folds the record from its beginning
		if err := recorder.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, err := index.Exchange(t.Context(), x.ID)
		if diff := cmp.Diff(x.Replies, again.Replies); err != nil || diff != "" {
			t.Errorf("an index that is built again shows (-first +again):\n%s%v", diff, err)
		}
	}
}

// What keeps an answer from its receiver is a fault at the reference.
func TestAnswerToNothing(t *testing.T) {
	parties, routes := answering("", "sender:answered", "party:addressee?")
	w := exchangetest.NewWorld(t, parties, routes)
	x := sent(t, w, "qinzhou", carnet(t, number))
	sent(t, w, "promotion", carnet(t, "TWICE"))
	sent(t, w, "qinzhou", versioned(t, "TWICE", "2"))
	sent(t, w, "deaf", carnet(t, "DEAF"))
	for name, test := range map[string]struct {
		by    string
		reply reply
		code  string
		says  string
	}{
		"a number that nobody sent":       {"window-vn", reply{number: "NONE"}, exchange.CodeUnknownDocument, "window-vn has received no document here of kind ata-carnet with the number"},
		"a document of other receivers":   {"window-th", reply{number: number}, exchange.CodeUnknownDocument, "window-th has received no document"},
		"another version":                 {"window-vn", reply{number: number, version: "9"}, exchange.CodeUnknownDocument, ""},
		"another exchange":                {"window-vn", reply{number: number, exchange: newID(t, x.ID)}, exchange.CodeUnknownDocument, ""},
		"its own sender":                  {"qinzhou", reply{number: number}, exchange.CodeUnknownDocument, ""},
		"one of two is unknown":           {"window-vn", reply{number: number, twice: "NONE"}, exchange.CodeUnknownDocument, ""},
		"two senders":                     {"window-vn", reply{number: "TWICE"}, exchange.CodeAmbiguousDocument, "promotion, ata-carnet"},
		"two senders, and another's name": {"window-vn", reply{number: "TWICE", addressee: "window-th"}, exchange.CodeAmbiguousDocument, "qinzhou, ata-carnet"},
		"a sender that takes no answers":  {"window-vn", reply{number: "DEAF"}, exchange.CodeUnroutable, "deaf, which sent the document that is answered"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Accept(t.Context(), from(test.by, test.reply.bytes(t, "R-"+name)))
			failure, ok := errors.AsType[*exchange.Error](err)
			if !ok || failure.Kind != exchange.Unroutable || len(failure.Faults) != 1 {
				t.Fatalf("got %v", err)
			}
			if f := failure.Faults[0]; f.Code != test.code || !strings.Contains(f.Message.EN, test.says) || f.Line == 0 {
				t.Errorf("the fault is %+v", f)
			}
		})
	}
}

// A type that documents of several kinds have names none of them: the number finds the
// document that is answered, be it an SPS certificate or a health certificate.
func TestAnswerByTypeOfSeveralKinds(t *testing.T) {
	for kind, document := range map[string]string{"sps-certificate": "shrimp-qinzhou", "health-certificate": "birds-nest-qinzhou"} {
		t.Run(kind, func(t *testing.T) {
			every := []string{kind, "response"}
			parties := []exchange.Party{
				{ID: "window-vn", Role: exchange.Window, Country: "VN", Sends: every, Receives: every},
				{ID: "qinzhou", Role: exchange.Customs, Country: "CN", Sends: every, Receives: every},
			}
			w := exchangetest.NewWorld(t, parties, []exchange.Route{
				{Name: "certificate", Kinds: []string{kind}, To: []string{"qinzhou"}},
				{Name: "answer", Kinds: []string{"response"}, To: []string{"sender:answered"}},
			})
			s, err := testdata.Find(kind, document)
			if err != nil {
				t.Fatal(err)
			}
			x := sent(t, w, "window-vn", bytes.ReplaceAll(s.Bytes, []byte("<ram:TypeCode>852<"), []byte("<ram:TypeCode>853<")))
			answer := bytes.ReplaceAll(reply{number: x.Identity.Number, addressee: "window-vn"}.bytes(t, "R-1"), []byte(">955<"), []byte(">853<"))
			got, err := w.Accept(t.Context(), from("qinzhou", answer))
			if err != nil {
				t.Fatal(err)
			}
			if a := got.Exchange.Answers; len(a) != 1 || a[0].To != x.ID {
				t.Errorf("it answers %+v", a)
			}
		})
	}
}

// newID returns the id of an exchange that does not exist.
func newID(t *testing.T, like uuid.UUID) string {
	t.Helper()
	like[15]++
	return like.String()
}

// Of several senders with one number, the answer says which it means; of several versions,
// the newest is meant.
func TestAnswerToOneOfSeveral(t *testing.T) {
	parties, routes := answering("", "sender:answered", "party:addressee?")
	w := exchangetest.NewWorld(t, parties, routes)
	theirs := sent(t, w, "promotion", carnet(t, "TWICE"))
	sent(t, w, "qinzhou", versioned(t, "TWICE", "2"))
	version := func(v string) []byte { return versioned(t, "TWICE", v) }
	newest := sent(t, w, "qinzhou", version("3"))
	for name, test := range map[string]struct {
		reply reply
		want  exchange.Exchange
	}{
		"the id":                      {reply{number: "TWICE", exchange: theirs.ID.String()}, theirs},
		"the addressee":               {reply{number: "TWICE", addressee: "promotion"}, theirs},
		"the addressee, the newest":   {reply{number: "TWICE", addressee: "qinzhou"}, newest},
		"the version":                 {reply{number: "TWICE", version: "3"}, newest},
		"the id of another system":    {reply{number: "TWICE", version: "3", exchange: uuid.NewString()}, newest},
		"two documents, both answers": {reply{number: "TWICE", addressee: "qinzhou", twice: "TWICE"}, newest},
	} {
		got, err := w.Accept(t.Context(), from("window-vn", test.reply.bytes(t, "R-"+name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a := got.Exchange.Answers; len(a) == 0 || a[0].To != test.want.ID || got.Exchange.Receivers[0] != test.want.Identity.Sender {
			t.Errorf("%s: %+v to %v", name, a, got.Exchange.Receivers)
		}
	}
}

// If the route holds answers to unknown documents, a person decides. Until then the sender
// of the document does not see what is held.
func TestAnswerIsHeld(t *testing.T) {
	parties, routes := answering(exchange.UnknownHold, "sender:answered", "party:addressee?")
	w := exchangetest.NewWorld(t, parties, routes)
	x := sent(t, w, "qinzhou", carnet(t, number))
	got, err := w.Accept(t.Context(), from("window-vn", reply{number: number, twice: "NONE", addressee: "promotion"}.bytes(t, "R-1")))
	if err != nil || got.Exchange.State != exchange.SubmissionHeld || len(got.Exchange.Held.Faults) != 1 || got.Exchange.Held.Faults[0].Code != exchange.CodeUnknownDocument {
		t.Fatalf("got %+v, %v", got.Exchange, err)
	}
	w.Await(t, got.Exchange, func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld })
	if shown, err := w.Journal.Exchange(t.Context(), x.ID); err != nil || len(shown.Replies) != 0 {
		t.Errorf("a held answer is shown: %+v, %v", shown.Replies, err)
	}
	hold := exchange.Hold{Journal: w.Journal, Recorder: w.Recorder}
	if err := hold.Decide(t.Context(), exchange.Verdict{Exchange: got.Exchange.ID, Release: true, Actor: "anna", Reason: "known", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if shown, err := w.Journal.Exchange(t.Context(), x.ID); err != nil || len(shown.Replies) != 1 {
		t.Errorf("a released answer is not shown: %+v, %v", shown.Replies, err)
	}
	_, err = w.Accept(t.Context(), from("window-vn", reply{number: "NONE"}.bytes(t, "R-2")))
	if failure, ok := errors.AsType[*exchange.Error](err); !ok || failure.Kind != exchange.Unroutable {
		t.Errorf("an answer that has no receiver at all: %v", err)
	}
}

// A resend gets its receipt, whatever has become of the documents and routes.
func TestAnswerAgain(t *testing.T) {
	parties, routes := answering("", "sender:answered")
	w := exchangetest.NewWorld(t, parties, routes)
	sent(t, w, "qinzhou", carnet(t, number))
	document := reply{number: number}.bytes(t, "R-1")
	accepted, err := w.Accept(t.Context(), from("window-vn", document))
	if err != nil {
		t.Fatal(err)
	}
	sent(t, w, "promotion", versioned(t, number, "2")) // now the number means two documents
	w.InForce.Routes, err = exchange.NewRoutes(nil, w.InForce.Parties)
	if err != nil {
		t.Fatal(err)
	}
	w.Intake.Answered = &exchange.Correspondence{Journal: w.Journal, Recorder: &exchange.Recorder{Feed: gone{}}}
	again, err := w.Accept(t.Context(), from("window-vn", document))
	if err != nil || !again.Duplicate || again.Receipt != accepted.Receipt {
		t.Errorf("got %+v, %v", again, err)
	}
}

// gone is a record that cannot be read.
type gone struct{ queue.Feed }

func (gone) Head(context.Context) (int64, error) { return 0, errors.New("gone") }

// The index of a node that is behind the record is waited for. If it does not come in
// time, nothing is decided and the sender is to send again.
func TestAnswerWaitsForTheIndex(t *testing.T) {
	parties, routes := answering("", "sender:answered")
	w := exchangetest.NewWorld(t, parties, routes)
	behind := &late{Fold: w.Journal, let: make(chan struct{})}
	w.Intake.Answered = &exchange.Correspondence{Journal: w.Journal, Recorder: &exchange.Recorder{Feed: w.Store, Fold: behind}}
	sent(t, w, "qinzhou", carnet(t, number))
	document := reply{number: number}.bytes(t, "R-1")
	w.Intake.Patience = time.Millisecond
	_, err := w.Accept(t.Context(), from("window-vn", document))
	if failure, ok := errors.AsType[*exchange.Error](err); !ok || failure.Kind != exchange.Unavailable {
		t.Fatalf("an index that is behind: %v", err)
	}
	close(behind.let)
	w.Intake.Patience = 0
	if _, err := w.Accept(t.Context(), from("window-vn", document)); err != nil {
		t.Errorf("sent again: %v", err)
	}
}

// late is an index that is behind the record until it is let.
type late struct {
	exchange.Fold
	let chan struct{}
}

func (l *late) Wait(ctx context.Context, sequence int64) error {
	select {
	case <-l.let:
		return l.Fold.Wait(ctx, sequence)
	case <-ctx.Done():
		return ctx.Err()
	}
}
