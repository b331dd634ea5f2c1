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
	all   []Rule
	plans map[string]*plan // by kind; "" is that of kinds without rules of their own
}

// NewSet returns a set of rules. It fails if two have the same code, or if one lacks
// its code, source or messages, or its check unless it needs earlier documents.
func NewSet(all ...[]Rule) (*Set, error) {
	s := &Set{all: slices.Concat(all...), plans: make(map[string]*plan)}
	byKind := make(map[string][]*Rule)
	slices.SortStableFunc(s.all, func(a, b Rule) int { return cmp.Compare(a.Code, b.Code) })
	for i := range s.all {
		r := &s.all[i]
		if r.Code == "" || r.Check == nil != r.Memory || r.EN == "" || r.ZH == "" || r.Source == "" {
			return nil, fmt.Errorf("add rule %q: code, source, messages and check are required", r.Code)
		}
		if i > 0 && s.all[i-1].Code == r.Code {
			return nil, fmt.Errorf("add rule %q: another rule has the same code", r.Code)
		}
		if r.Memory {
			continue
		}
		if len(r.Kinds) == 0 {
			byKind[""] = append(byKind[""], r)
		}
		for _, kind := range r.Kinds {
			byKind[kind] = append(byKind[kind], r)
		}
	}
	forAll := byKind[""]
	s.plans[""] = newPlan(forAll)
	delete(byKind, "")
	for kind, rules := range byKind {
		s.plans[kind] = newPlan(slices.Concat(rules, forAll))
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
	plan, own := s.plans[d.Kind]
	if !own {
		plan = s.plans[""]
	}
	work := scratch.Get().(*Document)
	defer work.release(plan)
	work.prepare(d, plan)
	var r *Rule
	report := func(at strict.Node, args ...string) { // one closure for all rules, since each allocates
		if len(found) == MaxBreaches {
			more++
			return
		}
		en, zh := word(r, args)
		found = append(found, Breach{Rule: r, At: at, EN: en, ZH: zh})
	}
	for _, r = range plan.rules {
		if !r.From.IsZero() && day.Before(r.From) || !r.Until.IsZero() && !day.Before(r.Until.AddDate(0, 0, 1)) {
			continue
		}
		r.Check(work, report)
	}
	slices.SortStableFunc(found, func(a, b Breach) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Rule.Code, b.Rule.Code))
	})
	return found, more
}

// scratch keeps the memory for the elements that rules read between documents.
var scratch = sync.Pool{New: func() any { return new(Document) }}

// elementsKept limits the elements for which memory is kept, so that a huge document
// does not keep its memory.
const elementsKept = 1 << 12

// prepare finds what the rules of a plan read in a document.
func (d *Document) prepare(of *Document, p *plan) {
	d.Kind, d.Root, d.Facts, d.Received = of.Kind, of.Root, of.Facts, of.Received
	if n := int(paths.Load()) - len(d.found); n > 0 {
		d.found = append(d.found, make([][]strict.Node, n)...)
	}
	if d.Root.Exists() {
		d.walk(d.Root, &p.root, p.traits)
	}
}

// release returns a document that was prepared for a plan to scratch, without what it
// refers to.
func (d *Document) release(p *plan) {
	kept := cap(d.traced)
	clear(d.traced)
	for _, number := range p.paths {
		clear(d.found[number])
		d.found[number] = d.found[number][:0]
		kept = max(kept, cap(d.found[number]))
	}
	if kept > elementsKept {
		return
	}
	clear(d.derived)
	*d = Document{traced: d.traced[:0], found: d.found, derived: d.derived}
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
