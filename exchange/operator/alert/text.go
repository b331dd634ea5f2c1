package alert

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"beibu/exchange"
)

// A Text is what people read of an alert, in both languages. What each surface writes in
// its own way is a part of its own: the API and the command line write ids, UTC and
// commands, and the console names, the time of the ports and links.
type Text struct{ EN, ZH []Part }

// A Part is a piece of a text: the one of its fields that is set.
type Part struct {
	Words string    // as they are
	Party string    // a party, by its id
	Run   string    // a replay run, by its id
	Time  time.Time // a point in time
	Place bool      // the one to begin at: a command, or a page
}

// placeholder is one of a form: a name in braces.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// fill returns a form as a text, with the parts that value returns for its placeholders.
func fill(form exchange.Text, value func(name string, in func(exchange.Text) string) Part) Text {
	parts := func(form string, in func(exchange.Text) string) (all []Part) {
		for {
			at := placeholder.FindStringIndex(form)
			if at == nil {
				return append(all, Part{Words: form})
			}
			if at[0] > 0 {
				all = append(all, Part{Words: form[:at[0]]})
			}
			all = append(all, value(form[at[0]+1:at[1]-1], in))
			form = form[at[1]:]
		}
	}
	return Text{
		EN: parts(form.EN, func(t exchange.Text) string { return t.EN }),
		ZH: parts(form.ZH, func(t exchange.Text) string { return t.ZH }),
	}
}

// part returns what a placeholder is for, in one language.
func (a Alert) part(name string, in func(exchange.Text) string) Part {
	switch name {
	case "party":
		return Part{Party: a.About}
	case "run":
		return Part{Run: a.About}
	case "owner": // of a key
		if len(a.Parties) == 1 {
			return Part{Party: a.Parties[0]}
		}
		return Part{Words: in(exchange.Text{EN: "the exchange", ZH: "本平台"})}
	case "since":
		return Part{Time: a.Since}
	case "until":
		return Part{Time: a.Until}
	case "count":
		return Part{Words: strconv.Itoa(a.Count)}
	case "cause":
		return Part{Words: a.Cause}
	case "place":
		return Part{Place: true}
	}
	return Part{Words: a.About}
}

// timeInText is how texts have times outside the console.
const timeInText = "2006-01-02 15:04 UTC"

// byID returns a text with ids, times in UTC and a command: for programs, the command line
// and the record.
func (t Text) byID(command string) exchange.Text {
	write := func(all []Part, run, use, before string) string {
		var b strings.Builder
		for _, p := range all {
			switch {
			case p.Party != "":
				b.WriteString(p.Party)
			case p.Run != "":
				b.WriteString(run + p.Run)
			case !p.Time.IsZero():
				b.WriteString(p.Time.UTC().Format(timeInText))
			case p.Place:
				b.WriteString(use + command + before)
			default:
				b.WriteString(p.Words)
			}
		}
		return b.String()
	}
	return exchange.Text{EN: write(t.EN, "replay run ", "", ""), ZH: write(t.ZH, "重放 ", "用 ", " ")}
}

// Says returns what has happened: that the condition began (it is firing), or that it has
// ended.
func (a Alert) Says(firing bool) Text {
	if firing {
		return fill(a.words().firing, a.part)
	}
	return fill(a.words().resolved, a.part)
}

// Summary returns [Alert.Says] with ids and times in UTC.
func (a Alert) Summary(firing bool) exchange.Text { return a.Says(firing).byID("") }

// Advises returns what to do about it: first, if there is a place for it, what to look at
// there.
func (a Alert) Advises(place bool) Text {
	w := a.words()
	form := w.advice
	if place && w.look.EN != "" {
		form = exchange.Text{EN: w.look.EN + "; " + form.EN, ZH: w.look.ZH + "；" + form.ZH}
	}
	return fill(form, a.part)
}

// NextStep returns [Alert.Advises] with the command to begin with, if there is one.
func (a Alert) NextStep() exchange.Text {
	command := a.Command()
	return a.Advises(command != "").byID(command)
}

// Command returns the command of beibuctl that shows more of it, or "".
func (a Alert) Command() string {
	words := strings.Fields(a.words().command)
	for i, word := range words {
		if words[i] = strings.ReplaceAll(word, "{about}", a.About); !plainArgument.MatchString(words[i]) {
			words[i] = "'" + strings.ReplaceAll(words[i], "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// plainArgument is one that a shell takes as it is.
var plainArgument = regexp.MustCompile(`^[A-Za-z0-9._/:@-]+$`)
