package sps

import (
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// goodsRules are about the lines of goods and their treatments.
var goodsRules = []rules.Rule{
	{
		Code: "SPS-12", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: botanical name of plants, at least of the genus",
		EN:     "line {0} has no scientific name",
		ZH:     "第{0}项没有学名",
		Check:  checkScientificName,
	},
	{
		Code: "SPS-12B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, Appendix 1: scientific names by EPPO code",
		EN:     "{0} does not have the form of an EPPO code, such as DURZI or 1CIDG",
		ZH:     "{0}不符合EPPO代码格式（例如DURZI或1CIDG）",
		Check:  checkEPPOCode,
	},
	{
		Code: "SPS-13G", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: quantity declared",
		EN:     "line {0} has no quantity; a net weight, a net volume or a number of packages above zero must be given",
		ZH:     "第{0}项没有数量；须填写大于零的净重、净体积或包装件数",
		Check:  checkQuantity,
	},
	{
		Code: "SPS-13J", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, Appendix 1: quantities in units of UNECE Recommendation 20",
		EN:     "{0} of line {1} has no unit",
		ZH:     "第{1}项的{0}没有计量单位",
		Check:  checkUnit,
	},
	{
		Code: "SPS-14", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: place of origin; Appendix 1: ISO 3166-1 alpha-2",
		EN:     "line {0} has no country of origin",
		ZH:     "第{0}项没有原产国",
		Check:  checkOrigin,
	},
	{
		Code: "SPS-15", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: date, treatment, chemical, duration and temperature, concentration",
		EN:     "the treatment {0} of line {1} gives neither a date nor what was done",
		ZH:     "第{1}项的处理{0}既没有日期也没有处理内容",
		Check:  checkTreatment,
	},
	{
		Code: "SPS-15B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: concentration of the chemical; ePhyto codes TTCH, TTCO",
		EN:     "the treatment of line {0} names a chemical (TTCH) without its concentration (TTCO)",
		ZH:     "第{0}项的处理注明了药剂（TTCH）但没有浓度（TTCO）",
		Check:  checkConcentration,
	},
	{
		Code: "SPS-16", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC hub sample: each line has a number of its own, 0 describes the consignment",
		EN:     "line number {0} is taken by an earlier line",
		ZH:     "项号{0}与前面的项重复",
		Check:  checkLineNumber,
	},
	{
		Code: "SPS-16B", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC hub sample: lines are counted from 1, 0 describes the consignment",
		EN:     "{0} is not a line number; lines are counted with whole numbers from 0",
		ZH:     "{0}不是项号；项号须为从0开始的整数",
		Check:  checkWholeNumber,
	},
	{
		Code: "SPS-24", Kinds: certificates(), Severity: rules.Reject,
		Source: "Arithmetic: what is net is not more than gross",
		EN:     "line {0} has {1} net, more than {2} gross",
		ZH:     "第{0}项净量{1}大于毛量{2}",
		Check:  checkNetOverGross,
	},
}

// checkScientificName applies to certificates for plants and plant products.
func checkScientificName(d *rules.Document, report rules.Report) {
	if code := certificateType(d.Root); code != phytosanitary && code != reexport {
		return
	}
	for line := range goodsLines(d) {
		if !rules.HasText(line.At, "ScientificName") {
			report(line.At, line.Number)
		}
	}
}

func checkEPPOCode(d *rules.Document, report rules.Report) {
	for line := range goodsLines(d) {
		for class := range line.At.All("ApplicableSPSClassification") {
			code := class.Find("ClassCode")
			if inSystem(class, "EPPO") && !isEPPO(code.Text()) {
				report(class, code.Text())
			}
		}
	}
}

// inSystem reports whether a classification is by a system.
func inSystem(class strict.Node, system string) bool {
	for name := range class.All("SystemName") {
		if values.Is(name.Text(), system) {
			return true
		}
	}
	return false
}

// isEPPO reports whether a text has the form of an EPPO code: five letters or
// digits for a plant, six letters for another organism, and 1 and five letters
// for a genus or a higher rank.
func isEPPO(code string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	switch len(code) {
	case 5:
		return strings.Trim(code, letters+"0123456789") == ""
	case 6:
		return strings.Trim(code[1:], letters) == "" && (code[0] == '1' || strings.Trim(code[:1], letters) == "")
	}
	return false
}

func checkQuantity(d *rules.Document, report rules.Report) {
	for line := range goodsLines(d) {
		if !counted(line.At) {
			report(line.At, line.Number)
		}
	}
}

// counted reports whether a line has a net weight, a net volume or a number of
// packages above zero.
func counted(line strict.Node) bool {
	for _, path := range [...]string{"NetWeightMeasure", "NetVolumeMeasure", "PhysicalSPSPackage/ItemQuantity"} {
		for at := range line.All(path) {
			if n, ok := values.Number(at); ok && n.Sign() > 0 {
				return true
			}
		}
	}
	return false
}

func checkUnit(d *rules.Document, report rules.Report) {
	measures := [...]string{"NetWeightMeasure", "GrossWeightMeasure", "NetVolumeMeasure", "GrossVolumeMeasure"}
	for _, line := range d.Facts.Lines() {
		for _, name := range measures {
			if at := line.At.Find(name); at.Exists() && at.Attr("unitCode") == "" {
				report(at, name, line.Number)
			}
		}
	}
}

func checkOrigin(d *rules.Document, report rules.Report) {
	for line := range goodsLines(d) {
		if !rules.HasText(line.At, "OriginSPSCountry/ID") {
			report(line.At, line.Number)
		}
	}
}

func checkTreatment(d *rules.Document, report rules.Report) {
	for line := range goodsLines(d) {
		for at := range line.At.All("AppliedSPSProcess") {
			if !at.Find("CompletionSPSPeriod").Exists() && !at.Find("ApplicableSPSProcessCharacteristic").Exists() {
				report(at, at.Find("TypeCode").Text(), line.Number)
			}
		}
	}
}

// checkConcentration reads the codes of ePhyto, with which the description of a
// characteristic begins: TTCH is the chemical, TTCO its concentration.
func checkConcentration(d *rules.Document, report rules.Report) {
	for line := range goodsLines(d) {
		for at := range line.At.All("AppliedSPSProcess") {
			if described(at, "TTCH") && !described(at, "TTCO") {
				report(at, line.Number)
			}
		}
	}
}

// described reports whether a treatment has a characteristic with a code.
func described(process strict.Node, code string) bool {
	for text := range process.All("ApplicableSPSProcessCharacteristic/Description") {
		if text.Text() == code {
			return true
		}
	}
	return false
}

func checkLineNumber(d *rules.Document, report rules.Report) {
	taken := make(map[string]bool)
	for _, line := range d.Facts.Lines() {
		n, ok := values.NumberOf(line.Number)
		if !ok {
			continue
		}
		key := n.Rat().RatString()
		if taken[key] {
			report(line.Part(paths.Number), line.Number)
		}
		taken[key] = true
	}
}

// checkWholeNumber checks what the schema cannot: it allows any decimal.
func checkWholeNumber(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		if n, ok := values.NumberOf(line.Number); ok && (n.Sign() < 0 || !n.IsInt()) {
			report(line.Part(paths.Number), line.Number)
		}
	}
}

func checkNetOverGross(d *rules.Document, report rules.Report) {
	pairs := [...][2]string{{"NetWeightMeasure", "GrossWeightMeasure"}, {"NetVolumeMeasure", "GrossVolumeMeasure"}}
	for _, line := range d.Facts.Lines() {
		for _, pair := range pairs {
			at := line.At.Find(pair[0])
			if net, gross, over := values.Exceeds(at, line.At.Find(pair[1])); over {
				report(at, line.Number, net.String(), gross.String())
			}
		}
	}
}
