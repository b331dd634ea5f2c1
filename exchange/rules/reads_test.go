package rules_test

import (
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

var (
	items     = rules.NewPath("list/item")
	itemNames = rules.NewPath("list/item/name")
	others    = rules.NewPath("other")
)

// texts joins the texts of elements.
func texts(all []strict.Node) string {
	var found []string
	for _, n := range all {
		found = append(found, n.Text())
	}
	return strings.Join(found, " ")
}

const lists = `<a><name>0</name><list><item>1<name>n</name><name>m</name></item><item>2</item></list>` +
	`<list><item>3<name>o</name><x><name>p</name></x></item></list><item>4</item><other>5</other></a>`

func TestPaths(t *testing.T) {
	var got []string
	r := rule("A-1", func(d *rules.Document, _ rules.Report) {
		got = []string{texts(d.All(items)), texts(d.All(others)), d.First(items).Text(), d.First(others).Text()}
		for _, item := range d.All(items) {
			got = append(got, texts(d.AllIn(item, itemNames)), d.FirstIn(item, itemNames).Text())
		}
		got = append(got, texts(d.AllIn(strict.Node{}, items)), d.FirstIn(strict.Node{}, items).Text())
	})
	r.Reads = []rules.Input{items, itemNames}
	set, err := rules.NewSet([]rules.Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	// other is not declared, so that nothing is found there.
	const want = "1 2 3||1||n m|n|||o|o||"
	for range 2 { // the second document gets the space of the first
		set.Check(document(t, lists))
		if found := strings.Join(got, "|"); found != want {
			t.Errorf("got  %s\nwant %s", found, want)
		}
	}
	set.Check(document(t, "<a/>"))
	if found := strings.Join(got, ""); found != "" {
		t.Errorf("in a document without elements: %s", found)
	}
}

func TestPathsAreThoseOfTheKind(t *testing.T) {
	var got string
	here := rule("A-1", func(d *rules.Document, _ rules.Report) { got = texts(d.All(items)) + "|" + texts(d.All(others)) })
	here.Kinds, here.Reads = []string{"a"}, []rules.Input{items}
	elsewhere := rule("A-2", func(*rules.Document, rules.Report) {})
	elsewhere.Kinds, elsewhere.Reads = []string{"b"}, []rules.Input{others}
	set, err := rules.NewSet([]rules.Rule{here, elsewhere})
	if err != nil {
		t.Fatal(err)
	}
	if set.Check(document(t, lists)); got != "1 2 3|" {
		t.Errorf("found %s", got)
	}
}

func TestPathsFork(t *testing.T) {
	either := rules.NewPath("other", "list/item")
	names, onward := either.To("name", "x/name"), rules.NewPath("list").To("item").To("name")
	var got []string
	r := rule("A-1", func(d *rules.Document, _ rules.Report) {
		got = append(got, texts(d.All(either)), texts(d.All(names)), texts(d.All(onward)), texts(d.AllIn(d.All(either)[2], names)))
		for _, n := range d.All(either) {
			if d.HasText(n, names) {
				got = append(got, n.Text())
			}
		}
	})
	r.Reads = []rules.Input{either, names, onward, rules.Coded | rules.Measured}
	set, err := rules.NewSet([]rules.Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	const want = "1 2 3 5|n m o p|n m o|o p|1|3"
	if set.Check(document(t, lists)); strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	const reading = "@unitCode list/item list/item/name list/item/x/name other other/name other/x/name …Code …ID"
	if all := strings.Join(r.Reading(), " "); all != reading {
		t.Errorf("reads %s, want %s", all, reading)
	}
}

func TestDerived(t *testing.T) {
	read := 0
	count := rules.Derive(func(d *rules.Document) int {
		read++
		return len(d.All(items))
	}, items)
	twice := rules.Derive(func(d *rules.Document) int { return 2 * count.Of(d) }, count)
	var got []int
	check := func(d *rules.Document, _ rules.Report) { got = append(got, count.Of(d), twice.Of(d)) }
	one, two := rule("A-1", check), rule("A-2", check)
	one.Reads, two.Reads = []rules.Input{twice}, []rules.Input{twice}
	set, err := rules.NewSet([]rules.Rule{one, two})
	if err != nil {
		t.Fatal(err)
	}
	for n, test := range []struct {
		xml  string
		want []int
	}{
		{lists, []int{3, 6, 3, 6}}, {"<a/>", []int{0, 0, 0, 0}}, {lists, []int{3, 6, 3, 6}},
	} {
		got = nil
		set.Check(document(t, test.xml))
		if !slices.Equal(got, test.want) || read != n+1 {
			t.Errorf("document %d: found %v, want %v; read %d times", n, got, test.want, read)
		}
	}
}
