package exchange

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/facts"
)

var everything = []string{"ata-carnet", "sps-certificate", "response", "permit"}

func testParties(t *testing.T) *Parties {
	t.Helper()
	parties, err := NewParties([]Party{
		{ID: "qinzhou", Role: Customs, Country: "CN", Locodes: []string{"CNQZH"}, Receives: everything},
		{ID: "dongxing", Role: Customs, Country: "CN", Locodes: []string{"CNDOX"}, Receives: []string{"response"}},
		{ID: "promotion", Role: Department, Country: "CN", Receives: everything},
		{ID: "ocean", Role: Department, Country: "CN", Name: Text{EN: "Ocean", ZH: "海洋局"}, Receives: everything},
		{ID: "window-vn", Role: Window, Country: "VN", Receives: everything},
	})
	if err != nil {
		t.Fatal(err)
	}
	return parties
}

func TestRoutes(t *testing.T) {
	routes, err := NewRoutes([]Route{
		{Name: "out", Kinds: []string{"ata-carnet"}, When: Condition{ExportCountries: []string{"CN"}}, To: []string{"promotion", "customs:export", "window:import"}},
		{Name: "fish", Kinds: []string{"ata-carnet", "sps-certificate"}, When: Condition{HS: []string{"03", "1604"}}, To: []string{"ocean", "promotion"}},
		{Name: "loose", Kinds: []string{"sps-certificate"}, When: Condition{Senders: []string{"window-vn"}}, To: []string{"window:transit?", "promotion"}},
		{Name: "own", Kinds: []string{"permit"}, When: Condition{Issuers: []string{"ocean"}}, To: []string{"window:import"}},
		{Name: "answer", Kinds: []string{"response"}, To: []string{"party:addressee"}},
	}, testParties(t))
	if err != nil {
		t.Fatal(err)
	}
	out := facts.Facts{ExportCountry: "CN", ImportCountry: "VN", ExportPort: "CNQZH"}
	fish := out
	fish.HS = []string{"030617"}
	atDongxing := out
	atDongxing.ExportPort = "CNDOX"
	elsewhere := out
	elsewhere.ImportCountry = "DE"
	tests := map[string]struct {
		sender, kind string
		facts        facts.Facts
		want         []string
		refused      string
	}{
		"three receivers":            {kind: "ata-carnet", facts: out, want: []string{"promotion", "qinzhou", "window-vn"}},
		"two routes, each once":      {kind: "ata-carnet", facts: fish, want: []string{"promotion", "qinzhou", "window-vn", "ocean"}},
		"optional finds nobody":      {sender: "window-vn", kind: "sps-certificate", want: []string{"promotion"}},
		"no route fits":              {sender: "qinzhou", kind: "sps-certificate", refused: "asks that an HS code of the goods be of 03, 1604; it is nowhere named"},
		"no window":                  {kind: "ata-carnet", facts: elsewhere, refused: "the country of import must be one that a party answers for (VN); it is DE"},
		"office may not be sent it":  {kind: "ata-carnet", facts: atDongxing, refused: "dongxing, which the port of export names, does not receive documents of kind ata-carnet"},
		"issued by, in Chinese":      {kind: "permit", facts: facts.Facts{Issuer: "海洋局", ImportCountry: "VN"}, want: []string{"window-vn"}},
		"issued by, in English":      {kind: "permit", facts: facts.Facts{Issuer: "Ocean", ImportCountry: "VN"}, want: []string{"window-vn"}},
		"issued by another":          {kind: "permit", facts: facts.Facts{Issuer: "Commerce", ImportCountry: "VN"}, refused: "asks that the issuing unit be of ocean; it is"},
		"issued by nobody":           {kind: "permit", facts: facts.Facts{ImportCountry: "VN"}, refused: "asks that the issuing unit be of ocean; it is"},
		"answer finds its addressee": {kind: "response", facts: facts.Facts{Addressee: "dongxing"}, want: []string{"dongxing"}},
		"answer to nobody":           {kind: "response", facts: facts.Facts{Addressee: "moon"}, refused: "the addressee must be the id of a party; it is moon"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			to, err := routes.To(test.sender, test.kind, test.facts, nil)
			got := to.Receivers
			if test.refused != "" {
				if !strings.Contains(obstacles(err), test.refused) {
					t.Errorf("got %v, %v; want a refusal with %q", got, err, test.refused)
				}
				return
			}
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

// obstacles returns what an unroutable document would need, one a line.
func obstacles(err error) string {
	failure, ok := errors.AsType[*Error](err)
	if !ok || failure.Kind != Unroutable {
		return ""
	}
	var lines []string
	for _, f := range failure.Faults {
		lines = append(lines, f.Message.EN)
	}
	return strings.Join(lines, "\n")
}

// An optional selector may find nobody, unless a port of ours may be meant.
func TestMistypedPort(t *testing.T) {
	routes, err := NewRoutes([]Route{{Name: "in", Kinds: []string{"sps-certificate"}, To: []string{"customs:import?", "promotion"}}}, testParties(t))
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[string]string{"CNQZH": "", "CNSHA": "", "": "", "USLAX": "", "VNXXX": "", "CNQZX": "one that a party answers for (CNDOX, CNQZH); it is CNQZX"} {
		_, err := routes.To("window-vn", "sps-certificate", facts.Facts{ImportPort: port}, nil)
		if got := obstacles(err); (err == nil) != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %v, %s", port, err, got)
		}
	}
}

func TestRoutesReportEveryMistake(t *testing.T) {
	_, err := NewRoutes([]Route{
		{Name: "a", Kinds: []string{"ata-carnet"}, To: []string{"nobody", "dongxing", "customs:moon"}},
		{Name: "b", When: Condition{Issuers: []string{"moon"}}, To: []string{"promotion"}},
	}, testParties(t))
	for _, part := range []string{`no party "nobody"`, "dongxing may not be sent ata-carnet", `"customs:moon" is no selector`, `no party "moon" that could issue`, `route "b": kinds`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("not reported: %s in %v", part, err)
		}
	}
}

func TestPartiesReportEveryMistake(t *testing.T) {
	_, err := NewParties([]Party{
		{ID: "a", Role: Customs, Locodes: []string{"CNQZH"}},
		{ID: "a", Role: Customs, Locodes: []string{"CNQZH"}},
		{},
	})
	for _, part := range []string{"party 2", "answers for CNQZH already", "party 3"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("not reported: %s in %v", part, err)
		}
	}
}
