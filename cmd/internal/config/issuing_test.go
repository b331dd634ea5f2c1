package config

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

var update = flag.Bool("update", false, "write the golden file")

// The shipped map is strict: a change of who may originate what is seen in review, for every
// kind and party, and for every good sample.
func TestWhoMayOriginateWhat(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, kind := range l.Parties.IssuedKinds() {
		fmt.Fprintf(&out, "%s\n", kind)
		for _, p := range l.Parties.All() {
			writeOrigin(&out, l.Parties, p, kind)
		}
	}
	fmt.Fprintln(&out, "\nsamples: issuers <- senders")
	checks := exchangetest.Checks(t)
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if !s.Good {
			continue
		}
		checked, err := checks.Find(t.Context(), exchange.Document{Bytes: s.Bytes, Received: rulestest.Received})
		if err != nil {
			t.Fatal(err)
		}
		if !l.Parties.Issues(s.Kind) {
			continue
		}
		issuers := l.Parties.Issuers(s.Kind, checked.Facts().IssuedBy())
		var senders []string
		for _, p := range l.Parties.All() {
			if p.MaySend(s.Kind) && slices.ContainsFunc(issuers, p.SendsFor) {
				senders = append(senders, p.ID)
			}
		}
		if len(senders) == 0 {
			t.Errorf("nobody may send %s/%s", s.Kind, s.Name)
		}
		fmt.Fprintf(&out, "%s/%s: %s <- %s\n", s.Kind, s.Name, strings.Join(issuers, " "), strings.Join(senders, " "))
	}
	const file = "testdata/issuing.golden"
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("who may originate what has changed (-update writes it):\n%s", diff)
	}
}

// writeOrigin writes what a party may originate of a kind, and for whom.
func writeOrigin(out *strings.Builder, all *exchange.Parties, p exchange.Party, kind string) {
	if !p.MaySend(kind) {
		return
	}
	for _, issue := range p.Issues {
		if slices.Contains(issue.Kinds, kind) {
			fmt.Fprintf(out, "  %s issues of %s: %s\n", p.ID, strings.Join(issue.Countries, " "), strings.Join(issue.Units, "; "))
		}
	}
	var others []string
	for _, id := range p.OnBehalfOf {
		other, _ := all.Get(id)
		if slices.ContainsFunc(other.Issues, func(issue exchange.Issue) bool { return slices.Contains(issue.Kinds, kind) }) {
			others = append(others, id)
		}
	}
	if len(others) > 0 {
		fmt.Fprintf(out, "  %s for %s\n", p.ID, strings.Join(others, " "))
	}
}

// Every kind that a unit or an association issues has an issuer in the shipped map, and none
// that is not issued has.
func TestKindsWithIssuer(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	want := "ata-carnet ata-reexportation-proof ata-reexportation-reminder ata-reexportation-request certificate-of-origin " +
		"export-licence health-certificate health-permit import-licence sps-certificate"
	if got := strings.Join(l.Parties.IssuedKinds(), " "); got != want {
		t.Errorf("issued: %s, want %s", got, want)
	}
}

// What a party cannot issue, and for whom it cannot send, is named with its line.
func TestMistakenIssues(t *testing.T) {
	const text = `parties:
  - id: window-vn
    name: {en: Viet Nam, zh: 越南}
    role: window
    country: VN
    sends: [ata-carnet]
    issues:
      - {kinds: [ata-carnet, import-licence], countries: [VN]}
      - kinds: [love-letter]
        countries: [ZZ]
      - kinds: []
        units: ["—"]
      - {kinds: [ata-carnet]}
    onBehalfOf:
      - window-vn
      - ministry
routes: []
`
	var m Map
	src := decode("parties.yaml", []byte(text), &m)
	src.checkMap(m, 0)
	src.checkKinds(m, exchangetest.Checks(t).Schemas())
	var got []string
	for _, mistake := range src.mistakes {
		got = append(got, mistake.Error())
	}
	want := []string{
		`parties.yaml:8: parties[0].issues[0].kinds: the party may not send "import-licence": see sends`,
		`parties.yaml:9: parties[0].issues[1].kinds: the party may not send "love-letter": see sends`,
		`parties.yaml:10: parties[0].issues[1].countries: "ZZ" is no ISO 3166-1 alpha-2 code`,
		`parties.yaml:11: parties[0].issues[2].kinds: must not be empty`,
		`parties.yaml:12: parties[0].issues[2].units: "—" names no unit`,
		`parties.yaml:13: parties[0].issues[3]: countries or units must be there: nobody issues everything`,
		`parties.yaml:15: parties[0].onBehalfOf[0]: "window-vn" is no other party of the map`,
		`parties.yaml:16: parties[0].onBehalfOf[1]: "ministry" is no other party of the map`,
		`parties.yaml:9: parties[0].issues[1].kinds: "love-letter" is no kind of document`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
