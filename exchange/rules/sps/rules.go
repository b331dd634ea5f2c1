// Package sps contains the rules of sanitary and phytosanitary certificates
// (UN/CEFACT SPSCertificate 17, as the IPPC ePhyto exchange uses it). The schema
// requires little more than the frame; the rules require what ISPM 12 does. The
// codes follow the rows of the rule table: SPS-13 is row S13, and letters
// distinguish the checks of one row.
package sps

import (
	"iter"
	"slices"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// Rules returns the rules of sanitary and phytosanitary certificates.
func Rules() []rules.Rule {
	return slices.Concat(certificateRules, earlierRules, contentRules, goodsRules, dateRules, attachmentRules)
}

// certificates returns the kinds of document that the rules of this package are
// about.
func certificates() []string { return []string{"sps-certificate"} }

// The types of certificate (UNCL 1001).
const (
	phytosanitary = "851"
	reexport      = "657"
	sanitary      = "852"
	veterinary    = "853"
	health        = "636"
)

// The parts of a certificate, as paths from its root.
const (
	head        = "SPSExchangedDocument"
	consignment = "SPSConsignment"
	allLines    = "SPSConsignment/IncludedSPSConsignmentItem/IncludedSPSTradeLineItem"
)

// certificateType returns the type of a certificate.
func certificateType(root strict.Node) string { return root.Find(head + "/TypeCode").Text() }

// goodsLines iterates over the lines about goods. Line 0 describes the whole
// consignment (sample of the IPPC hub).
func goodsLines(d *rules.Document) iter.Seq[facts.Line] {
	return func(yield func(facts.Line) bool) {
		for _, line := range d.Facts.Lines() {
			if n, ok := values.NumberOf(line.Number); ok && n.Sign() == 0 {
				continue
			}
			if !yield(line) {
				return
			}
		}
	}
}
