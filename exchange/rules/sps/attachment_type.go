package sps

import "beibu/exchange/rules"

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
					switch media := at.Attr("mimeCode"); media {
					case "application/pdf", "image/jpeg", "image/png", "image/tiff":
					default:
						report(at, media)
					}
				}
			}
		},
	}
}
