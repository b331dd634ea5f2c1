package daemon

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/kinds"
	"beibu/schemas/paths"
)

// A fresh daemon with the map that ships takes every sample that it hands out, of
// every kind, from a party that may send it.
func TestEverySampleIsAccepted(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, "")
	anyone := as(t, d, dir, "gx-ocean")
	all, err := client.Get[httpapi.Kinds](t.Context(), anyone, "/v1/kinds", nil)
	if err != nil || len(all.Kinds) != 16 {
		t.Fatalf("%d kinds, %v", len(all.Kinds), err)
	}
	for _, kind := range all.Kinds {
		guide, err := client.Get[kinds.Guide](t.Context(), anyone, "/v1/kinds/"+kind.Kind, nil)
		if err != nil || len(guide.Senders) == 0 || len(guide.Samples) == 0 {
			t.Errorf("%s: %+v, %v", kind.Kind, guide, err)
			continue
		}
		for _, name := range guide.Samples {
			sample, err := anyone.Call(t.Context(), http.MethodGet, "/v1/kinds/"+kind.Kind+"/sample?"+url.Values{"name": {name}}.Encode(), "", nil)
			if err != nil {
				t.Errorf("%s %s: %v", kind.Kind, name, err)
				continue
			}
			var got answer.Acceptance
			for _, sender := range guide.Senders {
				got, err = as(t, d, dir, sender).Submit(t.Context(), sample.Body)
				if p := client.ProblemOf(err); p == nil || p.Code != exchange.CodeNotIssuer {
					break
				}
			}
			answers := func(f kinds.Fact) bool { return f.Fact == string(paths.Answers) }
			if slices.ContainsFunc(guide.Facts, answers) { // a document that nobody has sent here
				if p := client.ProblemOf(err); p == nil || len(p.Faults) == 0 || p.Faults[0].Code != exchange.CodeUnknownDocument {
					t.Errorf("%s %s: %+v, %v", kind.Kind, name, got, err)
				}
				continue
			}
			if err != nil || got.Kind != kind.Kind || got.Duplicate || len(got.Receivers) == 0 || len(got.Faults) > 0 {
				t.Errorf("%s %s: %+v, %v", kind.Kind, name, got, err)
			}
		}
	}
}
