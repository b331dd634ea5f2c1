package sps

import (
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// earlierRules are about certificates that came before: the original of a re-export
// certificate, and the certificate that is replaced.
var earlierRules = []rules.Rule{
	{
		Code: "SPS-08", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 6: a re-export certificate goes with the original one",
		EN:     "a re-export certificate must name the original phytosanitary certificate among its references (type 851 or 657)",
		ZH:     "转口植物检疫证书须引用原植物检疫证书（类型851或657）",
		Reads:  []rules.Input{typeCode, head},
		Check:  checkReexportOriginal,
	},
	{
		Code: "SPS-08B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 6: goods that are re-exported were imported before",
		EN:     "line {0} is of {1}, the country that re-exports it; its own goods have a certificate for export (851)",
		ZH:     "第{0}项原产于转口国{1}；本国货物应使用出口植物检疫证书（851）",
		Reads:  []rules.Input{typeCode, exportCountry, lineOrigin, lineOriginID},
		Check:  checkReexportOrigin,
	},
	{
		Code: "SPS-09", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 4; ePhyto notes ADRPN, ADRPR, ADRD",
		EN:     "the certificate replaces another one without its {0}; number (ADRPN), reason (ADRPR) and date (ADRD) belong together",
		ZH:     "证书替换另一证书，但缺少{0}；编号（ADRPN）、原因（ADRPR）和日期（ADRD）须同时填写",
		Reads:  []rules.Input{notes, head},
		Check:  checkReplacement,
	},
	{
		Code: "SPS-09B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 4: a replacement has a number of its own",
		EN:     "the certificate {0} says that it replaces itself",
		ZH:     "证书{0}声明替换其自身",
		Reads:  []rules.Input{notes, number},
		Check:  checkReplacesItself,
	},
	{
		Code: "SPS-09C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 4; ePhyto note ADRD",
		EN:     "the replaced certificate is of {0}, after this one of {1}",
		ZH:     "被替换证书的日期{0}晚于本证书的签发日期{1}",
		Reads:  []rules.Input{notes},
		Check:  checkReplacedLater,
	},
	{
		Code: "SPS-09D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 4; ePhyto note ADRD",
		EN:     "{0} is not a date of the replaced certificate; write it as 2026-11-20",
		ZH:     "被替换证书的日期{0}无法识别；请写作2026-11-20",
		Reads:  []rules.Input{notes},
		Check:  checkReplacedWhen,
	},
}

// The subjects of the ePhyto notes about the certificate that is replaced.
const (
	replacedNumber = "ADRPN"
	replacedReason = "ADRPR"
	replacedDate   = "ADRD"
)

func checkReexportOriginal(d *rules.Document, report rules.Report) {
	if certificateType(d) != reexport {
		return
	}
	for _, r := range d.Facts.References() {
		if (r.Type == phytosanitary || r.Type == reexport) && r.Number != "" {
			return
		}
	}
	report(d.First(head))
}

func checkReexportOrigin(d *rules.Document, report rules.Report) {
	export := d.First(exportCountry).Text()
	if certificateType(d) != reexport || export == "" {
		return
	}
	for _, line := range goodsLines.Of(d) {
		if at := d.FirstIn(line.At, lineOrigin); d.FirstIn(at, lineOriginID).Is(export) {
			report(at, line.Number, export)
		}
	}
}

// checkReplacement accepts all three notes or none of them: a certificate that
// replaces no other has none.
func checkReplacement(d *rules.Document, report rules.Report) {
	var missing []string
	for _, subject := range [...]string{replacedNumber, replacedReason, replacedDate} {
		if noteOn(d, subject).content.Is("") {
			missing = append(missing, subject)
		}
	}
	if n := len(missing); n == 1 || n == 2 {
		report(d.First(head), strings.Join(missing, ", "))
	}
}

func checkReplacesItself(d *rules.Document, report rules.Report) {
	note := noteOn(d, replacedNumber)
	if replaced := note.content.Text(); replaced != "" && d.First(number).Is(replaced) {
		report(note.at, replaced)
	}
}

func checkReplacedLater(d *rules.Document, report rules.Report) {
	note := noteOn(d, replacedDate)
	replaced, ok := values.Date(note.content)
	if ok && !d.Facts.Issued.IsZero() && replaced.After(d.Facts.Issued) {
		report(note.at, values.ISODate(replaced), values.ISODate(d.Facts.Issued))
	}
}

// checkReplacedWhen checks what the schema cannot: for the schema a note is any
// text.
func checkReplacedWhen(d *rules.Document, report rules.Report) {
	note := noteOn(d, replacedDate)
	if _, ok := values.Date(note.content); !note.content.Is("") && !ok {
		report(note.at, note.content.Text())
	}
}

// A note is one of the certificate.
type note struct {
	at      strict.Node
	subject string
	content strict.Node // the first
}

var notes = rules.Derive(func(d *rules.Document) []note {
	all := make([]note, 0, len(d.All(noteAt)))
	for _, at := range d.All(noteAt) {
		all = append(all, note{at, d.FirstIn(at, noteSubject).Text(), d.FirstIn(at, noteContent)})
	}
	return all
}, noteAt, noteSubject, noteContent)

// noteOn returns the first note on a subject, or none.
func noteOn(d *rules.Document, subject string) note {
	for _, n := range notes.Of(d) {
		if n.subject == subject {
			return n
		}
	}
	return note{}
}

// The paths of notes.
var (
	noteAt       = head.To("IncludedSPSNote")
	noteSubject  = noteAt.To("Subject")
	noteContent  = noteAt.To("Content")
	noteContents = noteAt.To("Content", "ContentCode")
)
