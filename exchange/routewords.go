package exchange

import (
	"fmt"
	"strings"

	"beibu/schemas/paths"
)

// A part is one part of a condition.
type part struct {
	key  paths.Key
	list []string
}

// parts returns the parts of a condition on what a document says. A part whose list
// is empty asks for nothing.
func (c *Condition) parts() [6]part {
	return [...]part{
		{paths.ExportCountry, c.ExportCountries},
		{paths.ImportCountry, c.ImportCountries},
		{paths.ExportPort, c.ExportPorts},
		{paths.ImportPort, c.ImportPorts},
		{paths.Issuer, c.Issuers},
		{paths.HS, c.HS},
	}
}

// GoesBy returns the facts of a document that decide whether the route takes it,
// and to whom.
func (r Route) GoesBy() []paths.Key {
	var keys []paths.Key
	for _, p := range r.When.parts() {
		if len(p.list) > 0 {
			keys = append(keys, p.key)
		}
	}
	for _, to := range r.To {
		if s, ok := selectors[strings.TrimSuffix(to, "?")]; ok {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// Words says what must hold of a document, a part each.
func (c Condition) Words() []Text {
	var words []Text
	for _, p := range c.parts() {
		if len(p.list) == 0 {
			continue
		}
		name, list := meaning[p.key], strings.Join(p.list, ", ")
		if p.key == paths.HS {
			words = append(words, Text{EN: name.EN + " begins with one of " + list, ZH: name.ZH + "以下列之一开头：" + list})
			continue
		}
		words = append(words, Text{EN: name.EN + " is one of " + list, ZH: name.ZH + "为下列之一：" + list})
	}
	if len(c.Senders) > 0 {
		words = append(words, Text{EN: "the sender is one of " + strings.Join(c.Senders, ", "), ZH: "发送方为下列之一：" + strings.Join(c.Senders, ", ")})
	}
	return words
}

// ReceiverWords says whom an entry of Route.To means.
func ReceiverWords(to string) Text {
	name, optional := strings.CutSuffix(to, "?")
	s, ok := selectors[name]
	if !ok && name != SenderAnswered {
		return Text{EN: to, ZH: to}
	}
	fact := meaning[s.key]
	words := fact
	if name == SenderAnswered {
		words = Text{EN: "the sender of the document that it answers", ZH: "所答复单证的发送方"}
	}
	switch s.role {
	case Customs:
		words = Text{EN: "the customs office of " + fact.EN, ZH: fact.ZH + "海关"}
	case Window:
		words = Text{EN: "the single window of " + fact.EN, ZH: fact.ZH + "单一窗口"}
	case Department:
	}
	if optional {
		words = Text{EN: fmt.Sprintf("%s, if there is one", words.EN), ZH: words.ZH + "（如有）"}
	}
	return words
}
