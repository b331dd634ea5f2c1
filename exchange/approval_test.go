package exchange

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
)

// Steps of all routes that fit are joined by their place; each party decides once, and
// gets the document before those that only receive it.
func TestRouteWithApproval(t *testing.T) {
	parties := testParties(t)
	all := parties.All()
	for i := range all {
		all[i].Sends = []string{"response"}
	}
	parties, err := NewParties(all)
	if err != nil {
		t.Fatal(err)
	}
	routes, err := NewRoutes([]Route{
		{
			Name: "goods out", Kinds: []string{"ata-carnet"}, To: []string{"promotion", "window:import"},
			Approval: []ApprovalStep{{By: []string{"promotion"}, Within: 5}, {By: []string{"customs:export"}}},
		},
		{
			Name: "fish", Kinds: []string{"ata-carnet"}, When: Condition{HS: []string{"03"}}, To: []string{"ocean"},
			Approval: []ApprovalStep{{By: []string{"ocean"}, Within: 3}, {By: []string{"promotion", "window:transit?"}}, {By: []string{"window:import"}, Within: 10}},
		},
		{Name: "permit", Kinds: []string{"permit"}, To: []string{"ocean"}, Approval: []ApprovalStep{{By: []string{"window:transit?"}}}},
		{Name: "no approval", Kinds: []string{"sps-certificate"}, To: []string{"ocean"}},
	}, parties)
	if err != nil {
		t.Fatal(err)
	}
	out := facts.Facts{ExportCountry: "CN", ImportCountry: "VN", ExportPort: "CNQZH"}
	fish := out
	fish.HS = []string{"0306"}
	lost := out
	lost.ExportPort = "DEHAM"
	tests := map[string]struct {
		kind      string
		facts     facts.Facts
		receivers []string
		round     *effects.Round
		refused   string
	}{
		"one route": {
			kind: "ata-carnet", facts: out, receivers: []string{"promotion", "qinzhou", "window-vn"},
			round: &effects.Round{Steps: []effects.Step{{By: []string{"promotion"}, Days: 5}, {By: []string{"qinzhou"}}}},
		},
		"two routes": {
			kind: "ata-carnet", facts: fish, receivers: []string{"promotion", "ocean", "qinzhou", "window-vn"},
			round: &effects.Round{Steps: []effects.Step{{By: []string{"promotion", "ocean"}, Days: 3}, {By: []string{"qinzhou"}}, {By: []string{"window-vn"}, Days: 10}}},
		},
		"nobody found who need not be": {kind: "permit", facts: out, receivers: []string{"ocean"}},
		"none":                         {kind: "sps-certificate", facts: out, receivers: []string{"ocean"}},
		"a party that decides is not to be found": {kind: "ata-carnet", facts: lost, refused: "the port of export must be one that a party answers for"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			to, err := routes.To("promotion", test.kind, test.facts, nil)
			if test.refused != "" {
				failure, ok := err.(*Error) //nolint:errorlint // as Routes.To returns it
				if !ok || !strings.Contains(failure.Faults[0].Message.EN, test.refused) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(to.Receivers, test.receivers) || !cmp.Equal(to.Round, test.round) {
				t.Errorf("%v to %v, round %+v, want %v, %+v", err, to.Receivers, to.Round, test.receivers, test.round)
			}
		})
	}
}

func TestBadApproval(t *testing.T) {
	_, err := NewRoutes([]Route{{
		Name: "bad", Kinds: []string{"ata-carnet"}, To: []string{"ocean"},
		Approval: []ApprovalStep{
			{By: []string{"moon", "sender:answered"}}, {Within: 251}, {By: []string{"ocean", "ocean"}, Within: -1}, {By: []string{"dongxing"}},
		},
	}}, testParties(t))
	for _, want := range []string{
		`route "bad": approval: step 1: there is no party "moon"`,
		"step 1: sender:answered cannot decide",
		"step 2: by must not be empty",
		"step 2: within is 251 working days",
		"step 3: ocean decides twice",
		"step 3: within is -1",
		"step 3: party ocean may not send response",
		"step 4: party dongxing may not be sent ata-carnet",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no mistake %q in\n%v", want, err)
		}
	}
}
