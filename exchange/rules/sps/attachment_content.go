package sps

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// attachmentContent is SPS-17B. The first bytes of a file tell its type; in
// base64 they are always the same letters.
func attachmentContent() rules.Rule {
	return rules.Rule{
		Code: "SPS-17B", Kinds: certificates(), Severity: rules.Warn,
		Source: "File signatures of PDF (ISO 32000), PNG, JPEG and TIFF",
		EN:     "an attachment is called {0} but does not begin as one",
		ZH:     "附件标明为{0}，但内容开头不符",
		Check: func(d *rules.Document, report rules.Report) {
			for _, path := range attachmentsAt() {
				for at := range d.Root.All(path) {
					if media := mediaType(at); !beginsAs(at, media) {
						report(at, media)
					}
				}
			}
		},
	}
}

// beginsAs tells whether a file may be of a media type. Types that are not
// known here are not judged.
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

// opening returns the first letters of a text in base64, as many as a signature
// may have, without the white space that may stand between any two of them.
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
