package sps

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// attachmentsAt are the places where a certificate may carry files.
func attachmentsAt() []string {
	const file = "ReferenceSPSReferencedDocument/AttachmentBinaryObject"
	return []string{head + "/" + file, allLines + "/" + file}
}

// attachmentType is SPS-17.
func attachmentType() rules.Rule {
	return rules.Rule{
		Code: "SPS-17", Kinds: certificates(), Severity: rules.Reject,
		Source: "IPPC hub: attachments are shown to officers; only inert media types are taken",
		EN:     "an attachment is of media type {0}; allowed are application/pdf, image/jpeg, image/png and image/tiff",
		ZH:     "附件的媒体类型为{0}；允许application/pdf、image/jpeg、image/png、image/tiff",
		Check: func(d *rules.Document, report rules.Report) {
			for _, path := range attachmentsAt() {
				for at := range d.Root.All(path) {
					switch mediaType(at) {
					case "application/pdf", "image/jpeg", "image/png", "image/tiff":
					default:
						report(at, at.Attr("mimeCode"))
					}
				}
			}
		},
	}
}

// mediaType returns the media type of an attachment in small letters and without
// parameters: neither its case nor white space around it has a meaning (RFC 2045,
// 5.1).
func mediaType(attachment strict.Node) string {
	media, _, _ := strings.Cut(attachment.Attr("mimeCode"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}
