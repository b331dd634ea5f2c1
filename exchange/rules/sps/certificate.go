package sps

import (
	"iter"
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// certificates are the kinds that the rules of this package are about.
func certificates() []string { return []string{"sps-certificate"} }

// Certificate types of UNCL 1001.
const (
	phytosanitary = "851"
	reexport      = "657"
	sanitary      = "852"
	veterinary    = "853"
	health        = "636"
)

// The parts of a certificate.
const (
	head        = "SPSExchangedDocument"
	consignment = "SPSConsignment"
	allLines    = "SPSConsignment/IncludedSPSConsignmentItem/IncludedSPSTradeLineItem"
)

// certificateCode returns the type of a certificate.
func certificateCode(root strict.Node) string { return root.Find(head + "/TypeCode").Text() }

// forPlants tells whether a certificate is about plants and plant products.
func forPlants(root strict.Node) bool {
	code := certificateCode(root)
	return code == phytosanitary || code == reexport
}

// goodsLines iterates over the lines that stand for goods. Number 0 is kept for
// a description of the whole consignment (sample of the IPPC hub).
func goodsLines(root strict.Node) iter.Seq[strict.Node] {
	return func(yield func(strict.Node) bool) {
		for line := range root.All(allLines) {
			if n, ok := rules.Number(line.Find("SequenceNumeric")); ok && n.Sign() == 0 {
				continue
			}
			if !yield(line) {
				return
			}
		}
	}
}

// lineName returns the number of a line, for messages.
func lineName(line strict.Node) string { return line.Find("SequenceNumeric").Text() }

// hsCodes iterates over the HS codes of a line.
func hsCodes(line strict.Node) iter.Seq[strict.Node] {
	return func(yield func(strict.Node) bool) {
		for class := range line.All("ApplicableSPSClassification") {
			code := class.Find("ClassCode")
			if rules.IsHS(code) && code.Text() != "" && !yield(code) {
				return
			}
		}
	}
}

// inSystem tells whether a classification is by a system.
func inSystem(class strict.Node, system string) bool {
	for name := range class.All("SystemName") {
		if rules.Is(name.Text(), system) {
			return true
		}
	}
	return false
}

// note returns the text of the first note on a subject, and its place.
func note(root strict.Node, subject string) (strict.Node, string) {
	for n := range root.All(head + "/IncludedSPSNote") {
		if n.Find("Subject").Text() == subject {
			return n, n.Find("Content").Text()
		}
	}
	return strict.Node{}, ""
}

// day returns the day of a udt:DateTimeType, as the country counts it whose
// certificate it is.
func day(d *rules.Document, n strict.Node) (time.Time, bool) {
	for _, form := range [...]string{"DateTimeString", "DateTime"} {
		if at := n.Find(form); at.Exists() {
			return rules.DateIn(rules.Country(d.Root), at)
		}
	}
	return time.Time{}, false
}

func written(day time.Time) string { return day.Format(time.DateOnly) }

// named tells whether any of the elements at path has text.
func named(n strict.Node, path string) bool {
	for name := range n.All(path) {
		if name.Text() != "" {
			return true
		}
	}
	return false
}
