package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// callOf is a call without a body that is answered into a recorder.
func callOf(recorded *httptest.ResponseRecorder) *call {
	limits := Limits{}.Filled()
	return &call{
		ResponseWriter: recorded, request: httptest.NewRequest(http.MethodGet, "/", http.NoBody),
		id: "request-1", routed: true, limits: &limits,
	}
}

func TestOurCausesAreNotShown(t *testing.T) {
	secret := errors.New("open /var/lib/beibu/queue.db: no space left")
	for _, err := range []error{
		&exchange.Error{Op: "seal document", Kind: exchange.Internal, Code: "internal", Err: secret},
		&exchange.Error{Op: "admit document", Kind: exchange.Unavailable, Code: "unavailable", Err: secret},
		fmt.Errorf("read envelope: %w", secret),
		secret,
		errPanic,
	} {
		recorded := httptest.NewRecorder()
		callOf(recorded).fail(err)
		if text := recorded.Body.String(); strings.Contains(text, "beibu/queue") || strings.Contains(text, "envelope") || strings.Contains(text, "no space") {
			t.Errorf("%v is shown: %s", err, text)
		}
	}
}

// FuzzWriteProblem holds that whatever a document or a cause says, the answer
// is one JSON object in valid UTF-8 with the status of its header.
func FuzzWriteProblem(f *testing.F) {
	f.Add(uint8(2), "schema.missing", "cbc:ID 缺失", "/Invoice[1]", 7)
	f.Add(uint8(1), "xml.doctype", "\xff\xfe\x00", "</script>\u2028", -1)
	f.Add(uint8(0), "", "", "", 0)
	f.Add(uint8(3), "number-taken\r\nSet-Cookie: a=b", `","code":"forged`, "\n", 1<<40)
	f.Fuzz(func(t *testing.T, kind uint8, code, text, path string, line int) {
		kinds := exchange.Kinds()
		failure := &exchange.Error{
			Kind: kinds[int(kind)%len(kinds)], Code: code, Err: errors.New(text),
			Faults: exchange.Faults{{Code: code, Path: path, Line: line, Message: exchange.Text{EN: text, ZH: text}}},
		}
		recorded := httptest.NewRecorder()
		p, _ := answer.ProblemOf(failure, "request-1")
		callOf(recorded).fail(failure)
		var got answer.Problem
		if err := json.Unmarshal(recorded.Body.Bytes(), &got); err != nil || !utf8.Valid(recorded.Body.Bytes()) {
			t.Fatalf("%q: %v", recorded.Body.String(), err)
		}
		if got.Status != recorded.Code || got.RequestID != "request-1" || got.Title != p.Title {
			t.Errorf("status %d in a body of %+v", recorded.Code, got)
		}
		if utf8.ValidString(code) && got.Code != p.Code {
			t.Errorf("code %q became %q", p.Code, got.Code)
		}
		for name, values := range recorded.Header() {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n") {
				t.Errorf("header %s has a line break", name)
			}
		}
	})
}
