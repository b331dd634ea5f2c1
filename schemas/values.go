package schemas

import (
	"regexp"
	"slices"
	"strings"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict/quote"
)

// A lexicon says what a built-in type is called and how its values look (XML
// Schema 1.0, part 2). The looks are rough: they help to find which of several
// values is wrong, and the engine alone decides whether one is.
type lexicon struct {
	en, zh string
	looks  *regexp.Regexp // nil: like anything
}

const zone = `(Z|[+-]\d\d:\d\d)?`

var builtins = map[string]lexicon{
	"string":             {"text", "文本", nil},
	"normalizedString":   {"text", "文本", nil},
	"token":              {"text", "文本", nil},
	"language":           {"a language tag such as zh-CN", "语言代码（如 zh-CN）", regexp.MustCompile(`^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$`)},
	"boolean":            {"true or false", " true 或 false", regexp.MustCompile(`^(true|false|0|1)$`)},
	"decimal":            {"a decimal number", "十进制数", regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`)},
	"integer":            {"a whole number", "整数", regexp.MustCompile(`^[+-]?\d+$`)},
	"int":                {"a whole number", "整数", regexp.MustCompile(`^[+-]?\d+$`)},
	"long":               {"a whole number", "整数", regexp.MustCompile(`^[+-]?\d+$`)},
	"nonNegativeInteger": {"a whole number, not negative", "非负整数", regexp.MustCompile(`^(\+?\d+|-0+)$`)},
	"positiveInteger":    {"a whole number above zero", "正整数", regexp.MustCompile(`^\+?0*[1-9]\d*$`)},
	"float":              {"a number", "数字", nil},
	"double":             {"a number", "数字", nil},
	"date":               {"a date such as 2025-09-17", "日期（如 2025-09-17）", regexp.MustCompile(`^-?\d{4,}-\d\d-\d\d` + zone + `$`)},
	"time":               {"a time such as 08:30:00", "时间（如 08:30:00）", regexp.MustCompile(`^\d\d:\d\d:\d\d(\.\d+)?` + zone + `$`)},
	"dateTime": {
		"a date and time such as 2025-09-17T08:30:00+08:00", "日期时间（如 2025-09-17T08:30:00+08:00）",
		regexp.MustCompile(`^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?` + zone + `$`),
	},
	"duration":     {"a duration such as P30D", "时长（如 P30D）", regexp.MustCompile(`^-?P`)},
	"base64Binary": {"base64", " base64 编码", regexp.MustCompile(`^[A-Za-z0-9+/= \t\r\n]*$`)},
	"hexBinary":    {"hexadecimal digits", "十六进制数字", regexp.MustCompile(`^([0-9a-fA-F]{2})*$`)},
	"anyURI":       {"a URI", " URI", nil},
	"ID":           {"an identifier that begins with a letter", "以字母开头的标识符", regexp.MustCompile(`^[\pL_][^\s:]*$`)},
	"IDREF":        {"a reference to an identifier in the document", "对单证中标识符的引用", regexp.MustCompile(`^[\pL_][^\s:]*$`)},
}

// facets name what a limit asks for.
var facets = map[string]struct{ en, zh string }{
	"length":         {"of exactly %s characters", "长度恰为 %s 个字符"},
	"minLength":      {"of at least %s characters", "长度至少 %s 个字符"},
	"maxLength":      {"of at most %s characters", "长度至多 %s 个字符"},
	"totalDigits":    {"of at most %s digits", "至多 %s 位数字"},
	"fractionDigits": {"with at most %s decimals", "至多 %s 位小数"},
	"minInclusive":   {"not below %s", "不小于 %s"},
	"maxInclusive":   {"not above %s", "不大于 %s"},
	"minExclusive":   {"above %s", "大于 %s"},
	"maxExclusive":   {"below %s", "小于 %s"},
}

// describe says what a simple type allows.
func describe(t *grammar.Text) (en, zh string) {
	if t == nil {
		return "of the type that the schema gives it", "模式规定的类型"
	}
	if len(t.Values) > 0 {
		en, zh := list(t.Values, ", ")
		return "one of " + en, "以下之一：" + zh
	}
	base, ok := builtins[t.Base]
	if !ok {
		base = lexicon{en: "of the type that the schema gives it", zh: "模式规定的类型"}
	}
	en, zh = base.en, base.zh
	for _, f := range t.Facets {
		if words, ok := facets[f.Kind]; ok {
			en += ", " + strings.ReplaceAll(words.en, "%s", f.Value)
			zh += "，" + strings.ReplaceAll(words.zh, "%s", f.Value)
		}
	}
	if len(t.Patterns) > 0 {
		pattern := quote.Name(strings.Join(t.Patterns, " | "))
		en += ", of the form " + pattern
		zh += "，格式为 " + pattern
	}
	return en, zh
}

// fits reports whether a value looks as a simple type asks, as far as that is
// easy to see.
func fits(t *grammar.Text, value string) bool {
	if t == nil {
		return true
	}
	trimmed := strings.TrimSpace(value)
	if len(t.Values) > 0 && !slices.Contains(t.Values, value) && !slices.Contains(t.Values, trimmed) {
		return false
	}
	for _, f := range t.Facets {
		if f.Kind == "minLength" && f.Value == "1" && value == "" {
			return false
		}
	}
	for _, pattern := range t.Patterns {
		// The two pattern languages agree on what schemas of trade use.
		if re, err := regexp.Compile("^(?:" + pattern + ")$"); err == nil && !re.MatchString(value) && !re.MatchString(trimmed) {
			return false
		}
	}
	base, ok := builtins[t.Base]
	return !ok || base.looks == nil || base.looks.MatchString(trimmed)
}

// collapsed returns a value as its type reads it: with its white space
// collapsed, unless the type is one of plain text (XML Schema 1.0, part 2,
// 4.3.6).
func collapsed(t *grammar.Text, value string) string {
	if t == nil || t.Base == "string" || t.Base == "normalizedString" {
		return value
	}
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")
}
