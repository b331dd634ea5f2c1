package rules_test

import (
	"strings"
	"testing"

	"beibu/exchange/rules"
)

func TestQuote(t *testing.T) {
	for value, want := range map[string]struct{ en, zh string }{
		"USD":                      {"USD", "USD"},
		"2026-11-20 08:00":         {"2026-11-20 08:00", "2026-11-20 08:00"},
		"广西钦州（中国）有限公司":             {"广西钦州（中国）有限公司", "广西钦州（中国）有限公司"},
		"Công ty Thành Đạt":        {"Công ty Thành Đạt", "Công ty Thành Đạt"},
		"บริษัท ไทย":               {"บริษัท ไทย", "บริษัท ไทย"},
		"Москва":                   {"Москва", "Москва"},
		"":                         {"“”", "“”"},
		"USD\u00a0":                {"“USD[U+00A0]” (character 4 is U+00A0)", "“USD[U+00A0]”（第4个字符为U+00A0）"},
		"USD ":                     {"“USD[U+0020]” (character 4 is U+0020)", "“USD[U+0020]”（第4个字符为U+0020）"},
		"A  B":                     {"“A[U+0020][U+0020]B” (character 2 is U+0020)", "“A[U+0020][U+0020]B”（第2个字符为U+0020）"},
		"СN":                       {"“[U+0421]N” (character 1 is U+0421)", "“[U+0421]N”（第1个字符为U+0421）"},
		"ＣＮ":                       {"“[U+FF23][U+FF2E]” (character 1 is U+FF23)", "“[U+FF23][U+FF2E]”（第1个字符为U+FF23）"},
		"钦州\u200b港":                {"“钦州[U+200B]港” (character 3 is U+200B)", "“钦州[U+200B]港”（第3个字符为U+200B）"},
		"a\u202eb":                 {"“a[U+202E]b” (character 2 is U+202E)", "“a[U+202E]b”（第2个字符为U+202E）"},
		"1\n2":                     {"“1[U+000A]2” (character 2 is U+000A)", "“1[U+000A]2”（第2个字符为U+000A）"},
		"x\u3164":                  {"“x[U+3164]” (character 2 is U+3164)", "“x[U+3164]”（第2个字符为U+3164）"},
		strings.Repeat("x", 120):   {strings.Repeat("x", 120), strings.Repeat("x", 120)},
		strings.Repeat("中", 120):   {strings.Repeat("中", 120), strings.Repeat("中", 120)},
		strings.Repeat("x", 300e3): {"“" + strings.Repeat("x", 120) + "…” (300000 bytes)", "“" + strings.Repeat("x", 120) + "…”（共300000字节）"},
		"\u00ad" + strings.Repeat("中", 120): {
			"“[U+00AD]" + strings.Repeat("中", 119) + "…” (character 1 is U+00AD) (362 bytes)",
			"“[U+00AD]" + strings.Repeat("中", 119) + "…”（第1个字符为U+00AD）（共362字节）",
		},
	} {
		if en, zh := rules.Quote(value); en != want.en || zh != want.zh {
			t.Errorf("%q: %s and %s", value, en, zh)
		}
	}
}

// What a rule reports is bounded, however long and strange the value is.
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
