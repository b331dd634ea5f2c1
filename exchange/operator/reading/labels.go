package reading

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"beibu/exchange"
)

// labelled has a line for each name of an element that people are likely to see: the name,
// and a label in Chinese.
//
//go:embed labels.txt
var labelled string

// chinese returns the labels in Chinese, by name.
var chinese = sync.OnceValue(func() map[string]string {
	all := make(map[string]string)
	for line := range strings.Lines(labelled) {
		if name, label, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			all[name] = label
		}
	}
	return all
})

// labelOf returns what an element is called. In English it is its name as words; a name
// without a label in Chinese is shown as it is.
func labelOf(name string) exchange.Text {
	label := exchange.Text{EN: words(name), ZH: chinese()[name]}
	if label.ZH == "" {
		label.ZH = name
	}
	return label
}

// words parts a name such as UBLVersionID into words: UBL version ID.
func words(name string) string {
	letters := []rune(name)
	var out strings.Builder
	for i, r := range letters {
		upper := unicode.IsUpper(r)
		isNext := i+1 < len(letters) && unicode.IsLower(letters[i+1])
		begins := upper && i > 0 && (unicode.IsLower(letters[i-1]) || unicode.IsUpper(letters[i-1]) && isNext)
		if begins {
			out.WriteByte(' ')
			if isNext {
				r = unicode.ToLower(r)
			}
		}
		out.WriteRune(r)
	}
	return out.String()
}
