package quote_test

import (
	"strings"
	"testing"

	"beibu/signing/strict/quote"
)

func TestText(t *testing.T) {
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
		"СN\u00a0":                 {"“[U+0421]N[U+00A0]” (character 1 is U+0421)", "“[U+0421]N[U+00A0]”（第1个字符为U+0421）"},
		"A–B":                      {"A–B", "A–B"},
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
		if en, zh := quote.Text(value); en != want.en || zh != want.zh {
			t.Errorf("%q: %s and %s", value, en, zh)
		}
	}
}

func TestValue(t *testing.T) {
	for value, want := range map[string]struct{ en, zh string }{
		"":           {"nothing", "空"},
		"2026-11-20": {"“2026-11-20”", "“2026-11-20”"},
		"2026–11–20": {"“2026[U+2013]11[U+2013]20” (character 5 is U+2013)", "“2026[U+2013]11[U+2013]20”（第5个字符为U+2013）"},
		"1О0":        {"“1[U+041E]0” (character 2 is U+041E)", "“1[U+041E]0”（第2个字符为U+041E）"},
		"二〇二五年":      {"“二〇二五年”", "“二〇二五年”"},
		strings.Repeat("9", 200): {
			"“" + strings.Repeat("9", 120) + "…” (200 bytes)", "“" + strings.Repeat("9", 120) + "…”（共200字节）",
		},
	} {
		if en, zh := quote.Value(value); en != want.en || zh != want.zh {
			t.Errorf("%q: %s and %s", value, en, zh)
		}
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"":                      "",
		"IssueDate":             "IssueDate",
		"Дата":                  "Дата",
		"СN":                    "СN", // a name is not compared with a list of ASCII
		"Issue\u200dDate":       "Issue[U+200D]Date",
		"urn:a\nb":              "urn:a[U+000A]b",
		strings.Repeat("n", 64): strings.Repeat("n", 64),
		strings.Repeat("n", 65): strings.Repeat("n", 64) + "…",
	} {
		if got := quote.Name(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
