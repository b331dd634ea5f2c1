package httpapi

import (
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/answer"
)

func TestParameters(t *testing.T) {
	cases := []struct {
		name, query string
		good        bool
	}{
		{"none", "", true},
		{"all", "kind=ata-carnet&state=ContentHandover&since=2026-09-01T08:00:00Z&limit=500&lease=90s", true},
		{"a time with an offset", "since=2026-09-01T08:00:00%2B08:00", true},
		{"unknown", "knid=ata-carnet", false},
		{"twice", "kind=a&kind=b", false},
		{"too long", "kind=" + string(make([]byte, 300)), false},
		{"a date for a time", "since=2026-09-01", false},
		{"limit zero", "limit=0", false},
		{"limit too high", "limit=501", false},
		{"limit no number", "limit=ten", false},
		{"lease too short", "lease=10ms", false},
		{"lease without a unit", "lease=60", false},
		{"foreign cursor", "cursor=MTIz", false},
		{"broken escape", "kind=%zz", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.URL.RawQuery = c.query
			p := parametersOf(r)
			p.text("kind")
			p.state("state")
			p.time("since")
			p.limit()
			p.duration("lease", time.Second, time.Hour, time.Minute)
			p.cursor("cursor")
			err := p.err()
			if (err == nil) != c.good {
				t.Fatalf("%q: %v", c.query, err)
			}
			if !c.good && exchange.KindOf(err) != exchange.BadRequest {
				t.Errorf("refused as %v", err)
			}
		})
	}
}

// What cannot be read is named, with what to write instead.
func TestParametersSayWhatIsWrong(t *testing.T) {
	for query, want := range map[string]string{
		"since=2026-09-01T08:00:00+08:00":       "2026-09-01T08:00:00%2B08:00",
		"kind=a&amp;since=2026-09-01T08:00:00Z": `"amp;since=2026-09-01T08:00:00Z": & separates`,
		"kind=a;b":                              `"kind=a;b": a semicolon`,
		"kind=%zz":                              `"kind=%zz": % begins`,
		"kind=a&" + strings.Repeat("%", 300):    `"` + strings.Repeat("%", 64) + `": %`,
		"state=Lost":                            `there is no state "Lost"; the states are SubmissionAcceptance`,
		"since=yesterday":                       "a time such as 2026-09-01T08:00:00Z",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		p := parametersOf(r)
		p.text("kind")
		p.state("state")
		p.time("since")
		problem, _ := answer.ProblemOf(p.err(), "x")
		if !strings.Contains(problem.Detail, want) {
			t.Errorf("%s: %q", query, problem.Detail)
		}
		if unknown := problem.Code == "unknown-state"; unknown != strings.HasPrefix(query, "state=") || unknown != (problem.Status == 422) {
			t.Errorf("%s: %d %s", query, problem.Status, problem.Code)
		}
	}
}

func TestCursorsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		next := rapid.Int64Range(1, math.MaxInt64).Draw(t, "next")
		r := httptest.NewRequest("GET", "/?cursor="+writeCursor(next), nil)
		p := parametersOf(r)
		if got := p.cursor("cursor"); got != next || p.err() != nil {
			t.Errorf("%d became %d (%v)", next, got, p.err())
		}
	})
	if writeCursor(0) != "" {
		t.Error("the end has a cursor")
	}
}

// WritePlace is writePlace.
func WritePlace(next int64, receiver string) string { return writePlace(next, receiver) }
