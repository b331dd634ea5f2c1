package facts_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/testdata"
)

var update = flag.Bool("update", false, "write the golden files")

// All facts of every good sample are as the file of its kind says.
func TestGolden(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, s := range samples {
		if s.Good {
			got[s.Kind] += fmt.Sprintf("%s\n%s\n", s.Name, inWords(read(t, s.Kind, string(s.Bytes))))
		}
	}
	builtIn, err := paths.BuiltIn()
	if err != nil || len(got) != len(builtIn) {
		t.Fatalf("samples of %d kinds, facts of %d, %v", len(got), len(builtIn), err)
	}
	for kind, text := range got {
		t.Run(kind, func(t *testing.T) {
			file := filepath.Join("testdata", kind+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// inWords returns a line for each fact, without what is not stated.
func inWords(f facts.Facts) string {
	var b strings.Builder
	row := func(fact string, pairs ...string) {
		var words []string
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				words = append(words, strings.TrimSpace(pairs[i]+" "+pairs[i+1]))
			}
		}
		if len(words) > 0 {
			fmt.Fprintf(&b, "  %s: %s\n", fact, strings.Join(words, ", "))
		}
	}
	for _, key := range paths.Keys {
		row(string(key), "", f.Value(key))
	}
	period := f.Period()
	row("valid", "from", date(period.From), "until", date(period.Until), "unread", unreadable(period.Unread))
	terms := f.Terms()
	row("terms", "draws", figure(terms.Draws), "overage", figure(terms.Overage), "mode", terms.Mode, "unread", unreadable(terms.Unread))
	row("offices", "", strings.Join(f.Offices(), " "))
	for _, l := range f.Lines() {
		row("line "+l.Number, "through", l.Through, "HS", l.HS, "quantity", measure(l.Quantity), "net", measure(l.NetMass()), "gross", measure(l.GrossMass()),
			"value", amount(l.Value()), "unread", unreadable(l.Unread()))
	}
	for _, r := range f.References() {
		row("reference "+r.Number, "kind", r.Kind, "role", r.Role, "type", r.Type, "version", r.Version, "by", r.Issuer(), "exchange", r.Exchange(), "of", date(r.Issued()),
			"line", r.Line, "drawn", measure(r.Drawn), "on", date(r.Day), "unread", unreadable(r.Unread()))
	}
	for _, a := range f.Answers() {
		var to []string
		for _, r := range a.To {
			to = append(to, r.Number)
		}
		row("answer", "to", strings.Join(to, " "), "", string(a.Verdict), "code", a.List+" "+a.Code, "for", strings.Join(a.Reasons, " | "))
		for _, l := range a.Lines {
			row("answer of line "+l.Line, "", string(l.Verdict), "code", l.List+" "+l.Code, "for", strings.Join(l.Reasons, " | "))
		}
	}
	for _, p := range f.Parties() {
		var ids []string
		for _, id := range p.IDs() {
			ids = append(ids, strings.TrimSpace(id.Scheme+" "+id.Value))
		}
		row(p.Role, "", strings.Join(ids, " "), "", p.Name, "", p.Country(), "unread", unreadable(p.Unread()))
	}
	for _, v := range f.Vehicles() {
		row("vehicle", v.Mode, v.Number)
	}
	for _, c := range f.Containers() {
		row("container", "", c.Number)
	}
	for _, number := range f.TransportDocuments() {
		row("transport document", "", number)
	}
	row("valid in", "", strings.Join(f.Countries(), " "))
	for _, m := range f.Movements() {
		row("movement "+m.Number, "", m.Movement, "", m.State, "", m.Medium, "in", m.Country, "at", m.Office, "on", date(m.Day), "voucher", m.Voucher,
			"counterfoil", m.Counterfoil, "discharges", m.Discharges, "line", m.Line, "quantity", measure(m.Quantity), "until", date(m.FinalDay),
			"commitment", m.Commitment, "proof", m.Proof, "endorsed on", date(m.Endorsed.On), "endorsed at", m.Endorsed.At,
			"written off on", date(m.WrittenOff.On), "for", m.WrittenOff.Reason, "extensions", figure(m.Extensions))
	}
	return b.String()
}

func date(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}

func measure(m facts.Measure) string {
	if !m.Value.Exists() {
		return ""
	}
	return strings.TrimSpace(m.Value.String() + " " + m.Unit)
}

func amount(a facts.Amount) string {
	return measure(facts.Measure{Value: a.Value, Unit: a.Currency})
}

func unreadable(all []facts.Unread) string {
	var words []string
	for _, u := range all {
		words = append(words, fmt.Sprintf("%s %q at %s", u.Key, u.Text, u.At.Path()))
	}
	return strings.Join(slices.Compact(words), "; ")
}

func figure(f values.Figure) string {
	if !f.Exists() {
		return ""
	}
	return f.String()
}
