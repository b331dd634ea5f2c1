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
		Check:  checkReexportOriginal,
	},
	{
		Code: "SPS-08B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 6: goods that are re-exported were imported before",
		EN:     "line {0} is of {1}, the country that re-exports it; its own goods have a certificate for export (851)",
		ZH:     "第{0}项原产于转口国{1}；本国货物应使用出口植物检疫证书（851）",
		Check:  checkReexportOrigin,
	},
	{
		Code: "SPS-09", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 4; ePhyto notes ADRPN, ADRPR, ADRD",
		EN:     "the certificate replaces another one without its {0}; number (ADRPN), reason (ADRPR) and date (ADRD) belong together",
		ZH:     "证书替换另一证书，但缺少{0}；编号（ADRPN）、原因（ADRPR）和日期（ADRD）须同时填写",
		Check:  checkReplacement,
	},
	{
		Code: "SPS-09B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 4: a replacement has a number of its own",
		EN:     "the certificate {0} says that it replaces itself",
		ZH:     "证书{0}声明替换其自身",
		Check:  checkReplacesItself,
	},
	{
		Code: "SPS-09C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 4; ePhyto note ADRD",
		EN:     "the replaced certificate is of {0}, after this one of {1}",
		ZH:     "被替换证书的日期{0}晚于本证书的签发日期{1}",
		Check:  checkReplacedLater,
	},
	{
		Code: "SPS-09D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 4; ePhyto note ADRD",
		EN:     "{0} is not a date of the replaced certificate; write it as 2026-11-20",
		ZH:     "被替换证书的日期{0}无法识别；请写作2026-11-20",
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
	if certificateType(d.Root) != reexport {
		return
	}
	for _, r := range d.Facts.References() {
		if (r.Type == phytosanitary || r.Type == reexport) && r.Number != "" {
			return
		}
	}
	report(d.Root.Find(head))
}

func checkReexportOrigin(d *rules.Document, report rules.Report) {
	export := d.Root.Find(consignment + "/ExportSPSCountry/ID").Text()
	if certificateType(d.Root) != reexport || export == "" {
		return
	}
	for line := range goodsLines(d) {
		if at := line.At.Find("OriginSPSCountry"); at.Find("ID").Text() == export {
			report(at, line.Number, export)
		}
	}
}

// checkReplacement accepts all three notes or none of them: a certificate that
// replaces no other has none.
func checkReplacement(d *rules.Document, report rules.Report) {
	var missing []string
	for _, subject := range [...]string{replacedNumber, replacedReason, replacedDate} {
		if _, text := note(d.Root, subject); text == "" {
			missing = append(missing, subject)
		}
	}
	if n := len(missing); n == 1 || n == 2 {
		report(d.Root.Find(head), strings.Join(missing, ", "))
	}
}

func checkReplacesItself(d *rules.Document, report rules.Report) {
	at, replaced := note(d.Root, replacedNumber)
	if replaced != "" && replaced == d.Root.Find(head+"/ID").Text() {
		report(at, replaced)
	}
}

func checkReplacedLater(d *rules.Document, report rules.Report) {
	at, _ := note(d.Root, replacedDate)
	replaced, ok := values.Date(at.Find("Content"))
	if ok && !d.Facts.Issued.IsZero() && replaced.After(d.Facts.Issued) {
		report(at, values.ISODate(replaced), values.ISODate(d.Facts.Issued))
	}
}

// checkReplacedWhen checks what the schema cannot: for the schema a note is any
// text.
func checkReplacedWhen(d *rules.Document, report rules.Report) {
	at, text := note(d.Root, replacedDate)
	if _, ok := values.Date(at.Find("Content")); text != "" && !ok {
		report(at, text)
	}
}

// note returns the first note on a subject, and its text.
func note(root strict.Node, subject string) (strict.Node, string) {
	for n := range root.All(head + "/IncludedSPSNote") {
		if n.Find("Subject").Text() == subject {
			return n, n.Find("Content").Text()
		}
	}
	return strict.Node{}, ""
}
