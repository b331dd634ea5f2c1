package reading_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/facts"
	"beibu/exchange/operator/reading"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

// personalOf returns what the built-in table of a kind says.
func personalOf(t *testing.T, kind string) facts.Personal {
	t.Helper()
	tables, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	return facts.PersonalIn(tables[kind])
}

func carnet(t *testing.T) reading.Document {
	t.Helper()
	s, err := testdata.Find("ata-carnet", "drums-duplicate-of-lost-carnet")
	if err != nil {
		t.Fatal(err)
	}
	return reading.Document{Bytes: s.Bytes, Kind: s.Kind, Personal: personalOf(t, s.Kind)}
}

func text(t *testing.T, r reading.Reading) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// find returns the element with a path, as strict.Node.Path gives it.
func find(t *testing.T, d reading.Document, r reading.Reading, path string) *reading.Element {
	t.Helper()
	tree, err := strict.Parse(d.Bytes, strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var found *reading.Element
	var walk func(n strict.Node, e *reading.Element)
	walk = func(n strict.Node, e *reading.Element) {
		if line, _ := n.Position(); line != e.Line || n.Local() != e.Name || e.Path != "" && e.Path != n.Path() {
			t.Fatalf("%s of line %d is rendered as %s %s of line %d", n.Path(), line, e.Name, e.Path, e.Line)
		}
		if n.Path() == path {
			found = e
		}
		i := 0
		for child := range n.Children() {
			walk(child, e.Children[i])
			i++
		}
	}
	walk(tree.Root(), r.Root)
	if found == nil {
		t.Fatalf("there is no %s", path)
	}
	return found
}

// The staff read all of a document but what is about a person, with each fault at its
// place; one field can be unmasked, or all.
func TestReading(t *testing.T) {
	d := carnet(t)
	const phone, holder, number = "+86 771 587 9102", "壮乡铜鼓乐团文化传播有限公司", "/GoodsItemPassport/ID"
	at := "/GoodsItemPassport/HolderParty/Contact/Telephone"
	d.Faults = exchange.Faults{
		{Code: "A", Path: number, Message: exchange.Text{EN: "not of " + holder, ZH: holder}},
		{Code: "B", Path: at, Message: exchange.Text{EN: "quotes some of it"}, Expected: []string{phone}},
		{Code: "C", Path: "/elsewhere", Message: exchange.Text{EN: "call " + phone}},
	}
	masked, err := reading.Masked(d)
	if err != nil {
		t.Fatal(err)
	}
	if shown := text(t, masked); strings.Contains(shown, phone) || strings.Contains(shown, holder) || strings.Contains(shown, "some of it") || masked.Masked < 10 {
		t.Errorf("masked %d values: %s", masked.Masked, shown)
	}
	if e := find(t, d, masked, number); e.Value == "" || e.Masked || len(e.Faults) != 1 || e.Faults[0].Message.EN != "not of ***" || e.Label != (exchange.Text{EN: "ID", ZH: "编号"}) {
		t.Errorf("%+v", e)
	}
	if e := find(t, d, masked, at); e.Value != reading.Mask || !e.Masked || e.Path != at || len(e.Faults) != 1 || len(e.Faults[0].Expected) > 0 {
		t.Errorf("%+v", e)
	}
	if len(masked.Faults) != 1 || masked.Faults[0].Message.EN != "call ***" {
		t.Errorf("elsewhere: %+v", masked.Faults)
	}
	if !masked.Has(at) || !masked.Has("/GoodsItemPassport/HolderParty") || masked.Has(number) {
		t.Error("the paths that are masked are wrong")
	}
	one, err := reading.Unmasked(d, at)
	if err != nil || find(t, d, one, at).Value != phone || strings.Contains(text(t, one), `"`+holder+`"`) || one.Masked != masked.Masked-1 {
		t.Errorf("one field: %d masked, %v", one.Masked, err)
	}
	all, err := reading.Unmasked(d, "")
	if err != nil || all.Masked != 0 || find(t, d, all, at).Value != phone || all.Root.Children[0].Masked || find(t, d, all, at).Faults[0].Message.EN != "quotes some of it" {
		t.Errorf("all: %d masked, %v", all.Masked, err)
	}
}

// Every text of every sample is shown, masked if it is of a person, and has a label in both
// languages.
func TestReadingOfEverySample(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	persons := regexp.MustCompile(`<\w+:(?:Telephone|ElectronicMail)[^>]*>([^<]+)<`)
	for _, s := range samples {
		if !s.Good {
			continue
		}
		d := reading.Document{Bytes: s.Bytes, Kind: s.Kind, Personal: personalOf(t, s.Kind)}
		r, err := reading.Masked(d)
		if err != nil {
			t.Fatal(err)
		}
		shown := text(t, r)
		for _, one := range persons.FindAllStringSubmatch(string(s.Bytes), -1) {
			if strings.Contains(shown, one[1]) {
				t.Errorf("%s %s shows %s", s.Kind, s.Name, one[1])
			}
		}
		var walk func(e *reading.Element)
		walk = func(e *reading.Element) {
			if e.Label.ZH == e.Name && e.Name != "UUID" || e.Label.EN == "" {
				t.Errorf("%s %s: %s has no label", s.Kind, s.Name, e.Name)
			}
			for _, child := range e.Children {
				walk(child)
			}
		}
		walk(r.Root)
	}
}

// A kind that does not say what is personal is masked whole.
func TestReadingOfUnknownKind(t *testing.T) {
	d := reading.Document{
		Bytes: []byte(`<Manifest no="12345"><Driver>Nguyen</Driver></Manifest>`), Kind: "x",
		Faults: exchange.Faults{{Code: "A", Path: "/Manifest", Message: exchange.Text{EN: "short: Nguy"}}},
	}
	r, err := reading.Masked(d)
	if shown := text(t, r); err != nil || r.Masked != 2 || strings.Contains(shown, "12345") || strings.Contains(shown, "Nguy") {
		t.Errorf("%s %v", shown, err)
	}
	if !strings.Contains(text(t, r), `"name":"Driver","label":{"en":"Driver","zh":"Driver"},"line":1,"value":"***"`) {
		t.Errorf("%s", text(t, r))
	}
}

// A reading is bounded, whatever the document is.
func TestReadingIsBounded(t *testing.T) {
	none := facts.PersonalIn(paths.Table{Personal: []paths.Path{}})
	long := strings.Repeat("界", 501)
	b := []byte("<A>" + long + strings.Repeat("<B>1</B>", reading.MaxElements) + "</A>")
	r, err := reading.Masked(reading.Document{Bytes: b, Personal: none, Faults: exchange.Faults{{Path: fmt.Sprintf("/A/B[%d]", reading.MaxElements)}}})
	if err != nil || r.Omitted != 1 || len(r.Root.Children) != reading.MaxElements-1 || len(r.Faults) != 1 {
		t.Errorf("%d of %d elements are omitted, %v", r.Omitted, len(r.Root.Children), err)
	}
	if !r.Root.Cut || r.Root.Value != strings.Repeat("界", 500) || r.Masked != 0 {
		t.Errorf("%d bytes, cut %t", len(r.Root.Value), r.Root.Cut)
	}
	if _, err := reading.Masked(reading.Document{Bytes: []byte("<A>")}); err == nil {
		t.Error("what is no XML was read")
	}
}
