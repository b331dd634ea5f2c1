package lookup_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/facts"
	"beibu/exchange/lookup"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

var update = flag.Bool("update", false, "write the golden file")

// However people write a value, it is the same key.
func TestTermOf(t *testing.T) {
	for _, test := range []struct {
		role   lookup.Role
		value  string
		ways   []string
		others []string
	}{
		{lookup.Vehicle, "14C28755", []string{"14C-287.55", "14c 28755", "１４Ｃ－２８７．５５", "14C–287·55", " 14C\u200b28755"}, []string{"14C-287.56"}},
		{lookup.Vehicle, "桂F83127", []string{"桂F 83127", "桂f·83127", "桂Ｆ８３１２７", "桂F　83127"}, []string{"桂N 83127"}},
		{lookup.Vehicle, "กข1234", []string{"กข 1234", "กข-1234"}, nil},
		{lookup.Container, "BBGU4061125", []string{"BBGU 406112-5", "bbgu4061125"}, []string{"BBGU4061126"}},
		{lookup.Carnet, "CN/4501/26/00183", []string{"cn/4501/26/00183", " CN / 4501 / 26 / 00183", "CN/4501/26/001-83", "CN／4501／26／00183"}, []string{"CN/45012600183"}},
		{lookup.Licence, "2645Z00317", []string{"26-45-Z00317", "26‑45‑z00317", "26−45−Z00317"}, []string{"26.45.Z00317"}},
		{lookup.TransportDocument, "BGSL2609LCHQ0117", []string{"bgsl 2609 LCHQ-0117"}, nil},
		{lookup.HS, "081060", []string{"0810.60", "0810 60"}, nil},
		{lookup.HS, "0810600000", []string{"0810.60.00.00"}, nil},
	} {
		for _, text := range append(test.ways, test.value) {
			if got := lookup.TermOf(test.role, text).Value; got != test.value {
				t.Errorf("%s %q is %q, want %q", test.role, text, got, test.value)
			}
		}
		for _, text := range test.others {
			if lookup.TermOf(test.role, text).Value == test.value {
				t.Errorf("%s %q is %q", test.role, text, test.value)
			}
		}
	}
}

func TestNothingToSearchFor(t *testing.T) {
	for _, role := range lookup.Roles() {
		for _, text := range []string{"", " ", "--", "\u200b", "\xff\xfe", strings.Repeat("9", 300)} {
			if got := lookup.TermOf(role, text); got.Role != role || got.Value != "" {
				t.Errorf("%s %q is %+v", role, text, got)
			}
		}
	}
	for _, code := range []string{"0", "081", "08106", "0810600", "08106000101", "08x0", "٠٨"} {
		if got := lookup.TermOf(lookup.HS, code); got.Value != "" {
			t.Errorf("code %q is %q", code, got.Value)
		}
	}
}

// A holder is found by its name however it is written, and the key does not show it.
func TestHolder(t *testing.T) {
	key := lookup.TermOf(lookup.Holder, "Chanthaburi Golden Durian Co., Ltd.").Value
	if same := lookup.TermOf(lookup.Holder, "CHANTHABURI GOLDEN DURIAN CO LTD").Value; same != key || len(key) != 32 || strings.Contains(strings.ToUpper(key), "DURIAN") {
		t.Errorf("%q and %q", key, same)
	}
	for name, want := range map[string]string{"Golden Durian Co., Ltd.": "G***", "东兴边民互助": "东***", "...": ""} {
		if got := lookup.Shown(lookup.Holder, name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
	if got := lookup.Shown(lookup.Vehicle, "桂F·83127"); got != "桂F83127" {
		t.Errorf("a plate is shown as %q", got)
	}
}

func TestPrefixes(t *testing.T) {
	for code, want := range map[string]string{
		"0810600000": "[08 0810 081060 0810600000]", "081060": "[08 0810 081060]", "0810": "[08 0810]", "08": "[08]", "0": "[0]", "08106": "[08 0810 08106]",
	} {
		if got := fmt.Sprint(lookup.Prefixes(code)); got != want {
			t.Errorf("%s is filed under %s, want %s", code, got, want)
		}
	}
}

// read reads the facts of a document of a kind.
func read(t testing.TB, kind string, document []byte) facts.Facts {
	t.Helper()
	builtIn, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := strict.Parse(document, strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return facts.Read(builtIn[kind], tree.Root())
}

// The keys of every good sample are as the golden file says.
func TestKeysOfTheSamples(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, s := range samples {
		if !s.Good {
			continue
		}
		f := read(t, s.Kind, s.Bytes)
		keys := lookup.Of(f)
		fmt.Fprintf(&b, "%s/%s\n", s.Kind, s.Name)
		for _, code := range keys.HS {
			fmt.Fprintf(&b, "  hs %s\n", code)
		}
		for _, term := range keys.Terms(s.Kind, f.Number) {
			fmt.Fprintf(&b, "  %s %s\n", term.Role, term.Value)
			if !keys.Has(s.Kind, f.Number, term) {
				t.Errorf("%s is not found by %+v", s.Name, term)
			}
		}
	}
	const file = "testdata/samples.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

// A document with more keys than are kept says how many are not.
func TestOmitted(t *testing.T) {
	sample, err := testdata.Find("import-declaration", "durian-youyiguan")
	if err != nil {
		t.Fatal(err)
	}
	const first = "<cac:TransportHandlingUnit>"
	var more strings.Builder
	for i := range 100 {
		fmt.Fprintf(&more, "<cac:TransportEquipment><cbc:ID>AAAU%07d</cbc:ID></cac:TransportEquipment>", i)
	}
	document := strings.Replace(string(sample.Bytes), first, first+more.String(), 1)
	keys := lookup.Of(read(t, sample.Kind, []byte(document)))
	if len(keys.Containers) != lookup.MaxKeys || keys.Omitted != 101-lookup.MaxKeys {
		t.Errorf("%d containers, %d omitted", len(keys.Containers), keys.Omitted)
	}
	if len(keys.HS) == 0 || len(keys.Vehicles) == 0 {
		t.Errorf("the containers leave no room for others: %+v", keys)
	}
	long := strings.ReplaceAll(string(sample.Bytes), "BBGU4061125", strings.Repeat("A", 5_000))
	if keys := lookup.Of(read(t, sample.Kind, []byte(long))); len(keys.Containers) != 0 || keys.Omitted != 1 {
		t.Errorf("a long one: %+v", keys)
	}
}

// BenchmarkOf reads the fields of the facts of a sample and makes its keys.
func BenchmarkOf(b *testing.B) {
	for kind, name := range map[string]string{
		"ata-carnet": "pearls-beihai-laem-chabang", "import-declaration": "durian-youyiguan", "sps-certificate": "durian-youyiguan",
	} {
		b.Run(kind, func(b *testing.B) {
			s, err := testdata.Find(kind, name)
			if err != nil {
				b.Fatal(err)
			}
			builtIn, err := paths.BuiltIn()
			if err != nil {
				b.Fatal(err)
			}
			tree, err := strict.Parse(s.Bytes, strict.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				lookup.Of(facts.Read(builtIn[kind], tree.Root()))
			}
		})
	}
}

// FuzzTermOf reads what strangers write: the form is stable, so that what a document is
// filed under is found by itself, and no longer than a bound.
func FuzzTermOf(f *testing.F) {
	for _, text := range []string{"桂F·83127", "14C-287.55", "０８１０", "ﬁŉǰΐßẞİı", "a\u0301\u0345", "\xff", "\xf2\xf2\xf2\u02d8", "ﷺ", "กำ", "ǆ", "가"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, role := range lookup.Roles() {
			term := lookup.TermOf(role, text)
			if !utf8.ValidString(term.Value) || len(term.Value) > 256*18 {
				t.Errorf("%s %q is %q", role, text, term.Value)
			}
			if role == lookup.Holder {
				continue // a digest; names have the form of plates
			}
			if again := lookup.TermOf(role, term.Value).Value; again != term.Value && len(term.Value) <= 256 {
				t.Errorf("%s %q is %q, and again %q", role, text, term.Value, again)
			}
		}
	})
}
