package answer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/queue"
)

// statuses says what every kind of failure is answered with. A kind without a
// row fails the test.
var statuses = map[exchange.Kind]struct {
	status    int
	retryable bool
}{
	exchange.Internal:        {500, true},
	exchange.Malformed:       {400, false},
	exchange.Invalid:         {422, false},
	exchange.Untrusted:       {422, false},
	exchange.Conflict:        {409, false},
	exchange.Unroutable:      {422, false},
	exchange.Forbidden:       {403, false},
	exchange.NotFound:        {404, false},
	exchange.Stale:           {409, false},
	exchange.Unavailable:     {503, true},
	exchange.InFlight:        {409, true},
	exchange.BadRequest:      {400, false},
	exchange.Unauthenticated: {401, false},
	exchange.TooLarge:        {413, false},
	exchange.OverQuota:       {429, true},
	exchange.Overloaded:      {503, true},
}

func TestEveryKindHasAnAnswer(t *testing.T) {
	codes := make(map[string]exchange.Kind)
	for _, kind := range exchange.Kinds() {
		want, ok := statuses[kind]
		if !ok {
			t.Errorf("kind %s has no row in this test", kind)
			continue
		}
		p, wait := answer.ProblemOf(&exchange.Error{Op: "test", Kind: kind}, "request-1")
		if p.Status != want.status || p.Retryable != want.retryable {
			t.Errorf("kind %s: %d, retryable %t, want %d, %t", kind, p.Status, p.Retryable, want.status, want.retryable)
		}
		if (wait > 0) != (want.retryable && kind != exchange.Internal) {
			t.Errorf("kind %s: wait of %s with status %d", kind, wait, p.Status)
		}
		if other, taken := codes[p.Code]; taken || p.Code == "" || p.Title == "" || p.ZH.Title == "" {
			t.Errorf("kind %s: code %q, title %q (code also of %s)", kind, p.Code, p.Title, other)
		}
		codes[p.Code] = kind
	}
}

// Every row is of a kind, says in Chinese what it says in English, and is what its
// own code is answered with.
func TestEntries(t *testing.T) {
	seen := make(map[string]bool)
	for _, e := range answer.Entries() {
		if seen[e.Code] || statuses[e.Kind].status == 0 || e.Status == 0 || e.Title.EN == "" {
			t.Errorf("%q: twice, or incomplete: %+v", e.Code, e)
		}
		seen[e.Code] = true
		for _, text := range []exchange.Text{e.Title, e.Detail} {
			if chinese := strings.ContainsFunc(text.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }); chinese != (text.EN != "") {
				t.Errorf("%q: %q is %q in Chinese", e.Code, text.EN, text.ZH)
			}
		}
		code := strings.ReplaceAll(e.Code, "*", "some")
		if found, ok := answer.Find(code); !ok || found.Code != e.Code {
			t.Errorf("%q is found as %+v", code, found)
		}
		p, wait := answer.ProblemOf(&exchange.Error{Op: "test", Kind: e.Kind, Code: code}, "request-1")
		if p.Code != code || p.Status != e.Status || p.Title != e.Title.EN || p.Retryable != e.Retryable || wait != e.RetryAfter {
			t.Errorf("%q is answered with %+v after %s, want %+v", code, p, wait, e)
		}
	}
	if _, ok := answer.Find("no-such-code"); ok {
		t.Error("a code without a row is found")
	}
}

// An error says itself when the same may be sent again, and why it arose.
func TestErrorsComplete(t *testing.T) {
	p, wait := answer.ProblemOf(&exchange.Error{
		Op: "test", Kind: exchange.OverQuota, RetryAfter: 20 * time.Second, Err: exchange.Because("3 documents", "3 份单证"),
	}, "request-1")
	if wait != 20*time.Second || p.Detail != "3 documents" || p.ZH.Detail != "3 份单证" || p.Code != "quota-exceeded" {
		t.Errorf("%+v after %s", p, wait)
	}
}

func TestOutOfTimeIsNoPromise(t *testing.T) {
	for _, err := range []error{context.DeadlineExceeded, fmt.Errorf("read index: %w", context.Canceled)} {
		if p, wait := answer.ProblemOf(err, "request-1"); p.Status != 503 || !p.Retryable || wait == 0 {
			t.Errorf("%v: %+v, wait %s", err, p, wait)
		}
	}
}

func TestConflictNamesTheEarlierExchange(t *testing.T) {
	earlier := &exchange.Exchange{ID: uuid.New(), Digest: [32]byte{0xab}, AcceptedAt: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	p, _ := answer.ProblemOf(&exchange.Error{Kind: exchange.Conflict, Code: "number-taken", Earlier: earlier}, "request-1")
	if p.Earlier == nil || p.Earlier.ExchangeID != earlier.ID.String() || !p.Earlier.AcceptedAt.Equal(earlier.AcceptedAt) ||
		p.Earlier.DigestSHA256 != "ab"+strings.Repeat("0", 62) || p.Code != "number-taken" {
		t.Errorf("%+v, earlier %+v", p, p.Earlier)
	}
	if p, _ := answer.ProblemOf(&exchange.Error{Kind: exchange.Stale, Earlier: earlier}, "request-1"); p.Earlier != nil {
		t.Error("an exchange is named, and nothing conflicts with it")
	}
}

func TestFaultsOfOneAnswerAreBounded(t *testing.T) {
	many := make(exchange.Faults, 20_000)
	p, _ := answer.ProblemOf(&exchange.Error{Kind: exchange.Invalid, Faults: many}, "request-1")
	if len(p.Faults) != answer.MaxFaults {
		t.Errorf("%d faults, want %d", len(p.Faults), answer.MaxFaults)
	}
}

// A 503 of which nobody knows whether something was done says so, says that the
// same may be sent again, and which part is at fault; and nothing of ours.
func TestUnavailableSaysWhatIsAtFault(t *testing.T) {
	secret := errors.New("write /var/lib/beibu/queue.db-wal")
	full := fmt.Errorf("admit submission: %w: %w: %w", queue.ErrUnavailable, queue.ErrFull, secret)
	away := fmt.Errorf("admit submission: %w: %w", queue.ErrUnavailable, secret)
	seen := make(map[string]bool)
	for want, err := range map[string]error{
		"the disk of the exchange": &exchange.Error{Op: "admit document", Kind: exchange.Unavailable, Err: full},
		"the log of the exchange":  &exchange.Error{Op: "admit document", Kind: exchange.Unavailable, Err: away},
		"index of this node":       &exchange.Error{Op: "wait for the index", Kind: exchange.Unavailable, Err: context.DeadlineExceeded},
		"time that a request may":  fmt.Errorf("read index: %w", context.DeadlineExceeded),
	} {
		p, wait := answer.ProblemOf(err, "request-1")
		if p.Status != http.StatusServiceUnavailable || p.Code != "unavailable" || !p.Retryable || wait == 0 ||
			!strings.Contains(p.Title, "unknown") || !strings.Contains(p.Title, "safe") || !strings.Contains(p.ZH.Title, "重发是安全的") ||
			!strings.Contains(p.Detail, want) || seen[p.ZH.Detail] || p.ZH.Detail == "" {
			t.Errorf("%v: %+v", err, p)
		}
		seen[p.ZH.Detail] = true
		if strings.Contains(p.Detail+p.ZH.Detail, "/var") {
			t.Errorf("%v is shown: %+v", err, p)
		}
	}
}

// Only what was refused before anything was done says that nothing was done.
func TestNothingWasDoneIsCertain(t *testing.T) {
	for _, e := range answer.Entries() {
		certain := e.Kind == exchange.Overloaded || e.Kind == exchange.OverQuota
		if strings.Contains(e.Title.EN, "nothing was done") != certain || strings.Contains(e.Title.ZH, "未做任何处理") != certain {
			t.Errorf("%s: %+v", e.Code, e.Title)
		}
	}
}
