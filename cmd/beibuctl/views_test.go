package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"beibu/exchange/httpapi"
	"beibu/exchange/operator/views"
)

// A flag of the command line replaces the filter of a view, whichever it is and also if it
// says what is so by default, and without a value it removes it. The other filters of the
// view stay.
func TestFlagsReplaceTheFilterOfAView(t *testing.T) {
	common := map[string]string{"sender": "a", "kind": "ata-carnet", "number": "1", "vehicle": "x1", "container": "c", "transportDocument": "d", "carnet": "e", "licence": "f", "holder": "g"}
	with := func(more map[string]string) map[string]string {
		maps.Copy(more, common)
		return more
	}
	const at, later = "2026-09-01T08:00:00Z", "2026-10-01T08:00:00Z"
	for list, test := range map[views.List]struct {
		command, path string
		filter, given map[string]string // given: what the flags say in place of the filter; another value, if it is not here
	}{
		views.Exchanges: {
			"exchanges list", "/v1/exchanges",
			with(map[string]string{"party": "b", "state": "SubmissionHeld", "rule": "ATA-1", "cause": "expired", "hs": "08", "since": at, "until": at}), nil,
		},
		views.Refusals: {
			"refusals list", "/v1/refusals",
			with(map[string]string{"code": "malformed", "digest": "00", "way": "http", "since": at, "until": at}), nil,
		},
		views.Failures: {
			"failures", "/v1/failures", map[string]string{"party": "a", "receiver": "b", "by": "sender,rule", "since": at, "until": at}, map[string]string{"by": "receiver"},
		},
		views.Audit: {"audit", "/v1/audit", map[string]string{"subject": "party", "since": at}, nil},
		views.Runs:  {"runs list", "/v1/runs", map[string]string{"status": "paused"}, nil},
	} {
		asked := make(chan url.Values, 1)
		mux := http.NewServeMux()
		mux.HandleFunc("GET /v1/views", func(w http.ResponseWriter, _ *http.Request) {
			answers(w, http.StatusOK, httpapi.ViewList{Views: []httpapi.View{{ID: "1", Name: "mine", List: list, Filter: views.Filter(test.filter).Encode(), Own: true}}})
		})
		mux.HandleFunc("POST /v1/holders", func(w http.ResponseWriter, _ *http.Request) {
			answers(w, http.StatusOK, httpapi.SealedHolder{Holder: "other"})
		})
		mux.HandleFunc("GET "+test.path, func(w http.ResponseWriter, r *http.Request) {
			asked <- r.URL.Query()
			answers(w, http.StatusOK, struct{}{})
		})
		server := httptest.NewServer(mux)
		check := func(changed, want string, flags ...string) {
			t.Helper()
			args := append([]string{"--server", server.URL}, strings.Fields(test.command)...)
			code, _, stderr := called(t, append(append(args, "--view", "mine"), flags...)...)
			if code != exitFine {
				t.Errorf("%s %v: exit code %d: %s", test.command, flags, code, stderr)
				return
			}
			query := <-asked
			for name, value := range test.filter {
				if name == changed {
					value = want
				}
				if query.Get(name) != value || query.Has(name) != (value != "") {
					t.Errorf("%s %v: %s is %q, want %q", test.command, flags, name, query.Get(name), value)
				}
			}
		}
		check("", "")
		for name, value := range test.filter {
			flag, other := "--"+strings.ReplaceAll(name, "transportDocument", "transport-document"), "other"
			if given, ok := test.given[name]; ok {
				other = given
			} else if _, err := time.Parse(time.RFC3339, value); err == nil {
				other = later
			}
			check(name, other, flag, other)
			if name != "by" { // receiver says that nothing else is counted apart
				check(name, "", flag+"=")
			}
		}
		server.Close()
	}
}

// --failed replaces what a view says of states.
func TestFailedReplacesTheStateOfAView(t *testing.T) {
	var asked []string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/views", func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusOK, httpapi.ViewList{Views: []httpapi.View{{ID: "1", Name: "mine", List: views.Exchanges, Filter: "failing=true&kind=k&state=SubmissionHeld", Own: true}}})
	})
	mux.HandleFunc("GET /v1/exchanges", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		query.Del("limit")
		asked = append(asked, query.Encode())
		answers(w, http.StatusOK, struct{}{})
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	if code, _, stderr := called(t, "--server", server.URL, "exchanges", "list", "--failed", "--view", "mine"); code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if got, want := strings.Join(asked, " "), "kind=k&state=ConsignmentRejection kind=k&state=ContentHandoverFailure failing=true&kind=k"; got != want {
		t.Errorf("asked for %q, want %q", got, want)
	}
}
