package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"beibu/exchange"
)

// statuses says what every kind of failure is answered with. A kind without a
// row fails the test.
var statuses = map[exchange.Kind]struct {
	status    int
	retryable bool
}{
	exchange.Internal:    {500, true},
	exchange.Malformed:   {400, false},
	exchange.Invalid:     {422, false},
	exchange.Untrusted:   {422, false},
	exchange.Conflict:    {409, false},
	exchange.Unroutable:  {422, false},
	exchange.Forbidden:   {403, false},
	exchange.NotFound:    {404, false},
	exchange.Stale:       {409, false},
	exchange.Unavailable: {503, true},
	exchange.InFlight:    {409, true},
}

func TestEveryKindHasAnAnswer(t *testing.T) {
	codes := make(map[string]exchange.Kind)
	for _, kind := range exchange.Kinds() {
		want, ok := statuses[kind]
		if !ok {
			t.Errorf("kind %s has no row in this test", kind)
			continue
		}
		p, wait := problemOf(&exchange.Error{Op: "test", Kind: kind}, "request-1")
		if p.Status != want.status || p.Retryable != want.retryable {
			t.Errorf("kind %s: %d, retryable %t, want %d, %t", kind, p.Status, p.Retryable, want.status, want.retryable)
		}
		if (wait > 0) != (p.Status == http.StatusServiceUnavailable || kind == exchange.InFlight) {
			t.Errorf("kind %s: Retry-After of %d s with status %d", kind, wait, p.Status)
		}
		if other, taken := codes[p.Code]; taken || p.Code == "" || p.Title == "" {
			t.Errorf("kind %s: code %q, title %q (code also of %s)", kind, p.Code, p.Title, other)
		}
		codes[p.Code] = kind
	}
}

// callOf is a call without a body that is answered into a recorder.
func callOf(answer *httptest.ResponseRecorder) *call {
	limits := Limits{}.withDefaults()
	return &call{
		ResponseWriter: answer, request: httptest.NewRequest(http.MethodGet, "/", http.NoBody),
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
		answer := httptest.NewRecorder()
		callOf(answer).fail(err)
		if text := answer.Body.String(); strings.Contains(text, "beibu/queue") || strings.Contains(text, "envelope") || strings.Contains(text, "no space") {
			t.Errorf("%v is shown: %s", err, text)
		}
	}
}

func TestOutOfTimeIsNoPromise(t *testing.T) {
	for _, err := range []error{context.DeadlineExceeded, fmt.Errorf("read index: %w", context.Canceled)} {
		if p, wait := problemOf(err, "request-1"); p.Status != 503 || !p.Retryable || wait == 0 {
			t.Errorf("%v: %+v, wait %d", err, p, wait)
		}
	}
}

func TestConflictNamesTheEarlierExchange(t *testing.T) {
	earlier := &exchange.Exchange{ID: uuid.New(), Digest: [32]byte{0xab}, AcceptedAt: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	p, _ := problemOf(&exchange.Error{Kind: exchange.Conflict, Code: "number-taken", Earlier: earlier}, "request-1")
	if p.Earlier == nil || p.Earlier.ExchangeID != earlier.ID.String() || !p.Earlier.AcceptedAt.Equal(earlier.AcceptedAt) ||
		p.Earlier.DigestSHA256 != "ab"+strings.Repeat("0", 62) || p.Code != "number-taken" {
		t.Errorf("%+v, earlier %+v", p, p.Earlier)
	}
	if p, _ := problemOf(&exchange.Error{Kind: exchange.Stale, Earlier: earlier}, "request-1"); p.Earlier != nil {
		t.Error("an exchange is named where nothing conflicts with it")
	}
}

func TestFaultsOfOneAnswerAreBounded(t *testing.T) {
	many := make(exchange.Faults, 20_000)
	p, _ := problemOf(&exchange.Error{Kind: exchange.Invalid, Faults: many}, "request-1")
	if len(p.Faults) != maxFaults {
		t.Errorf("%d faults, want %d", len(p.Faults), maxFaults)
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
		answer := httptest.NewRecorder()
		p, _ := problemOf(failure, "request-1")
		callOf(answer).fail(failure)
		var got Problem
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || !utf8.Valid(answer.Body.Bytes()) {
			t.Fatalf("%q: %v", answer.Body.String(), err)
		}
		if got.Status != answer.Code || got.RequestID != "request-1" || got.Title != p.Title {
			t.Errorf("status %d in a body of %+v", answer.Code, got)
		}
		if utf8.ValidString(code) && got.Code != p.Code {
			t.Errorf("code %q became %q", p.Code, got.Code)
		}
		for name, values := range answer.Header() {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n") {
				t.Errorf("header %s has a line break", name)
			}
		}
	})
}
