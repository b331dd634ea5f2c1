package rulestest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// junk is what is put in the place of every text of a sample.
var junk = []string{
	"", "0", "-1", "+007", ".5", "99999999999999999999", strings.Repeat("9", 70), "1e9", "NaN", "true",
	"2026-02-30", "0001-01-01", "9999-12-31", "x", "中",
}

var leaf = regexp.MustCompile(`^( *<[^<>]*)>([^<]*)(</.*\n)$`)

// Mutate applies rules to the good samples of some kinds with each of their
// parts missing, doubled or nonsense. No rule may fail. The place that a rule
// reports must be in the document, and its message complete.
func Mutate(t *testing.T, all []rules.Rule, kinds ...string) {
	t.Helper()
	set, step := newSet(t, all), 1
	if testing.Short() {
		step = 7
	}
	for _, s := range Samples(t) {
		if !s.Good || !slices.Contains(kinds, s.Kind) {
			continue
		}
		lines := slices.Collect(strings.Lines(string(s.Bytes)))
		for i := 2; i < len(lines)-1; i += step {
			for _, changed := range mutations(lines, i) {
				judge(t, set, s.Kind, slices.Concat(lines[:i], changed, lines[end(lines, i):]))
			}
		}
	}
}

// mutations returns what takes the place of the element that starts in a line:
// nothing, the element twice, and, if it holds text, other texts, with and without
// the attributes.
func mutations(lines []string, i int) [][]string {
	element := lines[i:end(lines, i)]
	changed := [][]string{nil, slices.Concat(element, element)}
	m := leaf.FindStringSubmatch(lines[i])
	if m == nil {
		return changed
	}
	bare, _, _ := strings.Cut(m[1], " unitCode")
	bare, _, _ = strings.Cut(bare, " currencyID")
	for _, text := range junk {
		changed = append(changed, []string{m[1] + ">" + text + m[3]}, []string{bare + ">" + text + m[3]})
	}
	return changed
}

// end returns the line after the element that starts in line i, or i+1 if none
// starts there.
func end(lines []string, i int) int {
	indent := lines[i][:strings.Index(lines[i], "<")]
	if leaf.MatchString(lines[i]) || strings.HasPrefix(lines[i], indent+"</") || strings.HasSuffix(lines[i], "/>\n") {
		return i + 1
	}
	for j := i + 1; j < len(lines); j++ {
		if strings.HasPrefix(lines[j], indent+"</") {
			return j + 1
		}
	}
	return i + 1
}

func judge(t *testing.T, set *rules.Set, kind string, lines []string) {
	t.Helper()
	tree, err := strict.Parse([]byte(strings.Join(lines, "")), strict.Limits{})
	if err != nil {
		return // an end tag was removed: the gate refuses that
	}
	found, _ := set.Check(Document(kind, tree))
	for _, b := range found {
		if !b.At.Exists() {
			t.Fatalf("%s reports what is not in the document:\n%s", b.Rule.Code, strings.Join(lines, ""))
		}
		for _, message := range []string{b.EN, b.ZH} {
			if strings.ContainsAny(message, "{}") {
				t.Fatalf("%s leaves out an argument: %s", b.Rule.Code, message)
			}
		}
	}
}

// Fuzz applies rules to whatever is XML, as each of the kinds.
func Fuzz(f *testing.F, all []rules.Rule, kinds ...string) {
	f.Helper()
	set := newSet(f, all)
	for _, s := range Samples(f) {
		if s.Good && slices.Contains(kinds, s.Kind) {
			f.Add(uint8(slices.Index(kinds, s.Kind)), string(s.Bytes))
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, document string) {
		tree, err := strict.Parse([]byte(document), strict.Limits{})
		if err != nil {
			return
		}
		found, _ := set.Check(Document(kinds[int(kind)%len(kinds)], tree))
		for _, b := range found {
			if !b.At.Exists() {
				t.Fatalf("%s reports what is not in the document", b.Rule.Code)
			}
		}
	})
}
