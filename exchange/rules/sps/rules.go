// Package sps contains the rules of sanitary and phytosanitary certificates
// (UN/CEFACT SPSCertificate 17, as the IPPC ePhyto exchange uses it), and of the
// acknowledgements that answer them (SPSAcknowledgement 17). The schema requires little more than the frame; the rules require what ISPM 12 does. The
// codes follow the rows of the rule table: SPS-13 is row S13, and letters
// distinguish the checks of one row.
package sps

import (
	"slices"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
)

// Rules returns the rules of sanitary and phytosanitary certificates and of their
// acknowledgements.
func Rules() []rules.Rule {
	return slices.Concat(certificateRules, earlierRules, contentRules, goodsRules, dateRules, attachmentRules, acknowledgementRules)
}

// certificates and acknowledgements return the kinds of document that most rules of
// this package are about, and all returns both.
func certificates() []string     { return []string{"sps-certificate"} }
func acknowledgements() []string { return []string{"sps-acknowledgement"} }
func all() []string              { return slices.Concat(certificates(), acknowledgements()) }

// The types of certificate (UNCL 1001).
const (
	phytosanitary = "851"
	reexport      = "657"
	sanitary      = "852"
	veterinary    = "853"
	health        = "636"
)

// The paths of the parts of a certificate that rules of several files read.
var (
	head          = rules.NewPath("SPSExchangedDocument")
	typeCode      = head.To("TypeCode")
	consignment   = rules.NewPath("SPSConsignment")
	exportCountry = consignment.To("ExportSPSCountry/ID")
	lines         = consignment.To("IncludedSPSConsignmentItem/IncludedSPSTradeLineItem")
	lineClass     = lines.To("ApplicableSPSClassification")
	lineClassCode = lineClass.To("ClassCode")
	lineOrigin    = lines.To("OriginSPSCountry")
	lineOriginID  = lineOrigin.To("ID")
	lineProcess   = lines.To("AppliedSPSProcess")
)

// certificateType returns the type of a certificate. A rule that asks for it reads
// typeCode.
func certificateType(d *rules.Document) string { return d.First(typeCode).Text() }

// goodsLines are the lines about goods. Line 0 describes the whole consignment
// (sample of the IPPC hub).
var goodsLines = rules.Derive(func(d *rules.Document) []facts.Line {
	all := d.Facts.Lines()
	if !slices.ContainsFunc(all, describesAll) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), describesAll)
})

func describesAll(line facts.Line) bool {
	n, ok := values.NumberOf(line.Number)
	return ok && n.Sign() == 0
}
