package exchange

import (
	"fmt"
	"strings"
	"unicode"

	"beibu/exchange/proof"
	"beibu/signing/strict/quote"
)

// ReadNumber returns the value of a document's number or version
// ([proof.NumberValue]). It returns an oddity if a person could not see how the number
// is written; then no document can have the value as its number.
func ReadNumber(text string) (value string, odd *Oddity) {
	value = proof.NumberValue(text)
	at := 0
	for _, r := range strings.Trim(text, proof.WhiteSpace) {
		at++
		if !strings.ContainsRune(proof.WhiteSpace, r) && quote.Hidden(r) {
			return value, &Oddity{Character: r, At: at}
		}
	}
	return value, nil
}

// An Oddity is a character that no number may hold: one that cannot be seen, that
// looks like a blank, or that is a full-width form of a letter or digit of ASCII.
type Oddity struct {
	Character rune
	At        int // its position in the number, in characters from 1
}

// CodeOddNumber is the code of a number that holds an oddity.
const CodeOddNumber = "document.number-characters"

// Text names the character and its position in a number.
func (o *Oddity) Text() Text { return o.text("number", "编号") }

// text names the character and its position in a value.
func (o *Oddity) text(en, zh string) Text {
	whatEN, whatZH := "which cannot be seen", "不可见字符"
	switch {
	case unicode.IsControl(o.Character):
		whatEN, whatZH = "a control character", "控制字符"
	case unicode.Is(unicode.Z, o.Character):
		whatEN, whatZH = "a blank other than U+0020", "不是普通空格（U+0020）"
	case '！' <= o.Character && o.Character <= '～':
		plain := o.Character - '！' + '!'
		whatEN, whatZH = fmt.Sprintf("a full-width form of %c", plain), fmt.Sprintf("全角字符，应写作 %c", plain)
	}
	return Text{
		EN: fmt.Sprintf("character %d of the %s is U+%04X, %s; a %s holds no such character", o.At, en, o.Character, whatEN, en),
		ZH: fmt.Sprintf("%s的第 %d 个字符为 U+%04X，%s，%s中不得使用", zh, o.At, o.Character, whatZH, zh),
	}
}
