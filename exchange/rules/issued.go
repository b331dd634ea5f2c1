package rules

import (
	"time"

	"beibu/signing/strict"
)

// issuedAt lists where the kinds say on which day they were issued: UBL
// documents, the trade licence, and the UN/CEFACT SPS certificate.
var issuedAt = []string{
	"IssueDate",
	"IssueDateTime",
	"SPSExchangedDocument/IssueDateTime/DateTimeString",
	"SPSExchangedDocument/IssueDateTime/DateTime",
}

// Issued returns the day on which a document says that it was issued, as
// midnight UTC, and whether it says so.
func Issued(root strict.Node) (time.Time, bool) {
	for _, path := range issuedAt {
		if n := root.Find(path); n.Exists() {
			return Date(n)
		}
	}
	return time.Time{}, false
}
