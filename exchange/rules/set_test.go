package rules_test

import (
	"strings"
	"testing"
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

func document(t *testing.T, xml string) *rules.Document {
	t.Helper()
	tree, err := strict.Parse([]byte(xml), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return &rules.Document{Kind: "a", Root: tree.Root(), Received: date(11, 20)}
}

func date(month time.Month, d int) time.Time {
	return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC)
}

func rule(code string, check func(*rules.Document, rules.Report)) rules.Rule {
	return rules.Rule{Code: code, EN: "found {0}", ZH: "发现{0}", Source: "here", Check: check}
}

// each reports every element of a name.
func each(name string) func(*rules.Document, rules.Report) {
	return func(d *rules.Document, report rules.Report) {
		for n := range d.Root.All(name) {
			report(n, n.Text())
		}
	}
}

func TestBreachesComeInDocumentOrder(t *testing.T) {
	set, err := rules.NewSet([]rules.Rule{rule("B-2", each("x")), rule("A-1", each("y")), rule("A-2", each("x"))})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	found, _ := set.Check(document(t, "<a><x>1</x><y>2</y><x>3</x></a>"))
	for _, b := range found {
		got = append(got, b.Rule.Code+" "+b.EN+" "+b.ZH)
	}
	want := "A-2 found 1 发现1|B-2 found 1 发现1|A-1 found 2 发现2|A-2 found 3 发现3|B-2 found 3 发现3"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestBreachesAreBounded(t *testing.T) {
	set, err := rules.NewSet([]rules.Rule{rule("A-1", each("x"))})
	if err != nil {
		t.Fatal(err)
	}
	got, more := set.Check(document(t, "<a>"+strings.Repeat("<x/>", 3*rules.MaxBreaches)+"</a>"))
	if len(got) != rules.MaxBreaches || more != 2*rules.MaxBreaches {
		t.Errorf("got %d breaches and %d more, want %d and twice as many", len(got), more, rules.MaxBreaches)
	}
}

func TestRulesInForce(t *testing.T) {
	always := rule("A-1", each("x"))
	later, earlier := rule("A-2", each("x")), rule("A-3", each("x"))
	later.From, earlier.Until = date(3, 1), date(3, 1)
	other := rule("A-4", each("x"))
	other.Kinds = []string{"b"}
	set, err := rules.NewSet([]rules.Rule{always, later, earlier, other})
	if err != nil {
		t.Fatal(err)
	}
	for issued, want := range map[time.Time]string{
		date(2, 28): "A-1 A-3", date(3, 1): "A-1 A-2 A-3", date(3, 2): "A-1 A-2", {}: "A-1 A-2",
	} {
		d := document(t, "<a><x/></a>")
		d.Facts.Issued = issued
		var codes []string
		found, _ := set.Check(d)
		for _, b := range found {
			codes = append(codes, b.Rule.Code)
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("issued %s: %s, want %s", issued, got, want)
		}
	}
}

func TestSetRefusesWhatIsNotARule(t *testing.T) {
	whole := rule("A-1", each("x"))
	for name, broken := range map[string]rules.Rule{
		"no code": {EN: "x", ZH: "x", Source: "x", Check: each("x")}, "no check": {Code: "A-2", EN: "x", ZH: "x", Source: "x"},
		"no Chinese": {Code: "A-2", EN: "x", Source: "x", Check: each("x")}, "taken": whole,
	} {
		if _, err := rules.NewSet([]rules.Rule{whole}, []rules.Rule{broken}); err == nil {
			t.Errorf("%s: bound", name)
		}
	}
}

// The messages of a breach are short, however long and strange the value is.
func TestBreachesAreWordedOnceAndShort(t *testing.T) {
	set, err := rules.NewSet([]rules.Rule{rule("A-1", each("x"))})
	if err != nil {
		t.Fatal(err)
	}
	found, _ := set.Check(document(t, "<a><x>"+strings.Repeat("\u200b", 100e3)+"</x></a>"))
	for _, b := range found {
		if len(b.EN) > 2048 || len(b.ZH) > 2048 {
			t.Errorf("messages of %d and %d bytes", len(b.EN), len(b.ZH))
		}
	}
}
