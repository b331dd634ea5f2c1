package facts

import (
	"cmp"
	"slices"

	"beibu/exchange/facts/codes"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// An Answer is what a document says of documents that it refers to, or of a line of them.
type Answer struct {
	At      strict.Node
	Code    string
	List    string // of the code, as it is written; "" if it does not say
	Verdict codes.Verdict
	Reasons []string    // each once, without what is about a person
	Line    string      // number of the line that it is about; "" if it is about the whole document
	To      []Reference // the documents that it is about, which have no role; of an answer about a line, none
	Lines   []Answer    // about lines of those documents
}

// Answers returns what the document says of those that it answers, in document order.
func (f Facts) Answers() []Answer {
	var all []Answer
	for _, s := range f.source().list(paths.Answers) {
		a := f.readAnswer(s)
		last := len(all) - 1
		if last >= 0 && within(s.at, all[last].At) {
			all[last].Lines = append(all[last].Lines, a)
			continue
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil
	}
	for _, r := range f.References() {
		if r.Role != "" {
			continue // it is for something else, such as evidence
		}
		if i := slices.IndexFunc(all, func(a Answer) bool { return within(r.At, a.At) }); i >= 0 {
			all[i].To = append(all[i].To, r)
		}
	}
	return all
}

func (f Facts) readAnswer(s selected) Answer {
	e := element{f.source().root, s.at, s.entry.Parts}
	a := Answer{At: s.at, Line: e.text(paths.LineOf)}
	code := e.part(paths.Code)
	a.Code, a.List = e.text(paths.Code), cmp.Or(code.Attr("listID"), s.entry.List)
	a.Verdict, _ = codes.Answer(a.List, a.Code)
	personal := f.Personal()
	for _, path := range s.entry.Parts[paths.Reason] {
		for at, text := range find(s.at, path) {
			if text != "" && !personal.Has(at) && !slices.Contains(a.Reasons, text) {
				a.Reasons = append(a.Reasons, text)
			}
		}
	}
	return a
}

// within reports whether an element is in another, or is that one.
func within(n, in strict.Node) bool {
	for ; n.Exists(); n = n.Parent() {
		if n == in {
			return true
		}
	}
	return false
}
