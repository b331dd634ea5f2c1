package sps

import (
	"slices"
	"testing"
	"time"

	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
)

func TestSamples(t *testing.T) { rulestest.Run(t, Rules(), all()...) }

// The limits of what is allowed: the bad samples are one step beyond.
func TestEdges(t *testing.T) {
	const exit = "<udt:DateTimeString>2026-10-31T22:00:00+07:00"
	cases := map[string]struct {
		sample string
		edits  []string
		want   []string
	}{
		"left on the fourteenth day":  {"mangosteen-qinzhou", []string{exit, "<udt:DateTimeString>2026-11-12"}, nil},
		"left on the fifteenth day":   {"mangosteen-qinzhou", []string{exit, "<udt:DateTimeString>2026-11-13"}, []string{"SPS-21"}},
		"issued fourteen days after":  {"mangosteen-qinzhou", []string{exit, "<udt:DateTimeString>2026-10-15"}, nil},
		"issued fifteen days after":   {"mangosteen-qinzhou", []string{exit, "<udt:DateTimeString>2026-10-14"}, []string{"SPS-21B"}},
		"a port of one's own naming":  {"mangosteen-qinzhou", []string{"<ram:ID>CNQZH<", "<ram:ID>QINZHOU PORT<"}, nil},
		"net as much as gross":        {"shrimp-qinzhou", []string{">26400</ram:Gross", ">24000</ram:Gross"}, nil},
		"net in another unit":         {"shrimp-qinzhou", []string{`unitCode="KGM">24000`, `unitCode="GRM">24000000`}, nil},
		"counted in packages alone":   {"dragon-fruit-dongxing", []string{`<ram:NetWeightMeasure unitCode="KGM">4000</ram:NetWeightMeasure>`, ""}, nil},
		"line 0 is not checked":       {"mangosteen-qinzhou", []string{"<ram:SequenceNumeric>0<", "<ram:SequenceNumeric>0.0<"}, nil},
		"line 0 of goods is":          {"mangosteen-qinzhou", []string{"<ram:SequenceNumeric>0<", "<ram:SequenceNumeric>3<"}, []string{"SPS-13G", "SPS-14", "SPS-12"}},
		"numbers are compared":        {"dragon-fruit-dongxing", []string{"<ram:SequenceNumeric>2<", "<ram:SequenceNumeric>1.0<"}, []string{"SPS-16"}},
		"two of three notes missing":  {"durian-reexport-dongxing", []string{"Subject>ADRPN<", "Subject>X<", "Subject>ADRD<", "Subject>Y<"}, []string{"SPS-09"}},
		"no replacement at all":       {"durian-reexport-dongxing", []string{"Subject>ADRPN<", "Subject>X<", "Subject>ADRD<", "Subject>Y<", "Subject>ADRPR<", "Subject>Z<"}, nil},
		"original is a re-export too": {"durian-reexport-dongxing", []string{"<ram:TypeCode>851<", "<ram:TypeCode>657<"}, nil},
		"a compact date":              {"durian-youyiguan", []string{"<udt:DateTimeString>2026-11-12T15:20:00+07:00", `<udt:DateTimeString format="102">20261112`}, nil},
		"health type is for all":      {"durian-youyiguan", []string{"<ram:TypeCode>851<", "<ram:TypeCode>636<"}, nil},
		"png called pdf":              {"shrimp-qinzhou", []string{"JVBERi", "iVBORw"}, []string{"SPS-17B"}},
		"pdf in capitals":             {"shrimp-qinzhou", []string{`mimeCode="application/pdf"`, `mimeCode=" Application/PDF; version=1.7"`}, nil},
		"pdf broken into lines":       {"shrimp-qinzhou", []string{"JVBERi", " J\nV\r\n B\tERi"}, nil},
		"png in capitals called pdf":  {"shrimp-qinzhou", []string{`mimeCode="application/pdf"`, `mimeCode="IMAGE/PNG"`}, []string{"SPS-17B"}},
		"a script in capitals":        {"shrimp-qinzhou", []string{`mimeCode="application/pdf"`, `mimeCode="TEXT/HTML"`}, []string{"SPS-17"}},
		"no media type":               {"shrimp-qinzhou", []string{`mimeCode="application/pdf" `, ""}, []string{"SPS-17"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := rulestest.Codes(t, Rules(), rulestest.Sample(t, "sps-certificate", c.sample), c.edits...); !slices.Equal(sorted(got), sorted(c.want)) {
				t.Errorf("breaks %v, want %v", got, c.want)
			}
		})
	}
}

// What an acknowledgement may and may not say.
func TestAcknowledgementEdges(t *testing.T) {
	cases := map[string]struct {
		sample string
		edits  []string
		want   []string
	}{
		"evidence is not counted":       {"shrimp-rejected-in-part-qinzhou", nil, nil},
		"a second one with its type":    {"shrimp-rejected-in-part-qinzhou", []string{">4<", ">853<"}, []string{"SPS-18"}},
		"a certificate with no number":  {"durian-accepted-youyiguan", []string{">VN-LS-26-0118437<", "> <"}, []string{"SPS-18"}},
		"a code of another list":        {"durian-accepted-youyiguan", []string{"StatusCode>39", `StatusCode listID="OURS">A1`}, nil},
		"a code of a list in UNCL":      {"durian-accepted-youyiguan", []string{"StatusCode>39", `StatusCode listID="UNCL4405">44`}, []string{"SPS-18B"}},
		"no status at all":              {"durian-accepted-youyiguan", []string{">39<", "><"}, []string{"SPS-18B"}},
		"refused in part for no reason": {"shrimp-rejected-in-part-qinzhou", []string{"ReasonInformation languageID=\"zh\">第2批次冷冻对虾检出呋喃唑酮代谢物，该批次退运", "ReasonInformation> ", "Furazolidone metabolite found in the second batch, which is returned; the rest is released", ""}, []string{"SPS-18C"}},
		"a compact time":                {"durian-accepted-youyiguan", []string{"DateTimeString>2026-11-13T11:40:00+08:00", `DateTimeString format="102">20261113`}, []string{"SPS-18E"}},
		"a time in UTC":                 {"mangosteen-under-examination", []string{"03:20:00Z", "03:20:00.1234567Z"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := rulestest.Codes(t, Rules(), rulestest.Sample(t, "sps-acknowledgement", c.sample), c.edits...); !slices.Equal(sorted(got), sorted(c.want)) {
				t.Errorf("breaks %v, want %v", got, c.want)
			}
		})
	}
}

func sorted(codes []string) []string {
	codes = slices.Clone(codes)
	slices.Sort(codes)
	return slices.Compact(codes)
}

func TestEPPO(t *testing.T) {
	cases := map[string]bool{
		"DURZI": true, "HCRUN": true, "1CIDG": true, "CIDSI": true, "FUSAC4": false, "1HCRUG": true, "durzi": false,
		"DURZ": false, "DURZIBE": false, "": false, "DÜRZ": false,
	}
	for code, want := range cases {
		if isEPPO(code) != want {
			t.Errorf("isEPPO(%q) is %v", code, !want)
		}
	}
}

func TestDay(t *testing.T) {
	want := time.Date(2026, time.November, 12, 0, 0, 0, 0, time.UTC)
	cases := map[string]bool{
		"<DateTimeString>2026-11-12</DateTimeString>":                      true,
		"<DateTimeString>2026-11-12T23:59:59-08:00</DateTimeString>":       true,
		"<DateTimeString format='205'>202611121530+07:00</DateTimeString>": false,
		"<DateTimeString format='102'>20261112</DateTimeString>":           true,
		"<DateTime>2026-11-12T00:00:00Z</DateTime>":                        true,
		"<DateTimeString>yesterday</DateTimeString>":                       false,
		"<DateTimeString/>": false,
		"":                  false,
	}
	for content, ok := range cases {
		tree, err := strict.Parse([]byte("<A><B>"+content+"</B></A>"), strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		at := momentAt(rules.NewPath("B"))
		var got time.Time
		var read bool
		set, err := rules.NewSet([]rules.Rule{{
			Code: "T-1", Source: "x", EN: "x", ZH: "x", Reads: []rules.Input{at},
			Check: func(d *rules.Document, _ rules.Report) { _, got, read = at.day(d, d.First(at.at)) },
		}})
		if err != nil {
			t.Fatal(err)
		}
		set.Check(&rules.Document{Root: tree.Root()})
		if read != ok || ok && !got.Equal(want) {
			t.Errorf("%s: %v %v", content, got, read)
		}
	}
}
