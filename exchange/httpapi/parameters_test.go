package httpapi

import (
	"errors"
	"math"
	"net/http/httptest"
	"testing"
	"time"

	"pgregory.net/rapid"
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
		{"no state", "state=Lost", false},
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
			p.number("limit", 1, 500, 0)
			p.duration("lease", time.Second, time.Hour, time.Minute)
			p.cursor("cursor")
			err := p.err()
			if (err == nil) != c.good {
				t.Fatalf("%q: %v", c.query, err)
			}
			if r, ok := errors.AsType[*refusal](err); !c.good && (!ok || r.status != 400) {
				t.Errorf("refused as %v", err)
			}
		})
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
