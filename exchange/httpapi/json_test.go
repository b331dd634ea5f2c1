package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/operator/replay"
)

// JSON is read in one way only: whoever reads the same bytes sees the same.
func TestJSONKeysAreExact(t *testing.T) {
	type order struct {
		Query  replay.Query `json:"query"`
		Reason string       `json:"reason"`
		Acks   []Ack        `json:"acks"`
	}
	for body, want := range map[string]string{
		`{"reason":"x","query":{"receivers":["a"]},"acks":[{"exchangeId":"1"},{"exchangeId":"2"}]}`: "",
		`{"reason":"x","query":{"receivers":["a"],"since":"2026-09-01T08:00:00Z"}}`:                 "",
		`{"reason":"x","reason":"y"}`:                           `the key "reason" is given twice`,
		`{"reason":"x","\u0072eason":"y"}`:                      `the key "reason" is given twice`,
		`{"query":{"sender":"a","sender":"b"}}`:                 `the key "sender" is given twice`,
		`{"acks":[{"outcome":"accepted","outcome":"refused"}]}`: `the key "outcome" is given twice`,
		`{"Reason":"x"}`:                                        `unknown field "Reason"`,
		`{"reaſon":"x"}`:                                        `unknown field "reaſon"`,
		`{"query":{"SENDER":"a"}}`:                              `unknown field "SENDER"`,
		`{"acks":[` + strings.Repeat(`{},`, maxValues) + `{}]}`: "more than 10000 values",
		`{"reason":"x"`:                                         "unexpected EOF",
		`{"reason":"x"} {}`:                                     "more than one JSON value",
		`{"` + strings.Repeat("x", 5000) + `":1}`:               `unknown field "` + strings.Repeat("x", 64) + `"`,
	} {
		var o order
		err := decodeJSON([]byte(body), &o)
		switch {
		case want == "" && err != nil:
			t.Errorf("%.200s: %v", body, err)
		case want != "":
			p, _ := answer.ProblemOf(err, "request-1")
			if err == nil || !strings.Contains(p.Detail, want) {
				t.Errorf("%.200s: %.300s, want %s", body, p.Detail, want)
			}
		}
	}
}

// Every line of a header counts.
func TestRepeatedHeaders(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		status int
	}{
		{"Content-Encoding", []string{"identity"}, http.StatusOK},
		{"Content-Encoding", []string{"identity", "gzip"}, http.StatusUnsupportedMediaType},
		{"Content-Encoding", []string{"", "gzip"}, http.StatusUnsupportedMediaType},
		{"Content-Encoding", []string{"gzip", "gzip"}, http.StatusUnsupportedMediaType},
		{"Content-Type", []string{mediaXML, mediaJSON}, http.StatusUnsupportedMediaType},
	} {
		s := echo(t, admission.Limits{}, Limits{}, echoXML)
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("<a/>"))
		r.Header.Set("Content-Type", mediaXML)
		r.Header[c.name] = c.values
		recorded := httptest.NewRecorder()
		s.ServeHTTP(recorded, r)
		if recorded.Code != c.status {
			t.Errorf("%s %q: %d, want %d", c.name, c.values, recorded.Code, c.status)
		}
	}
}
