package httpapi_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/answer"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts/codes"
	"beibu/exchange/httpapi"
)

// An answer of a receiver comes to the sender of the document, who sees it there; so does
// the receiver, and nobody else.
func TestAnswersToAnExchange(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	sent := w.submit(carnet(t, "A-1"))
	w.consigned(sent.ExchangeID)
	document := exchangetest.AnswerTo(t, "A-1", "R-1", "RE", "the stamp is missing")
	got := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: receiver, body: string(document)}), http.StatusAccepted)
	w.consigned(got.ExchangeID)

	show := func(as, id string) httpapi.Exchange {
		return read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + id, as: as}), http.StatusOK)
	}
	for _, as := range []string{port, receiver, operator} {
		x := show(as, sent.ExchangeID)
		if len(x.Answers) != 1 || x.Answers[0].ExchangeID != got.ExchangeID || x.Answers[0].Sender != receiver || x.Answers[0].Verdict != codes.Rejected ||
			len(x.Answers[0].Reasons) != 1 || x.Answers[0].Reasons[0].Text != "the stamp is missing" || x.Answers[0].At == nil {
			t.Errorf("%s: the carnet has the answers %+v", as, x.Answers)
		}
		if x := show(as, got.ExchangeID); len(x.AnswerTo) != 1 || x.AnswerTo[0].ExchangeID != sent.ExchangeID || x.AnswerTo[0].DocumentNumber != "A-1" {
			t.Errorf("%s: the response answers %+v", as, x.AnswerTo)
		}
	}
	if mail := w.fetch(port, ""); len(mail) != 2 || len(mail[0].AnswerTo) != 0 || mail[1].ExchangeID != got.ExchangeID || len(mail[1].AnswerTo) != 1 || mail[1].AnswerTo[0] != sent.ExchangeID {
		t.Errorf("the port has in its mailbox %+v", mail)
	}
	for _, as := range []string{port, receiver, operator} {
		for query, want := range map[string]int{"yes": 1, "rejected": 1, "accepted": 0} {
			page := w.list(as, "kind=ata-carnet&answered="+query)
			if len(page.Exchanges) != want {
				t.Errorf("%s: %d exchanges are answered with %s", as, len(page.Exchanges), query)
			}
			for _, x := range page.Exchanges {
				if len(x.Answered) != 1 || x.Answered[0].Party != receiver || x.Answered[0].Verdict != codes.Rejected || x.Answered[0].Code != "RE" ||
					x.Answered[0].ExchangeID != got.ExchangeID || x.Answered[0].Kind != "response" || x.Answers != nil {
					t.Errorf("%s: %+v", as, x.Answered)
				}
			}
		}
		if page := w.list(as, "kind=ata-carnet&answered=no"); len(page.Exchanges) != 0 {
			t.Errorf("%s: %+v is not answered", as, page.Exchanges)
		}
	}
	unknown := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: receiver, body: string(bytes.ReplaceAll(document, []byte("A-1<"), []byte("A-2<")))}), http.StatusConflict)
	if unknown.Code != "number-taken" {
		t.Errorf("another content under its number: %+v", unknown)
	}
	document = exchangetest.AnswerTo(t, "A-2", "R-2", "AP", "fine")
	check := func(as, query string, document []byte) httpapi.Check {
		return read[httpapi.Check](t, w.do(request{method: http.MethodPost, path: "/v1/checks" + query, as: as, body: string(document)}), http.StatusOK)
	}
	for as, query := range map[string]string{receiver: "", operator: "?sender=" + receiver} {
		if got := check(as, query, document); !got.Valid || len(got.Receivers) > 0 || len(got.Obstacles) != 1 || got.Obstacles[0].Code != "response.unknown-document" {
			t.Errorf("%s checks an answer to an unknown document: %+v", as, got)
		}
		if got := check(as, query, exchangetest.AnswerTo(t, "A-1", "R-3", "AP", "fine")); !slices.Contains(got.Receivers, port) || len(got.Obstacles) > 0 {
			t.Errorf("%s checks an answer: %+v", as, got)
		}
	}
	if got := check(operator, "", document); len(got.Obstacles) != 1 || !strings.Contains(got.Obstacles[0].Message.EN, "name the party") {
		t.Errorf("an answer that nobody in particular sends: %+v", got)
	}
	refused := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: receiver, body: string(document)}), http.StatusUnprocessableEntity)
	if refused.Code != "unroutable" || len(refused.Faults) != 1 || refused.Faults[0].Code != "response.unknown-document" {
		t.Errorf("an answer to an unknown document: %+v", refused)
	}
}

// Of two answers of one party the newest counts in lists and lanes; the page of the
// exchange says which one is earlier.
func TestCorrectedAnswer(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	sent := w.submit(loaded(t, "A", "桂F 83127"))
	w.consigned(sent.ExchangeID)
	for _, document := range [][]byte{exchangetest.AnswerTo(t, "A", "R-1", "RE", "no stamp"), exchangetest.AnswerTo(t, "A", "R-2", "AP", "fine")} {
		got := read[answer.Acceptance](t, w.do(request{path: "/v1/documents", as: receiver, body: string(document)}), http.StatusAccepted)
		w.consigned(got.ExchangeID)
	}
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + sent.ExchangeID, as: port}), http.StatusOK)
	if len(x.Answers) != 2 || !x.Answers[0].Earlier || x.Answers[1].Earlier || x.Answers[0].Verdict != codes.Rejected {
		t.Errorf("%+v", x.Answers)
	}
	lane := read[httpapi.Lane](t, w.do(request{path: "/v1/lanes/" + url.PathEscape("桂F·83127"), as: port}), http.StatusOK)
	for _, x := range []httpapi.Exchange{x, lane.Exchanges[0]} {
		if len(x.Answered) != 1 || x.Answered[0].Verdict != codes.Accepted {
			t.Errorf("%+v", x.Answered)
		}
	}
}
