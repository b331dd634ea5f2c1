package ata_test

import (
	"fmt"
	"testing"
)

func TestClaims(t *testing.T) {
	const china = `<PostalAddress><Country><IdentificationCode>CN</IdentificationCode></Country></PostalAddress>`
	for _, test := range []struct {
		code, kind, body string
		fine             bool
	}{
		{"ATA-32", "ata-reexportation-request", claim("2026-05-31", "2025-05-31", "955"), true},
		{"ATA-32", "ata-reexportation-request", claim("2026-06-01", "2025-05-31", "955"), false},
		{"ATA-32", "ata-reexportation-request", claim("2029-06-01", "2025-05-31", "916"), true}, // another document
		{"ATA-32", "ata-reexportation-request", claim("2026-06-01", "", "955"), true},

		{"ATA-33", "ata-reexportation-reminder", demand("2026-03-10", "2026-09-10"), true},
		{"ATA-33", "ata-reexportation-reminder", demand("2026-03-10", "2026-09-09"), false},
		{"ATA-33", "ata-reexportation-reminder", demand("2026-08-31", "2027-02-28"), true},
		{"ATA-33", "ata-reexportation-reminder", demand("", "2026-09-09"), true},

		{"ATA-33B", "ata-reexportation-reminder", `<IssueDate>2026-03-10</IssueDate>` + demand("2026-03-10", ""), true},
		{"ATA-33B", "ata-reexportation-reminder", `<IssueDate>2026-03-09</IssueDate>` + demand("2026-03-10", ""), false},

		{"ATA-34", "ata-reexportation-proof", counterfoil("1", "1", "I1 R1"), true},
		{"ATA-34", "ata-reexportation-proof", counterfoil("1", "1", "I1") + counterfoil("2", "1", "R1"), true},
		{"ATA-34", "ata-reexportation-proof", counterfoil("1", "1", "I1 M1"), false},
		{"ATA-34", "ata-reexportation-proof", counterfoil("1", "1", "I1"), false},

		{"ATA-31", "ata-reexportation-proof", `<ReexportationEvidence/>`, true},
		{"ATA-31", "ata-reexportation-proof", `<ImportingGuarantorParty>` + china + `</ImportingGuarantorParty><ReexportationEvidence/>`, false},
		{"ATA-31", "ata-reexportation-proof", `<ImportingGuarantorParty>` + china + `</ImportingGuarantorParty>
			<ReexportationEvidence><EvidenceIssuingParty/><DocumentReference/></ReexportationEvidence>`, true},

		{"ATA-07B", "ata-reexportation-proof", late("2026-06-30", "2026-06-30"), true},
		{"ATA-07B", "ata-reexportation-proof", late("2026-06-30", "2026-07-01"), false},
		{"ATA-07B", "ata-carnet", late("2026-06-30", ""), true},
	} {
		if got := messages(t, test.code, test.kind, test.body); (len(got) == 0) != test.fine {
			t.Errorf("%s of %s: %v", test.code, test.body, got)
		}
	}
}

// claim is a request of a day about a carnet that expired on another.
func claim(issued, expired, documentType string) string {
	return fmt.Sprintf(`<IssueDate>%s</IssueDate><AdditionalDocumentReference><DocumentTypeCode>%s</DocumentTypeCode>
		<ValidityPeriod><EndDate>%s</EndDate></ValidityPeriod></AdditionalDocumentReference>`, issued, documentType, expired)
}

// demand asks for payment by a day after a request of another.
func demand(requested, due string) string {
	return fmt.Sprintf(`<ProofOfReexportationRequestDocumentReference><IssueDate>%s</IssueDate></ProofOfReexportationRequestDocumentReference>
		<PaymentTerms><PaymentDueDate>%s</PaymentDueDate></PaymentTerms>`, requested, due)
}

// late is a re-exportation with its final date.
func late(final, left string) string {
	return fmt.Sprintf(`<GoodsItemPassportCounterfoil><FinalReexportationDate>%s</FinalReexportationDate>
		<ReexportationDocumentReference><IssueDate>%s</IssueDate></ReexportationDocumentReference></GoodsItemPassportCounterfoil>`, final, left)
}
