package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// stampedEvidence is ATA-31. It is about goods that were in China: their guarantor is
// the importing one.
func stampedEvidence() rules.Rule {
	return rules.Rule{
		Code: "ATA-31", Kinds: proofs(), Severity: rules.Hold,
		Source: "GACC decree 157 (2007), Articles 9 and 10: proof from elsewhere is a stamped customs document",
		From:   law.Decree157(),
		EN:     "evidence {0} names no document of an authority; China's customs accept a stamped customs document",
		ZH:     "证明材料{0}未列明主管机关的单证；中国海关接受经海关签章的单证",
		Check: func(d *rules.Document, report rules.Report) {
			if partyCountry(d.Root.Find("ImportingGuarantorParty")) != china {
				return
			}
			for evidence := range d.Root.All("ReexportationEvidence") {
				if !evidence.Find("DocumentReference").Exists() || !evidence.Find("EvidenceIssuingParty").Exists() {
					report(evidence, evidence.Find("ID").Text())
				}
			}
		},
	}
}
