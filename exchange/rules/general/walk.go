package general

import (
	"strings"
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// eachOwn calls visit for the elements that have one of the traits, if the
// document is of a kind of the exchange's own: for rules that go by the names of
// elements.
func eachOwn(d *rules.Document, traits rules.Trait, visit func(strict.Node)) {
	if d.BuiltIn() {
		d.Each(traits, visit)
	}
}

// issued returns the place where a document gives its date of issue, or its
// root where it gives none.
func issued(root strict.Node) strict.Node {
	for _, path := range [...]string{"IssueDate", "SPSExchangedDocument/IssueDateTime"} {
		if at := root.Find(path); at.Exists() {
			return at
		}
	}
	return root
}

// locode returns the UN/LOCODE that an element holds, and whether it is meant to
// be one: by its scheme, by its name in a trade licence, or by its form in the
// location of an SPS certificate, which may also hold a name of one's own. In a
// kind of a pack it must say so; own reports whether the kind is none.
func locode(own bool, n strict.Node) (string, bool) {
	if rules.Is(n.Attr("schemeID"), "UNLOCODE", "UN/LOCODE", "UN-LOCODE", "LOCODE") {
		return n.Text(), true
	}
	if !own {
		return "", false
	}
	switch n.Local() {
	case "LocationID":
		return n.Text(), true
	case "ID":
		text := n.Text()
		shaped := len(text) == 5 && strings.ToUpper(text) == text && !strings.Contains(text, " ")
		return text, shaped && strings.HasSuffix(n.Parent().Local(), "SPSLocation")
	}
	return "", false
}

func written(day time.Time) string { return day.Format(time.DateOnly) }
