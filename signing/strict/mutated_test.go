package strict_test

import (
	"testing"

	"beibu/signing/signingtest"

	"pgregory.net/rapid"
)

// pieces are put into good documents, so that they are good no longer, or
// still are.
var pieces = []string{
	"<", ">", "&", ";", "]]>", "--", "'", `"`, "=", "/", ":", " ", "<a>", "</a>", "<a/>", "&#1;", "&#x10FFFF;", "&amp;",
	"<!---->", "<![CDATA[x]]>", "xmlns='u'", "xmlns:p=''", "p:", "\x00", "\ufffe", "\r", "·", "\u0300", "中", "<!", "<?",
}

// TestMutatedSameVerdictAsXMLLint compares with libxml2 whether documents are
// good into which something was put, or from which something was taken.
func TestMutatedSameVerdictAsXMLLint(t *testing.T) {
	xmllint := signingtest.Tool(t, "xmllint")
	rapid.Check(t, func(r *rapid.T) {
		in := []byte(carnet)
		if rapid.Bool().Draw(r, "plain") {
			in = signingtest.Document(900)
		}
		from := rapid.IntRange(0, len(in)).Draw(r, "from")
		to := min(len(in), from+rapid.SampledFrom([]int{0, 0, 0, 1, 2, 8}).Draw(r, "taken"))
		piece := rapid.SampledFrom(append(pieces, "")).Draw(r, "piece")
		mutated := append(append(append([]byte(nil), in[:from]...), piece...), in[to:]...)
		compareWithXMLLint(t, xmllint, string(mutated), mutated)
	})
}
