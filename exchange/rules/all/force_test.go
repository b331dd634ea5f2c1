package all_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
	"beibu/testdata"
)

// instruments are those whose first day in force is known for certain, by the
// words by which rules cite them.
var instruments = map[string]string{
	"ATA Convention": "1963-07-30",
	"Frontier Health and Quarantine Law of China: premises": "1987-05-01",
	"Customs Law of China":                 "1987-07-01",
	"Istanbul Convention":                  "1993-11-27",
	"MOFCOM Order 2004/27":                 "2005-01-01",
	"IPPC (1997)":                          "2005-10-02",
	"State Council Decree 445":             "2005-11-01",
	"MOFCOM and GACC Order 2005/29":        "2006-01-01",
	"GACC decree 157 (2007)":               "2007-05-01",
	"GB 32100-2015":                        "2015-10-01",
	"AQSIQ Decree 182 of 2016":             "2016-07-01",
	"institutional reform of 2018":         "2018-04-20",
	"Form E of 2019":                       "2019-08-20",
	"GACC Decree 260":                      "2022-11-01",
	"MOFCOM and GACC Announcement 2023/39": "2023-12-01",
}

// A rule that cites an instrument is in force from the first day of it, or of
// another that it cites as well; one that cites none of them was always in
// force.
func TestRulesAreInForceWithWhatTheyCite(t *testing.T) {
	cited := make(map[string]bool)
	for _, r := range all.Rules() {
		var days []string
		for words, day := range instruments {
			if strings.Contains(r.Source, words) {
				days, cited[words] = append(days, day), true
			}
		}
		from := r.From.Format(time.DateOnly)
		if r.From.IsZero() != (len(days) == 0) || len(days) > 0 && !slices.Contains(days, from) {
			t.Errorf("%s (%s) is in force from %s, want one of %v", r.Code, r.Source, from, days)
		}
	}
	for words := range instruments {
		if !cited[words] {
			t.Errorf("no rule cites %s", words)
		}
	}
}

// A document of the day before a rule came into force is not judged by it, nor
// is one of the day after its end; those of its first and its last day are.
func TestRulesJudgeFromTheirFirstDayToTheirLast(t *testing.T) {
	for _, r := range all.Rules() {
		s, ok := breaking(t, r.Code)
		if !ok || r.From.IsZero() && r.Until.IsZero() {
			continue
		}
		for _, c := range []struct {
			bound   time.Time
			days    int
			applies bool
		}{{r.From, -1, false}, {r.From, 0, true}, {r.Until, 0, true}, {r.Until, 1, false}} {
			if c.bound.IsZero() {
				continue
			}
			if day := c.bound.AddDate(0, 0, c.days); judges(t, r, s, day) != c.applies {
				t.Errorf("%s judges a document of %s: %t, want %t", r.Code, day.Format(time.DateOnly), !c.applies, c.applies)
			}
		}
	}
}

// breaking returns the sample that breaks a rule and nothing else.
func breaking(t *testing.T, code string) (testdata.Sample, bool) {
	t.Helper()
	for _, s := range rulestest.Samples(t) {
		if broken, alone := onlyFault(s); alone && broken == code {
			return s, true
		}
	}
	return testdata.Sample{}, false
}

// judges reports whether a set of one rule applies it to a document that was issued
// on a day. What the rule finds does not count: many compare the day with others in
// the document.
func judges(t *testing.T, r rules.Rule, s testdata.Sample, day time.Time) bool {
	t.Helper()
	applied := false
	r.Check = func(*rules.Document, rules.Report) { applied = true }
	set, err := rules.NewSet([]rules.Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := strict.Parse(s.Bytes, strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	document := rulestest.Document(s.Kind, tree)
	document.Facts.Issued = day
	set.Check(document)
	return applied
}
