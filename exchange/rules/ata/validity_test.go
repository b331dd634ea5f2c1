package ata_test

import (
	"fmt"
	"testing"
)

func TestValidityLength(t *testing.T) {
	for _, test := range []struct {
		issued, end string
		fine        bool
	}{
		{"2019-02-21", "2020-02-20", true}, // the example of UBL 2.3: twelve months, both days in
		{"2026-03-02", "2027-03-01", true},
		{"2026-03-02", "2027-03-02", false},
		{"2026-03-02+08:00", "2027-03-01+08:00", true},
		{"2028-02-29", "2029-02-28", true},
		{"2028-02-29", "2029-03-01", false},
		{"2027-03-01", "2028-02-29", true},
		{"2026-03-02", "2199-12-31", false},
		{"2026-03-02", "never", true}, // the schema's matter
	} {
		body := fmt.Sprintf(`<IssueDate>%s</IssueDate><ValidityPeriod><EndDate>%s</EndDate></ValidityPeriod>`, test.issued, test.end)
		if got := messages(t, "ATA-01", "ata-carnet", body); (len(got) == 0) != test.fine {
			t.Errorf("%s to %s: %v", test.issued, test.end, got)
		}
	}
}

func TestReplacedInTime(t *testing.T) {
	for _, test := range []struct {
		issued, reference string
		fine              bool
	}{
		{"2026-04-30", `<DocumentTypeCode>955</DocumentTypeCode><ValidityPeriod><EndDate>2026-05-31</EndDate></ValidityPeriod>`, true},
		{"2026-05-01", `<DocumentTypeCode>955</DocumentTypeCode><ValidityPeriod><EndDate>2026-05-31</EndDate></ValidityPeriod>`, false},
		{"2026-05-01", `<CopyIndicator>1</CopyIndicator><DocumentTypeCode>955</DocumentTypeCode><ValidityPeriod><EndDate>2026-05-31</EndDate></ValidityPeriod>`, true},
		{"2026-05-01", `<DocumentTypeCode>380</DocumentTypeCode><ValidityPeriod><EndDate>2026-05-31</EndDate></ValidityPeriod>`, true},
		{"2026-05-01", `<DocumentTypeCode>955</DocumentTypeCode>`, true},
	} {
		body := "<IssueDate>" + test.issued + "</IssueDate><AdditionalDocumentReference>" + test.reference + "</AdditionalDocumentReference>"
		if got := messages(t, "ATA-29", "ata-carnet", body); (len(got) == 0) != test.fine {
			t.Errorf("%s of %s: %v", test.reference, test.issued, got)
		}
	}
}
