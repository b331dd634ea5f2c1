package sps

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// attachmentRules are about the files in a certificate or in an acknowledgement.
var attachmentRules = []rules.Rule{
	{
		Code: "SPS-17", Kinds: all(), Severity: rules.Reject,
		Source: "IPPC hub: attachments are shown to officers; only inert media types are taken",
		EN:     "an attachment is of media type {0}; allowed are application/pdf, image/jpeg, image/png and image/tiff",
		ZH:     "附件的媒体类型为{0}；允许application/pdf、image/jpeg、image/png、image/tiff",
		Reads:  []rules.Input{attachments},
		Check:  checkAttachmentType,
	},
	{
		Code: "SPS-17B", Kinds: all(), Severity: rules.Warn,
		Source: "File signatures of PDF (ISO 32000), PNG, JPEG and TIFF",
		EN:     "an attachment is called {0} but does not begin as one",
		ZH:     "附件标明为{0}，但内容开头不符",
		Reads:  []rules.Input{attachments},
		Check:  checkAttachmentContent,
	},
}

// attachments are the files of the certificate, of its lines, and of an acknowledgement.
var attachments = rules.NewPath(
	"SPSAcknowledgementDocument/ReferenceSPSReferencedDocument/AttachmentBinaryObject",
	"SPSExchangedDocument/ReferenceSPSReferencedDocument/AttachmentBinaryObject",
	"SPSConsignment/IncludedSPSConsignmentItem/IncludedSPSTradeLineItem/ReferenceSPSReferencedDocument/AttachmentBinaryObject",
)

func checkAttachmentType(d *rules.Document, report rules.Report) {
	for _, at := range d.All(attachments) {
		switch mediaType(at) {
		case "application/pdf", "image/jpeg", "image/png", "image/tiff":
		default:
			report(at, at.Attr("mimeCode"))
		}
	}
}

// mediaType returns the media type of an attachment in lower case and without
// parameters: case and white space around it have no meaning (RFC 2045, 5.1).
func mediaType(attachment strict.Node) string {
	media, _, _ := strings.Cut(attachment.Attr("mimeCode"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// checkAttachmentContent compares the first bytes of a file, which are in base64:
// every file of a type begins with the same letters.
func checkAttachmentContent(d *rules.Document, report rules.Report) {
	for _, at := range d.All(attachments) {
		if media := mediaType(at); !beginsAs(at, media) {
			report(at, media)
		}
	}
}

// beginsAs reports whether a file begins as files of a media type do. It returns
// true for a type that is not known here.
func beginsAs(file strict.Node, media string) bool {
	var signatures []string
	switch media {
	case "application/pdf":
		signatures = []string{"JVBERi"} // %PDF
	case "image/png":
		signatures = []string{"iVBORw0KGg"}
	case "image/jpeg":
		signatures = []string{"/9j/"}
	case "image/tiff":
		signatures = []string{"SUkqA", "TU0AK"} // II*, MM.*
	default:
		return true
	}
	text := opening(file.Text())
	for _, signature := range signatures {
		if strings.HasPrefix(text, signature) {
			return true
		}
	}
	return false
}

// opening returns the first letters of a text in base64, more than any signature
// has, without the white space that may be between them.
func opening(base64 string) string {
	const enough = 16
	var letters strings.Builder
	for i := 0; i < len(base64) && letters.Len() < enough; i++ {
		if strings.IndexByte(" \t\r\n", base64[i]) < 0 {
			letters.WriteByte(base64[i])
		}
	}
	return letters.String()
}
