package ata

import (
	"cmp"
	"strconv"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
)

// voucherRules compare counterfoils with the general list and with each other.
var voucherRules = []rules.Rule{
	{
		Code: "ATA-18", Kinds: carnets(), Severity: rules.Reject,
		Source: "HMRC, ATACPD04360: an exportation voucher may list fewer items, never more",
		EN:     "{0} of item {1} exported; the general list has {2}",
		ZH:     "第{1}项出境{0}件；总清单为{2}件",
		Reads:  []rules.Input{counterfoils, listed},
		Check:  checkExportedItems,
	},
	{
		Code: "ATA-19", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice, after HMRC, ATACPD04360: what is imported was exported",
		EN:     "item {0} is imported, but not among the items exported",
		ZH:     "第{0}项货物已进境，但不在已出境的货物之列",
		Reads:  []rules.Input{counterfoils, exported, listed},
		Check:  checkImportedItems,
	},
	{
		Code: "ATA-20", Kinds: carnets(), Severity: rules.Reject,
		Source: "Irish Revenue, ATA carnets: one importation voucher for each consignment",
		EN:     "importation voucher {0} is used for {1} and for {2}; each consignment has its own voucher",
		ZH:     "进境凭证{0}同时用于{1}和{2}；每批货物须使用各自的凭证",
		Reads:  []rules.Input{counterfoils, voucherAt},
		Check:  checkVoucherOnce,
	},
	{
		Code: "ATA-21", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "Irish Revenue; HMRC, ATACPD06200, boxes H(b) and H(c)",
		EN:     "re-exportation without the importation that it discharges; it quotes the importation counterfoil",
		ZH:     "复运出境凭证未引用其核销的进境存根；须注明进境存根编号",
		Reads:  []rules.Input{counterfoils},
		Check:  checkImportationQuoted,
	},
	{
		Code: "ATA-21B", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "Irish Revenue; HMRC, ATACPD06200: items re-exported are a subset of that importation",
		EN:     "item {0} was not imported under {1}, which this re-exportation discharges",
		ZH:     "第{0}项货物并非在{1}项下进境，不能以本次复运出境核销",
		Reads:  []rules.Input{counterfoils, imported},
		Check:  checkDischargedItem,
	},
	{
		Code: "ATA-21C", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "HMRC, ATACPD06200: a counterfoil belongs to the carnet whose number it bears",
		EN:     "counterfoil of carnet {0} in a document about carnet {1}",
		ZH:     "单证册{0}的存根出现在关于单证册{1}的单证中",
		Reads:  []rules.Input{carnetID, claimedCarnet, counterfoilCarnet},
		Check:  checkOneCarnet,
	},
	{
		Code: "ATA-22", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice, after HMRC, ATACPD04360: what comes back went out",
		EN:     "{0} of item {1} re-imported; {2} exported",
		ZH:     "第{1}项复运进境{0}件；出境{2}件",
		Reads:  []rules.Input{counterfoils, exported},
		Check:  checkReimportedItems,
	},
	{
		Code: "ATA-23", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "Follows from HMRC, ATACPD06200: a balance is never negative",
		EN:     "{0} of item {1} re-exported under {2}; {3} imported",
		ZH:     "{2}项下第{1}项共复运出境{0}件；进境{3}件",
		Reads:  []rules.Input{counterfoils, imported},
		Check:  checkRunningBalance,
	},
	{
		Code: "ATA-24", Kinds: carnets(), Severity: rules.Reject,
		Source: "HMRC, ATA carnet handbook: two transit vouchers, departure and destination",
		EN:     "transit vouchers: {0}; each transit has one for the office of departure and one for the office of destination",
		ZH:     "过境凭证共{0}份；每次过境须有启运地海关和目的地海关凭证各一份",
		Reads:  []rules.Input{counterfoils},
		Check:  checkTransitPair,
	},
}

func checkExportedItems(d *rules.Document, report rules.Report) {
	general := listed.Of(d)
	for _, c := range counterfoils.Of(d) {
		if c.stage != exportation || c.item == "" {
			continue
		}
		most, there := general[c.item]
		switch {
		case !there:
			report(c.goods, cmp.Or(d.FirstIn(c.at, counterfoilQuantity).Text(), "1"), c.item, "0")
		case c.quantity.Exists() && most.Exists() && c.quantity.Cmp(most) > 0:
			report(c.goods, c.quantity.String(), c.item, most.String())
		}
	}
}

// checkImportedItems follows practice only, so the rule warns. If the carnet shows
// no exportation yet, any item of the general list can have been exported.
func checkImportedItems(d *rules.Document, report rules.Report) {
	for _, c := range counterfoils.Of(d) {
		if c.stage != importation || c.item == "" {
			continue
		}
		out := exported.Of(d)
		_, went := out[c.item]
		_, onList := listed.Of(d)[c.item]
		if !went && (len(out) > 0 || !onList) {
			report(c.goods, c.item)
		}
	}
}

// checkVoucherOnce goes by the importation, not by the counterfoil: goods that
// travel in parts need a voucher for each part, and counterfoils that share an
// importation voucher are of one importation.
func checkVoucherOnce(d *rules.Document, report rules.Report) {
	used := make(map[string]string)
	for _, c := range counterfoils.Of(d) {
		if c.stage != importation || c.voucher == "" || c.imported == "" {
			continue
		}
		if before, ok := used[c.voucher]; ok && before != c.imported {
			report(d.FirstIn(c.at, voucherAt), c.voucher, before, c.imported)
		}
		used[c.voucher] = c.imported
	}
}

func checkImportationQuoted(d *rules.Document, report rules.Report) {
	for _, c := range counterfoils.Of(d) {
		if c.stage == reexportation && c.imported == "" {
			report(d.FirstIn(c.at, reexportationAt))
		}
	}
}

// checkDischargedItem judges only if the importation that is quoted is in the
// document too.
func checkDischargedItem(d *rules.Document, report rules.Report) {
	all := counterfoils.Of(d)
	var known map[string]total // by importation
	for _, c := range all {
		if c.stage != reexportation || c.item == "" {
			continue
		}
		if known == nil {
			known = pieces(all, importation, func(c counterfoil) string { return c.imported })
		}
		if _, there := known[c.imported]; !there {
			continue
		}
		if _, entered := imported.Of(d)[c.underImportation()]; !entered {
			report(c.goods, c.item, c.imported)
		}
	}
}

// checkOneCarnet applies to claims too: a claim is about one carnet, and so are
// its counterfoils.
func checkOneCarnet(d *rules.Document, report rules.Report) {
	about := d.First(claimedCarnet).Text()
	if d.Kind == carnet {
		about = d.First(carnetID).Text()
	}
	for _, at := range d.All(counterfoilCarnet) {
		if about == "" {
			about = at.Text() // a proof names its carnet nowhere else
		}
		if !at.Is("") && !at.Is(about) {
			report(at, at.Text(), about)
		}
	}
}

// checkReimportedItems follows practice only, so the rule warns.
func checkReimportedItems(d *rules.Document, report rules.Report) {
	back := make(map[string]values.Figure)
	for _, c := range counterfoils.Of(d) {
		if c.stage != reimportation || c.item == "" || !c.quantity.Exists() {
			continue
		}
		out := exported.Of(d)
		if len(out) == 0 {
			return
		}
		back[c.item] = back[c.item].Plus(c.quantity)
		went, there := out[c.item]
		switch {
		case !there:
			report(c.goods, back[c.item].String(), c.item, "0")
		case went.below(back[c.item]):
			report(c.goods, back[c.item].String(), c.item, went.sum.String())
		}
	}
}

// checkRunningBalance counts by importation and item, and reports at the
// counterfoil that takes too much.
func checkRunningBalance(d *rules.Document, report rules.Report) {
	left := make(map[string]values.Figure)
	for _, c := range counterfoils.Of(d) {
		if c.stage != reexportation || !c.quantity.Exists() {
			continue
		}
		key := c.underImportation()
		entered, there := imported.Of(d)[key]
		if !there {
			continue
		}
		left[key] = left[key].Plus(c.quantity)
		if entered.below(left[key]) {
			report(c.goods, left[key].String(), c.item, c.imported, entered.sum.String())
		}
	}
}

// checkTransitPair counts vouchers in pairs: one for departure, and one for
// destination, which closes the first. It reports at the last counterfoil of
// transit.
func checkTransitPair(d *rules.Document, report rules.Report) {
	vouchers := make(map[string]bool)
	var last counterfoil
	for _, c := range counterfoils.Of(d) {
		if c.stage == transit {
			vouchers[c.voucher] = true
			last = c
		}
	}
	if len(vouchers)%2 == 1 {
		report(last.at, strconv.Itoa(len(vouchers)))
	}
}
