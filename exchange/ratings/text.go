package ratings

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"beibu/exchange"
)

// The bounds of texts, in characters.
const (
	MaxComment = 500  // of a comment or a question
	MaxAnswer  = 1000 // of an answer, a reason or an appeal
)

// Masked is what a text has in the place of a number of a person.
const Masked = "●●●"

// personal are the numbers by which a person or a document can be found, whatever signs are
// between the digits: telephones, identity cards, passports, bank cards, carnets.
// An address of electronic mail is among them.
var personal = []*regexp.Regexp{
	regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN.-]+`),
	regexp.MustCompile(`\+?(?:\b[A-Za-z]{1,3}-?)?\pN(?:[ ()/.+_·-]{0,2}\pN){5,}(?:[ -]?[A-Za-z]\b)?`),
	regexp.MustCompile(`[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖](?:[ -]?[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]){6,}`),
}

// Mask returns a text in which numbers of persons are masked. Full-width digits and letters
// are read as plain ones.
func Mask(text string) string {
	text = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' && (unicode.IsDigit(r-'！'+'!') || unicode.IsLetter(r-'！'+'!')) {
			return r - '！' + '!'
		}
		return r
	}, text)
	for _, one := range personal {
		text = one.ReplaceAllString(text, Masked)
	}
	return text
}

// readText returns a text as it is kept: without blanks around it and without characters
// that cannot be seen. It fails with an [*exchange.Error] of code rating-text.
func readText(text string, least, most int) (string, error) {
	if !utf8.ValidString(text) || len(text) > 8*most { // a bound before anything reads it
		return "", errText(least, most)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text))
	if n := utf8.RuneCountInString(text); n < least || n > most {
		return "", errText(least, most)
	}
	return text, nil
}

func errText(least, most int) error {
	return &exchange.Error{Op: "read text", Kind: exchange.BadRequest, Code: "rating-text", Err: exchange.Because(
		"the text has %d to %d characters", "文字应为 %d 至 %d 个字符", least, most)}
}
