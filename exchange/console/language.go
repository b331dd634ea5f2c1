package console

import (
	"net/http"
	"strings"

	"beibu/exchange"
)

// A language is one of the two of the exchange.
type language string

const (
	english language = "en"
	chinese language = "zh"
)

// languageCookie is of the cookie that holds the language that a person has chosen.
const languageCookie = "lang"

// languageOf returns the language of a request: the one chosen, or else the one of the two
// that its browser prefers (RFC 9110 section 12.5.4), in the order in which it lists them.
func languageOf(r *http.Request) language {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if chosen := language(cookie.Value); chosen == english || chosen == chinese {
			return chosen
		}
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(part, ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if one := language(primary); one == english || one == chinese {
			return one
		}
	}
	return english
}

// text returns a text in the language.
func (l language) text(t exchange.Text) string {
	if l == chinese && t.ZH != "" {
		return t.ZH
	}
	return t.EN
}
