package reading

import (
	"slices"
	"strings"

	"beibu/exchange"
	"beibu/signing/strict/quote"
)

// quiet takes from the messages of faults what they quote of masked values.
func (r *renderer) quiet(out *Reading) {
	if r.masked == 0 {
		return
	}
	if !r.personal.Knows() || out.Omitted > 0 { // what is not rendered may be quoted, too
		each(out, func(f *exchange.Fault) { *f = f.Withheld() })
		return
	}
	masks := r.masks()
	each(out, func(f *exchange.Fault) {
		if slices.ContainsFunc(r.hidden, func(path string) bool { return f.Path == path || strings.HasPrefix(f.Path, path+"/") }) {
			*f = f.Withheld()
			return
		}
		f.Message.EN, f.Message.ZH = masks.Replace(f.Message.EN), masks.Replace(f.Message.ZH)
	})
}

// shortest is the length of the shortest value that is searched for in messages, in bytes.
// A code of a country is shorter, and a name of two characters is longer.
const shortest = 4

// masks replaces masked values, in full and as messages cut them.
func (r *renderer) masks() *strings.Replacer {
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, secret := range slices.Compact(r.secrets) {
		if len(secret) < shortest {
			continue
		}
		pairs = append(pairs, secret, Mask)
		if short := first(secret, quote.Limit); short != secret {
			pairs = append(pairs, short, Mask)
		}
	}
	return strings.NewReplacer(pairs...)
}

// each calls a function for each fault of a reading.
func each(r *Reading, change func(*exchange.Fault)) {
	var walk func(e *Element)
	walk = func(e *Element) {
		for i := range e.Faults {
			change(&e.Faults[i])
		}
		for _, child := range e.Children {
			walk(child)
		}
	}
	if r.Root != nil {
		walk(r.Root)
	}
	for i := range r.Faults {
		change(&r.Faults[i])
	}
}
