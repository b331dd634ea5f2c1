package schemas_test

import (
	"strings"
	"testing"
)

// TestOddCharactersAreShown puts characters that cannot be seen, or look like
// others, into values and names: the message shows each by its code point, with
// the place of the first.
func TestOddCharactersAreShown(t *testing.T) {
	c := newCatalog(t)
	date := func(value string) string {
		return "<cbc:ID>1</cbc:ID><cbc:IssueDate>" + value + "</cbc:IssueDate>" + rest
	}
	weight := func(value, unit string) string {
		return "<cbc:ID>1</cbc:ID><cac:HolderParty/><cac:Shipment><cbc:ID>1</cbc:ID><cbc:GrossWeightMeasure" + unit + ">" +
			value + "</cbc:GrossWeightMeasure></cac:Shipment>" + strings.SplitN(rest, "\n", 3)[2]
	}
	for name, test := range map[string]struct{ inside, en, zh string }{
		"no-break space":           {date("2025-09-17\u00a0"), "found “2025-09-17[U+00A0]” (character 11 is U+00A0).", "实际为“2025-09-17[U+00A0]”（第11个字符为U+00A0）。"},
		"zero width":               {date("2025\u200b-09-17"), "found “2025[U+200B]-09-17” (character 5 is U+200B).", "实际为“2025[U+200B]-09-17”（第5个字符为U+200B）。"},
		"full-width digits":        {date("２025-09-17"), "found “[U+FF12]025-09-17” (character 1 is U+FF12).", "第1个字符为U+FF12"},
		"right-to-left":            {date("\u202e71-90-5202"), "found “[U+202E]71-90-5202” (character 1", "第1个字符为U+202E"},
		"dash":                     {date("2025–09–17"), "found “2025[U+2013]09[U+2013]17” (character 5", "第5个字符为U+2013"},
		"Cyrillic letter":          {weight("1О0", " unitCode='KGM'"), "found “1[U+041E]0” (character 2 is U+041E).", "第2个字符为U+041E"},
		"Chinese is shown":         {date("二〇二五年"), "found “二〇二五年”.", "实际为“二〇二五年”。"},
		"outer white space":        {date("\n  17.09.2025\n"), "found “17.09.2025”.", "实际为“17.09.2025”。"},
		"line break":               {date("17\u2028.09&#x85;2025"), "found “17[U+2028].09[U+0085]2025” (character 3", "第3个字符为U+2028"},
		"name of an element":       {"<cbc:ID>1</cbc:ID><cbc:N\u200dote/>" + rest, "no element N[U+200D]ote", "没有元素 N[U+200D]ote"},
		"name of an attribute":     {"<cbc:ID scheme\u200cID='1'>1</cbc:ID>" + rest, "no attribute scheme[U+200C]ID", "没有属性 scheme[U+200C]ID"},
		"namespace of two lines":   {"<cbc:ID>1</cbc:ID><UUID xmlns='urn:a&#10;b'/>" + rest, "in the namespace urn:a[U+000A]b;", "命名空间 urn:a[U+000A]b"},
		"a long value has a count": {date(repeat("9", 200)), "found “" + repeat("9", 120) + "…” (200 bytes).", "…”（共200字节）。"},
	} {
		t.Run(name, func(t *testing.T) {
			r := validate(t, c, []byte(carnet(test.inside)))
			if len(r.Violations) == 0 || !strings.Contains(r.Violations[0].EN, test.en) || !strings.Contains(r.Violations[0].ZH, test.zh) {
				t.Errorf("%+v", r.Violations)
			}
			for _, v := range r.Violations {
				if strings.ContainsAny(v.EN+v.ZH+v.Path, "\n\u2028\u0085\u200b\u200c\u200d\u202e") {
					t.Errorf("%q %q %q", v.Path, v.EN, v.ZH)
				}
			}
		})
	}
}
