package all_test

import (
	"cmp"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
)

var update = flag.Bool("update", false, "write RULES.md again")

const tablePath = "../RULES.md"

// TestTable compares RULES.md with the rules: each is documented, as it is.
func TestTable(t *testing.T) {
	want := table(all.Rules(), all.Judged())
	if *update {
		if err := os.WriteFile(tablePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(tablePath)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("RULES.md differs from the rules; write it again with go test ./exchange/rules/all -update")
	}
}

// table writes the rules for people, by code, those that need earlier documents apart.
func table(alone, judged []rules.Rule) string {
	var b strings.Builder
	b.WriteString("# Business rules\n\n" +
		"Written by `go test ./exchange/rules/all -update`; do not edit. `beibuctl rules list` prints the same.\n\n" +
		"*reject*: the document is refused. *hold*: a person decides first. *warn*: it is accepted with a warning.\n\n" +
		"A rule judges documents by the day of their issue. *always* means that no first day is known for certain: " +
		"of practice and arithmetic, and of standards and measures that are cited without one.\n\n" +
		"*reads*: what a rule reads of a document beside its facts (number, days, goods, references, parties): paths, " +
		"the ends of names of elements anywhere (…Code), attributes (@unitCode).\n\n")
	rows(&b, alone)
	b.WriteString("\n## Rules with memory\n\n" +
		"These need earlier documents. They are checked after acceptance, in the order of the record; a verdict carries what they found. " +
		"{0} is the document that is acted on, {1} the day since when it is in its state, {2} the exchange that brought it there.\n\n")
	rows(&b, judged)
	return b.String()
}

// rows writes a table of rules, by code.
func rows(b *strings.Builder, all []rules.Rule) {
	slices.SortFunc(all, func(a, b rules.Rule) int { return cmp.Compare(a.Code, b.Code) })
	b.WriteString("| code | kinds | severity | message | 说明 | source | in force | reads |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range all {
		kinds := strings.Join(r.Kinds, ", ")
		if kinds == "" {
			kinds = "all"
		}
		cells := []string{r.Code, kinds, r.Severity.String(), r.EN, r.ZH, r.Source, force(r.From, r.Until), strings.Join(r.Reading(), ", ")}
		for i, cell := range cells {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
}

// force returns the days between which a rule is in force.
func force(from, until time.Time) string {
	switch {
	case from.IsZero() && until.IsZero():
		return "always"
	case until.IsZero():
		return "from " + from.Format(time.DateOnly)
	case from.IsZero():
		return "until " + until.Format(time.DateOnly)
	}
	return from.Format(time.DateOnly) + " to " + until.Format(time.DateOnly)
}
