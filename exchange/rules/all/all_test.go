package all_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// kinds are the kinds of document there are samples of, which is all of them.
func kinds(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, s := range rulestest.Samples(t) {
		if !slices.Contains(all, s.Kind) {
			all = append(all, s.Kind)
		}
	}
	return all
}

// TestSamples applies all rules together, so that a rule of one source cannot
// report a sample of another unnoticed.
func TestSamples(t *testing.T) { rulestest.Run(t, all.Rules(), kinds(t)...) }

func TestEnough(t *testing.T) {
	if n := len(all.Rules()); n < 60 {
		t.Errorf("%d rules; the exchange promises at least 60", n)
	}
}

var (
	code        = regexp.MustCompile(`^[A-Z]{2,3}-[0-9]{2}[A-Z]?$`)
	placeholder = regexp.MustCompile(`\{[0-9]+\}`)
)

func TestEveryRuleIsWhole(t *testing.T) {
	known := kinds(t)
	taken := make(map[string]bool)
	for _, r := range all.Rules() {
		if taken[r.Code] {
			t.Errorf("%s: the code is taken", r.Code)
		}
		taken[r.Code] = true
		for _, fault := range mistakes(r, known) {
			t.Errorf("%s: %s", r.Code, fault)
		}
	}
}

// TestJudged finds that the rules that need earlier documents are about kinds that
// there are, and have codes of their own.
func TestJudged(t *testing.T) {
	known := kinds(t)
	if _, err := rules.NewSet(all.Rules(), all.Judged()); err != nil {
		t.Error(err)
	}
	for _, r := range all.Judged() {
		for _, kind := range r.Kinds {
			if !slices.Contains(known, kind) {
				t.Errorf("%s: unknown kind %s", r.Code, kind)
			}
		}
	}
}

// mistakes returns what is wrong with the fields of a rule.
func mistakes(r rules.Rule, known []string) []string {
	var found []string
	note := func(wrong bool, text string) {
		if wrong {
			found = append(found, text)
		}
	}
	note(!code.MatchString(r.Code), "not a code")
	note(r.Check == nil, "no check")
	note(strings.TrimSpace(r.Source) == "", "no source")
	note(r.Severity > rules.Warn, "no severity")
	note(!r.From.IsZero() && !r.Until.IsZero() && r.Until.Before(r.From), "ends before it begins")
	note(strings.ContainsFunc(r.EN, isHan) || !strings.ContainsFunc(r.EN, unicode.IsLetter), "no English message")
	note(!strings.ContainsFunc(r.ZH, isHan), "no Chinese message")
	note(!paired(places(r.EN), places(r.ZH)), "the two messages do not have the same number of arguments, counted from 0")
	for _, kind := range r.Kinds {
		note(!slices.Contains(known, kind), "unknown kind "+kind)
	}
	return found
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// places returns the placeholders of a message, each once, in order of number.
func places(message string) []string {
	all := placeholder.FindAllString(message, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// paired reports whether two messages have the same number of arguments, with none
// between 0 and the last left out by both. An argument that is a word
// in one language may be another in the other.
func paired(en, zh []string) bool {
	all := slices.Concat(en, zh)
	slices.Sort(all)
	for i, place := range slices.Compact(all) {
		if place != "{"+strconv.Itoa(i)+"}" {
			return false
		}
	}
	return len(en) == len(zh)
}

// TestEveryRuleHasItsSample wants for each rule a bad sample named for it whose
// only faults are of that rule.
func TestEveryRuleHasItsSample(t *testing.T) {
	broken := make(map[string]bool)
	for _, s := range rulestest.Samples(t) {
		if code, alone := onlyFault(s); alone && strings.HasPrefix(s.Name, strings.ToLower(code)+"-") {
			broken[code] = true
		}
	}
	for _, r := range all.Rules() {
		if !broken[r.Code] {
			t.Errorf("no bad sample breaks %s and nothing else", r.Code)
		}
	}
}

// onlyFault returns the code of a bad sample's faults, and whether they all have
// the same.
func onlyFault(s testdata.Sample) (string, bool) {
	first := ""
	for line := range strings.Lines(s.Faults) {
		code, _, _ := strings.Cut(line, " ")
		if first == "" {
			first = code
		}
		if code != first {
			return "", false
		}
	}
	return first, !s.Good && first != ""
}

func TestBuiltInKinds(t *testing.T) {
	for _, kind := range kinds(t) {
		if d := (rules.Document{Kind: kind}); !d.BuiltIn() {
			t.Errorf("%s is taken for a kind of a pack", kind)
		}
	}
	if d := (rules.Document{Kind: "invoice"}); d.BuiltIn() {
		t.Error("invoice is taken for a kind of the exchange's own")
	}
}
