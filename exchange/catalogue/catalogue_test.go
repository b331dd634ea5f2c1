package catalogue_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/catalogue"
)

// TestTable1 is Table 1 of the study, to the digit.
func TestTable1(t *testing.T) {
	c, err := catalogue.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	r := c.Report()
	type row struct {
		unit          string
		once, noVisit int
	}
	var got []row
	for _, u := range r.Units {
		got = append(got, row{u.Party, u.Once, u.NoVisit})
		counted := 0
		for _, item := range u.Items {
			if item.Counted {
				counted++
			}
			if both := u.Once > 0 && u.NoVisit > 0; item.Counted && both != (item.Class == "") {
				t.Errorf("%s: the class of %q is %q", u.Party, item.Name.EN, item.Class)
			}
		}
		if counted != 1 || u.Unnamed() != u.Once+u.NoVisit-1 {
			t.Errorf("%s: %d items have names, %d have none", u.Party, counted, u.Unnamed())
		}
	}
	want := []row{
		{"gx-development-reform", 6, 2},
		{"gx-industry", 2, 0},
		{"gx-science", 1, 0},
		{"gx-agriculture", 9, 0},
		{"gx-forestry", 2, 0},
		{"gx-commerce", 25, 0},
		{"gx-culture-tourism", 2, 1},
		{"gx-ocean", 4, 0},
		{"gx-market-supervision", 3, 22},
		{"gx-customs", 94, 2},
		{"gx-banking", 4, 0},
		{"gx-communications", 1, 0},
		{"gx-trade-promotion", 4, 1},
		{"gx-press", 2, 0},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
	if r.Once != 159 || r.NoVisit != 28 || r.Platform != (catalogue.Platform{Items: 1960, Once: 1739, NoVisit: 140}) || r.Neither != 81 {
		t.Errorf("%d, %d, %d in neither class, %+v", r.Once, r.NoVisit, r.Neither, r.Platform)
	}
	var percents []string
	for _, p := range r.Proportions {
		percents = append(percents, p.Percent)
	}
	if diff := cmp.Diff([]string{"9.14", "20", "88.72", "7.14", "8.11", "1.43"}, percents); diff != "" {
		t.Error(diff)
	}
}

// A catalogue with mistakes is refused, with the unit and the reason.
func TestMistakes(t *testing.T) {
	const platform = "platform: {items: 10, once: 5, noVisit: 2}\n"
	for name, test := range map[string]struct{ text, want string }{
		"key":       {platform + "units: [{party: a, twice: 1}]", "twice"},
		"no units":  {platform, "units: there is none"},
		"twice":     {platform + "units: [{party: a}, {party: a}]", "a: the unit is there twice"},
		"negative":  {platform + "units: [{party: a, once: -1}]", "a: a count is below zero"},
		"platform":  {"platform: {items: 6, once: 5, noVisit: 2}\nunits: [{party: a}]", "6 items are fewer than 5 and 2"},
		"too many":  {platform + "units: [{party: a, once: 6}]", "units have 6 and 0 items"},
		"class":     {platform + "units: [{party: a, items: [{name: {en: x, zh: x}, class: never}]}]", `a: "never" is not a class`},
		"no name":   {platform + "units: [{party: a, items: [{name: {en: x}}]}]", "a: an item has no name in English or in Chinese"},
		"uncounted": {platform + "units: [{party: a, once: 1, items: [{name: {en: x, zh: x}, counted: true, class: no-visit}]}]", "a: it names more items than it counts"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := catalogue.Parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// Proportions are rounded half up, and a proportion of nothing is not 0 %.
func TestNoWhole(t *testing.T) {
	c, err := catalogue.Parse([]byte("platform: {items: 8, once: 0, noVisit: 1}\nunits: [{party: a, noVisit: 1}]"))
	if err != nil {
		t.Fatal(err)
	}
	r := c.Report()
	if got := r.Proportions[0].Percent; got != "" {
		t.Errorf("a part of nothing is %q", got)
	}
	if got := r.Proportions[3].Percent; got != "12.5" {
		t.Errorf("1 of 8 is %q", got)
	}
}
