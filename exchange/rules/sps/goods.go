package sps

import (
	"slices"
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
		Reads:  []rules.Input{typeCode, scientificName},
		Check:  checkScientificName,
	},
	{
		Code: "SPS-12B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, Appendix 1: scientific names by EPPO code",
		EN:     "{0} does not have the form of an EPPO code, such as DURZI or 1CIDG",
		ZH:     "{0}不符合EPPO代码格式（例如DURZI或1CIDG）",
		Reads:  []rules.Input{lineClass, lineClassCode, systemName},
		Check:  checkEPPOCode,
	},
	{
		Code: "SPS-13G", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: quantity declared",
		EN:     "line {0} has no quantity; a net weight, a net volume or a number of packages above zero must be given",
		ZH:     "第{0}项没有数量；须填写大于零的净重、净体积或包装件数",
		Reads:  []rules.Input{quantities},
		Check:  checkQuantity,
	},
	{
		Code: "SPS-13J", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, Appendix 1: quantities in units of UNECE Recommendation 20",
		EN:     "{0} of line {1} has no unit",
		ZH:     "第{1}项的{0}没有计量单位",
		Reads:  []rules.Input{measures},
		Check:  checkUnit,
	},
	{
		Code: "SPS-14", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: place of origin; Appendix 1: ISO 3166-1 alpha-2",
		EN:     "line {0} has no country of origin",
		ZH:     "第{0}项没有原产国",
		Reads:  []rules.Input{lineOriginID},
		Check:  checkOrigin,
	},
	{
		Code: "SPS-15", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: date, treatment, chemical, duration and temperature, concentration",
		EN:     "the treatment {0} of line {1} gives neither a date nor what was done",
		ZH:     "第{1}项的处理{0}既没有日期也没有处理内容",
		Reads:  []rules.Input{lineProcess, processDetails, processType},
		Check:  checkTreatment,
	},
	{
		Code: "SPS-15B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: concentration of the chemical; ePhyto codes TTCH, TTCO",
		EN:     "the treatment of line {0} names a chemical (TTCH) without its concentration (TTCO)",
		ZH:     "第{0}项的处理注明了药剂（TTCH）但没有浓度（TTCO）",
		Reads:  []rules.Input{lineProcess, processCode},
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
		Reads:  []rules.Input{netWeight, grossWeight, netVolume, grossVolume},
		Check:  checkNetOverGross,
	},
}

// checkScientificName applies to certificates for plants and plant products.
func checkScientificName(d *rules.Document, report rules.Report) {
	if code := certificateType(d); code != phytosanitary && code != reexport {
		return
	}
	for _, line := range goodsLines.Of(d) {
		if !d.HasText(line.At, scientificName) {
			report(line.At, line.Number)
		}
	}
}

func checkEPPOCode(d *rules.Document, report rules.Report) {
	for _, line := range goodsLines.Of(d) {
		for _, class := range d.AllIn(line.At, lineClass) {
			if !slices.ContainsFunc(d.AllIn(class, systemName), namesEPPO) {
				continue
			}
			if code := d.FirstIn(class, lineClassCode).Text(); !isEPPO(code) {
				report(class, code)
			}
		}
	}
}

func namesEPPO(system strict.Node) bool { return values.Is(system.Text(), "EPPO") }

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
	for _, line := range goodsLines.Of(d) {
		if !slices.ContainsFunc(d.AllIn(line.At, quantities), aboveZero) {
			report(line.At, line.Number)
		}
	}
}

func aboveZero(quantity strict.Node) bool {
	n, ok := values.Number(quantity)
	return ok && n.Sign() > 0
}

func checkUnit(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		for _, at := range d.AllIn(line.At, measures) {
			if at.Attr("unitCode") == "" {
				report(at, at.Local(), line.Number)
			}
		}
	}
}

func checkOrigin(d *rules.Document, report rules.Report) {
	for _, line := range goodsLines.Of(d) {
		if !d.HasText(line.At, lineOriginID) {
			report(line.At, line.Number)
		}
	}
}

func checkTreatment(d *rules.Document, report rules.Report) {
	for _, line := range goodsLines.Of(d) {
		for _, at := range d.AllIn(line.At, lineProcess) {
			if !d.FirstIn(at, processDetails).Exists() {
				report(at, d.FirstIn(at, processType).Text(), line.Number)
			}
		}
	}
}

// checkConcentration reads the codes of ePhyto, with which the description of a
// characteristic begins: TTCH is the chemical, TTCO its concentration.
func checkConcentration(d *rules.Document, report rules.Report) {
	for _, line := range goodsLines.Of(d) {
		for _, at := range d.AllIn(line.At, lineProcess) {
			codes := d.AllIn(at, processCode)
			if described(codes, "TTCH") && !described(codes, "TTCO") {
				report(at, line.Number)
			}
		}
	}
}

// described reports whether one of the codes of a treatment is code.
func described(codes []strict.Node, code string) bool {
	return slices.ContainsFunc(codes, func(at strict.Node) bool { return at.Is(code) })
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
	pairs := [...]struct{ net, gross *rules.Path }{{netWeight, grossWeight}, {netVolume, grossVolume}}
	for _, line := range d.Facts.Lines() {
		for _, pair := range pairs {
			at := d.FirstIn(line.At, pair.net)
			if net, gross, over := values.Exceeds(at, d.FirstIn(line.At, pair.gross)); over {
				report(at, line.Number, net.String(), gross.String())
			}
		}
	}
}

// The paths of a line of goods.
var (
	scientificName = lines.To("ScientificName")
	systemName     = lineClass.To("SystemName")
	quantities     = lines.To("NetWeightMeasure", "NetVolumeMeasure", "PhysicalSPSPackage/ItemQuantity")
	measures       = lines.To("NetWeightMeasure", "GrossWeightMeasure", "NetVolumeMeasure", "GrossVolumeMeasure")
	netWeight      = lines.To("NetWeightMeasure")
	grossWeight    = lines.To("GrossWeightMeasure")
	netVolume      = lines.To("NetVolumeMeasure")
	grossVolume    = lines.To("GrossVolumeMeasure")
	processType    = lineProcess.To("TypeCode")
	processDetails = lineProcess.To("CompletionSPSPeriod", "ApplicableSPSProcessCharacteristic")
	processCode    = lineProcess.To("ApplicableSPSProcessCharacteristic/Description")
)
