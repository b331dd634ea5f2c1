package origin

import (
	"slices"
	"strings"
	"unicode"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// itemRules are about the items of goods: criterion, value, HS code, quantity and
// description.
var itemRules = []rules.Rule{
	{
		Code: "CO-03", Kinds: certificates(), Severity: rules.Reject, From: law.FormE2019(),
		Source: "Form E of 2019, box 8: origin criteria",
		EN:     "{0} of item {1} is not an origin criterion; allowed are WO, PE, CTH, PSR and a regional value content such as RVC 45%",
		ZH:     "第{1}项的{0}不是原产地标准；可用WO、PE、CTH、PSR或区域价值成分（例如RVC 45%）",
		Reads:  []rules.Input{formE, criterion},
		Check:  checkCriterion,
	},
	{
		Code: "CO-04", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Rules of Origin: regional value content of at least 40 percent",
		EN:     "item {0} claims a regional value content of {1}; it must be stated and lie between 40% and 100%",
		ZH:     "第{0}项声明的区域价值成分为{1}；须注明百分比且在40%至100%之间",
		Reads:  []rules.Input{formE, criterion},
		Check:  checkValueContent,
	},
	{
		Code: "CO-05", Kinds: certificates(), Severity: rules.Warn, From: law.FormE2019(),
		Source: "Form E of 2019, box 9: FOB value only with regional value content",
		EN:     "item {0} shows its FOB value although its criterion is {1}; the value is shown with RVC only",
		ZH:     "第{0}项原产地标准为{1}，却注明了FOB价值；仅在使用RVC标准时注明",
		Reads:  []rules.Input{formE, criterion, freeOnBoard},
		Check:  checkNeedlessValue,
	},
	{
		Code: "CO-05B", Kinds: certificates(), Severity: rules.Warn, From: law.FormE2019(),
		Source: "Form E of 2019, box 9: FOB value with regional value content",
		EN:     "item {0} claims {1} and shows no FOB value",
		ZH:     "第{0}项声明{1}，但未注明FOB价值",
		Reads:  []rules.Input{formE, criterion, freeOnBoard},
		Check:  checkMissingValue,
	},
	{
		Code: "CO-07", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, overleaf notes: each article qualifies separately",
		EN:     "item {0} has no origin criterion",
		ZH:     "第{0}项没有原产地标准",
		Reads:  []rules.Input{formE, criterion},
		Check:  checkOwnCriterion,
	},
	{
		Code: "CO-07B", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, overleaf notes: HS code of the importing Party, six digits at least",
		EN:     "item {0} has the HS code {1}; six digits at least are needed",
		ZH:     "第{0}项的HS编码为{1}；至少需要六位数字",
		Reads:  []rules.Input{formE},
		Check:  checkOwnCode,
	},
	{
		Code: "CO-07C", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, box 9: gross weight or other quantity of each article",
		EN:     "item {0} has no quantity; a weight, a volume or a number above zero with its unit must be given",
		ZH:     "第{0}项没有数量；须填写大于零并带计量单位的重量、体积或数量",
		Reads:  []rules.Input{formE, quantities},
		Check:  checkOwnQuantity,
	},
	{
		Code: "CO-13", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: Form E is in English",
		EN:     "item {0} is not described in English",
		ZH:     "第{0}项没有英文品名",
		Reads:  []rules.Input{formE, descriptions},
		Check:  checkEnglish,
	},
}

func checkCriterion(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		at := d.FirstIn(item.At, criterion)
		code := at.Text()
		if _, _, isRVC := regionalValue(code); !isRVC && code != "" && !otherCriterion(code) {
			report(at, code, item.Number)
		}
	}
}

// otherCriterion reports whether a code is one of the criteria without a
// percentage: wholly obtained, produced exclusively from originating materials,
// change in tariff heading, and product specific rule.
func otherCriterion(code string) bool {
	switch code {
	case "WO", "PE", "CTH", "PSR":
		return true
	}
	return false
}

// regionalValue reads a regional value content such as "RVC 45%", "RVC45" or
// "45%". It returns the percentage, and reports whether a percentage is stated and
// whether the code is such a criterion at all.
func regionalValue(code string) (percent values.Figure, stated, isRVC bool) {
	rest, hasName := strings.CutPrefix(code, "RVC")
	rest, hasSign := strings.CutSuffix(strings.TrimSpace(rest), "%")
	rest = strings.TrimSpace(rest)
	if !hasName && !hasSign {
		return values.Figure{}, false, false
	}
	if rest == "" {
		return values.Figure{}, false, hasName
	}
	if len(rest) > 6 || strings.Trim(rest, "0123456789.") != "" {
		return values.Figure{}, false, false
	}
	percent, ok := values.NumberOf(rest)
	return percent, ok, ok
}

func checkValueContent(d *rules.Document, report rules.Report) {
	least, most := values.Whole(40), values.Whole(100)
	for _, item := range formItems(d) {
		at := d.FirstIn(item.At, criterion)
		percent, stated, isRVC := regionalValue(at.Text())
		if isRVC && (!stated || percent.Cmp(least) < 0 || percent.Cmp(most) > 0) {
			report(at, item.Number, at.Text())
		}
	}
}

// checkNeedlessValue leaves out PSR, since a product specific rule may be about
// value content.
func checkNeedlessValue(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		at := d.FirstIn(item.At, freeOnBoard)
		switch code := d.FirstIn(item.At, criterion).Text(); code {
		case "WO", "PE", "CTH":
			if at.Exists() {
				report(at, item.Number, code)
			}
		}
	}
}

func checkMissingValue(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		code := d.FirstIn(item.At, criterion).Text()
		_, _, isRVC := regionalValue(code)
		if isRVC && !d.FirstIn(item.At, freeOnBoard).Exists() {
			report(item.At, item.Number, code)
		}
	}
}

func checkOwnCriterion(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		if d.FirstIn(item.At, criterion).Is("") {
			report(item.At, item.Number)
		}
	}
}

func checkOwnCode(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		code := item.Part(paths.HS)
		digits := values.HSDigits(code)
		if len(digits) < 6 || strings.Trim(digits, "0123456789") != "" {
			report(item.At, item.Number, code.Text())
		}
	}
}

func checkOwnQuantity(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		if !slices.ContainsFunc(d.AllIn(item.At, quantities), counts) {
			report(item.At, item.Number)
		}
	}
}

// counts reports whether a weight, a volume or a number is above zero and has its unit.
func counts(quantity strict.Node) bool {
	n, ok := values.Number(quantity)
	return ok && n.Sign() > 0 && quantity.Attr("unitCode") != ""
}

// checkEnglish accepts descriptions in other languages beside the English one.
func checkEnglish(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		if !slices.ContainsFunc(d.AllIn(item.At, descriptions), isLatin) {
			report(item.At, item.Number)
		}
	}
}

// isLatin reports whether a description has Latin letters and no Chinese characters.
func isLatin(description strict.Node) bool {
	text := description.Text()
	latin := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	return latin && !han
}

// The paths of an item.
var (
	criterion    = itemAt.To("PreferenceCriterionCode")
	freeOnBoard  = itemAt.To("FreeOnBoardValueAmount")
	quantities   = itemAt.To("GrossWeightMeasure", "NetWeightMeasure", "GrossVolumeMeasure", "NetVolumeMeasure", "Quantity")
	descriptions = itemAt.To("Description", "Item/Description", "Item/Name")
)
