package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"beibu/exchange/facts/values"
	"beibu/signing/strict"
	"beibu/signing/strict/quote"
)

// A Set holds rules for documents of all kinds. It is safe for concurrent use.
type Set struct {
	all    []Rule
	byKind map[string][]*Rule
}

// NewSet returns a set of rules. It fails if two have the same code, or if one lacks
// its code, source, messages or check.
func NewSet(all ...[]Rule) (*Set, error) {
	s := &Set{all: slices.Concat(all...), byKind: make(map[string][]*Rule)}
	slices.SortStableFunc(s.all, func(a, b Rule) int { return cmp.Compare(a.Code, b.Code) })
	for i := range s.all {
		r := &s.all[i]
		if r.Code == "" || r.Check == nil || r.EN == "" || r.ZH == "" || r.Source == "" {
			return nil, fmt.Errorf("add rule %q: code, source, messages and check are required", r.Code)
		}
		if i > 0 && s.all[i-1].Code == r.Code {
			return nil, fmt.Errorf("add rule %q: another rule has the same code", r.Code)
		}
		if len(r.Kinds) == 0 {
			s.byKind[""] = append(s.byKind[""], r)
		}
		for _, kind := range r.Kinds {
			s.byKind[kind] = append(s.byKind[kind], r)
		}
	}
	return s, nil
}

// All returns every rule, by code.
func (s *Set) All() []Rule { return slices.Clone(s.all) }

// MaxBreaches limits the breaches that are returned for one document. Nobody corrects
// more one by one, and a hostile document costs no more.
const MaxBreaches = 500

// Check applies the rules for the document's kind that were in force on its
// issue date, or on the day of receipt if it has none. It returns the first
// [MaxBreaches] that were found, in document order and then by code, and how many
// more there are.
func (s *Set) Check(d *Document) (found []Breach, more int) {
	day := d.Facts.Issued
	if day.IsZero() {
		day, _ = values.DaysIn(d.Facts.Country(), d.Received)
	}
	work := scratch.Get().(*Document)
	defer release(work)
	work.Kind, work.Root, work.Facts, work.Received = d.Kind, d.Root, d.Facts, d.Received
	work.trace()
	var r *Rule
	report := func(at strict.Node, args ...string) { // one closure for all rules, since each allocates
		if len(found) == MaxBreaches {
			more++
			return
		}
		en, zh := word(r, args)
		found = append(found, Breach{Rule: r, At: at, EN: en, ZH: zh})
	}
	for _, rules := range [...][]*Rule{s.byKind[d.Kind], s.byKind[""]} {
		for _, r = range rules {
			if !r.From.IsZero() && day.Before(r.From) || !r.Until.IsZero() && !day.Before(r.Until.AddDate(0, 0, 1)) {
				continue
			}
			r.Check(work, report)
		}
	}
	slices.SortStableFunc(found, func(a, b Breach) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Rule.Code, b.Rule.Code))
	})
	return found, more
}

// scratch keeps the memory for the elements that have a trait between documents.
var scratch = sync.Pool{New: func() any { return new(Document) }}

// tracedKept limits the elements for which memory is kept, so that a huge document
// does not keep its memory.
const tracedKept = 1 << 12

// release returns a document to scratch, without what it refers to.
func release(d *Document) {
	if cap(d.traced) > tracedKept {
		return
	}
	clear(d.traced)
	*d = Document{traced: d.traced[:0]}
	scratch.Put(d)
}

// word writes the arguments of a report into the messages of its rule. It does so at
// once, so that of a value of megabytes only what is shown is kept.
func word(r *Rule, args []string) (en, zh string) {
	if len(args) == 0 {
		return r.EN, r.ZH
	}
	english, chinese := make([]string, 0, 2*len(args)), make([]string, 0, 2*len(args))
	for i, arg := range args {
		en, zh := quote.Text(arg)
		place := "{" + strconv.Itoa(i) + "}"
		english, chinese = append(english, place, en), append(chinese, place, zh)
	}
	return strings.NewReplacer(english...).Replace(r.EN), strings.NewReplacer(chinese...).Replace(r.ZH)
}
