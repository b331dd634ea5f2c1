package ata

import (
	"cmp"
	"strconv"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/signing/strict"
)

// itemRules are about the items of the general list, and about goods that no
// carnet covers.
var itemRules = []rules.Rule{
	{
		Code: "ATA-10", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list; chamber instructions",
		EN:     "an item without a number; every article on the general list has its own",
		ZH:     "总清单中有货物未编号；每项货物须有各自的编号",
		Check:  checkItemNumber,
	},
	{
		Code: "ATA-10B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note 4 on the general list",
		EN:     "a part of set {0} lacks its {1}; every part of a set is given with description, value and weight",
		ZH:     "成套货物第{0}项的部件缺少{1}；成套货物须逐件注明品名、价值和重量",
		Reads:  []rules.Input{partAt, partDescription, partItem, partName, partValue, partStatistics, partGross, partNet},
		Check:  checkSetParts,
	},
	{
		Code: "ATA-11", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list; chamber instructions",
		EN:     "item number {0} is used twice",
		ZH:     "货物编号{0}重复",
		Check:  checkItemNumberTwice,
	},
	{
		Code: "ATA-11B", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice: items are numbered from 1 without gaps",
		EN:     "item number {0}, but {1} is next; items are numbered from 1 without gaps",
		ZH:     "货物编号为{0}，应为{1}；编号应从1起连续",
		Check:  checkItemNumberGap,
	},
	{
		Code: "ATA-12", Kinds: carnets(), Severity: rules.Warn,
		Source: "Model form, notes on the general list; HMRC, ATA carnet handbook",
		EN:     "item {0} puts {1} and {2} on one line; only identical goods are grouped",
		ZH:     "第{0}项将{1}与{2}合并为一项；仅相同货物可以合并",
		Reads:  []rules.Input{itemName},
		Check:  checkUnlikeGoods,
	},
	{
		Code: "ATA-16", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: column 6 as ISO 3166-1 alpha-2 code",
		EN:     "origin of item {0} has no country code; column 6 gives the ISO code if it is not the issuing country",
		ZH:     "第{0}项货物的原产国没有国家代码；原产国不是出证国时，第6栏须填写ISO代码",
		Reads:  []rules.Input{originAddress, originAddressCode, originCountry, originCountryCode},
		Check:  checkOriginCode,
	},
	{
		Code: "ATA-17B", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: identifiable goods with serial number or mark",
		EN:     "item {0} is of HS chapter {1} and has no serial number or mark to know it by",
		ZH:     "第{0}项货物属税则第{1}章，未注明可供识别的序列号或标记",
		Reads:  []rules.Input{itemHS, itemSerial, itemRegistration, itemProductTrace, itemManufacturers, itemTrace},
		Check:  checkIdentifyingMark,
	},
	{
		Code: "ATA-26", Kinds: carnets(), Severity: rules.Hold,
		Source: "ATA Convention, Article 3(4)",
		From:   law.ATAConvention(),
		EN:     "intended use \"{0}\" speaks of processing or repair, for which a carnet is not given",
		ZH:     "用途“{0}”涉及加工或修理；此类货物不得使用单证册",
		Reads:  []rules.Input{exportReason},
		Check:  checkNoProcessing,
	},
	{
		Code: "ATA-27", Kinds: carnets(), Severity: rules.Reject,
		Source: "International Chamber of Commerce: carnets do not cover perishable goods and consumables",
		EN:     "item {0} is of HS chapter {1}: perishable goods and goods to be consumed do not travel under a carnet",
		ZH:     "第{0}项货物属税则第{1}章：易腐和消耗性货物不得使用单证册",
		Reads:  []rules.Input{itemHS},
		Check:  checkPerishableGoods,
	},
}

func checkItemNumber(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		if number(item.Number) == "" {
			report(item.At)
		}
	}
}

// checkSetParts lets a set share one number if column 2 says of every part what it
// is, what it is worth and what it weighs.
func checkSetParts(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		for _, part := range d.AllIn(item.At, partAt) {
			if lacking := lacks(d, part); lacking != "" {
				report(part, number(item.Number), lacking)
			}
		}
	}
}

// lacks returns the element that a part of a set lacks, or "".
func lacks(d *rules.Document, part strict.Node) string {
	switch {
	case d.FirstIn(part, partDescription).Is("") && d.FirstIn(part, partItem).Is("") && d.FirstIn(part, partName).Is(""):
		return "Description"
	case !d.FirstIn(part, partValue).Exists() && !d.FirstIn(part, partStatistics).Exists():
		return "ValueAmount"
	case !d.FirstIn(part, partGross).Exists() && !d.FirstIn(part, partNet).Exists():
		return "NetWeightMeasure"
	}
	return ""
}

// checkItemNumberTwice protects the vouchers: they name items by number.
func checkItemNumberTwice(d *rules.Document, report rules.Report) {
	seen := make(map[string]bool)
	for _, item := range d.Facts.Lines() {
		n := number(item.Number)
		if n != "" && seen[n] {
			report(item.At, n)
		}
		seen[n] = true
	}
}

// checkItemNumberGap follows practice only, so the rule warns, and only at the
// first item that is out of order.
func checkItemNumberGap(d *rules.Document, report rules.Report) {
	next := 1
	for _, item := range d.Facts.Lines() {
		if n := number(item.Number); n != "" && n != strconv.Itoa(next) {
			if !taken(d, item, n) {
				report(item.At, n, strconv.Itoa(next))
			}
			return
		}
		next++
	}
}

// taken reports whether an earlier item has the number, which ATA-11 reports.
func taken(d *rules.Document, item facts.Line, n string) bool {
	for _, earlier := range d.Facts.Lines() {
		if earlier.At == item.At {
			return false
		}
		if number(earlier.Number) == n {
			return true
		}
	}
	return false
}

// checkUnlikeGoods leaves the parts of a set to ATA-10B.
func checkUnlikeGoods(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		names := d.AllIn(item.At, itemName)
		for _, name := range names {
			if first := names[0].Text(); !name.Is(first) {
				report(name, number(item.Number), first, name.Text())
				break
			}
		}
	}
}

// checkOriginCode accepts an empty column 6: the goods are of the issuing country
// then.
func checkOriginCode(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		for _, path := range [...]struct{ country, code *rules.Path }{
			{originAddress, originAddressCode}, {originCountry, originCountryCode},
		} {
			country := d.FirstIn(item.At, path.country)
			if country.Exists() && d.FirstIn(country, path.code).Is("") {
				report(country, number(item.Number))
			}
		}
	}
}

// checkIdentifyingMark is for machines, electrical goods, vehicles and
// instruments: they have a serial number, by which customs identify them.
func checkIdentifyingMark(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		code := hsCode(d, item.At)
		switch chapter(code) {
		case 84, 85, 87, 90:
			if !marked(d, item.At) {
				report(item.At, number(item.Number), code[:2])
			}
		}
	}
}

// marked reports whether an item has a number or a mark that identifies it.
func marked(d *rules.Document, item strict.Node) bool {
	for _, path := range [...]*rules.Path{itemSerial, itemRegistration, itemProductTrace, itemManufacturers, itemTrace} {
		if !d.FirstIn(item, path).Is("") {
			return true
		}
	}
	return false
}

// checkNoProcessing goes by words, which prove nothing, so the document is held
// for a person.
func checkNoProcessing(d *rules.Document, report rules.Report) {
	for _, at := range d.All(exportReason) {
		text := strings.ToLower(at.Text())
		for _, word := range [...]string{"repair", "processing", "refurbish", "修理", "维修", "加工"} {
			if strings.Contains(text, word) {
				report(at, at.Text())
				break
			}
		}
	}
}

// checkPerishableGoods lists the chapters of food, drink and tobacco that perish
// or are consumed.
func checkPerishableGoods(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		code := hsCode(d, item.At)
		switch n := chapter(code); {
		case n >= 2 && n <= 4, n >= 6 && n <= 11, n >= 15 && n <= 24:
			report(item.At, number(item.Number), code[:2])
		}
	}
}

// shipmentOf returns the shipment, at which rules report what it lacks, or the
// root of a document that has none.
func shipmentOf(d *rules.Document) strict.Node { return cmp.Or(d.First(shipmentAt), d.Root) }

// number returns the number of an item without leading zeros, which make no
// difference.
func number(text string) string {
	if trimmed := strings.TrimLeft(text, "0"); trimmed != "" || text == "" {
		return trimmed
	}
	return "0"
}

// listed is how many pieces of each number the general list has, none if it does not
// say. Of two items with one number the first counts.
var listed = rules.Derive(func(d *rules.Document) map[string]values.Figure {
	found := make(map[string]values.Figure)
	for _, item := range d.Facts.Lines() {
		n := number(item.Number)
		if _, taken := found[n]; n == "" || taken {
			continue
		}
		found[n] = item.Quantity.Value
	}
	return found
})

// hsCode returns the code of the Harmonized System of an item, or "".
func hsCode(d *rules.Document, item strict.Node) string {
	return values.HS(d.AllIn(item, itemHS)).Text()
}

// chapter returns the HS chapter of a code, or 0.
func chapter(code string) int {
	if len(code) < 4 || strings.Trim(code[:2], "0123456789") != "" {
		return 0
	}
	return int(code[0]-'0')*10 + int(code[1]-'0')
}

// The paths of a carnet, and of its general list.
var (
	carnetID          = rules.NewPath("ID")
	claimedCarnet     = rules.NewPath("GoodsItemPassportID")
	exportReason      = rules.NewPath("ExportReason")
	shipmentAt        = rules.NewPath("Shipment")
	itemAt            = rules.NewPath("Shipment/GoodsItem")
	itemName          = rules.NewPath("Shipment/GoodsItem/Item/Name")
	itemHS            = rules.NewPath("Shipment/GoodsItem/Item/CommodityClassification/ItemClassificationCode")
	itemSerial        = rules.NewPath("Shipment/GoodsItem/Item/ItemInstance/SerialID")
	itemRegistration  = rules.NewPath("Shipment/GoodsItem/Item/ItemInstance/RegistrationID")
	itemProductTrace  = rules.NewPath("Shipment/GoodsItem/Item/ItemInstance/ProductTraceID")
	itemManufacturers = rules.NewPath("Shipment/GoodsItem/Item/ManufacturersItemIdentification/ID")
	itemTrace         = rules.NewPath("Shipment/GoodsItem/TraceID")
	originAddress     = rules.NewPath("Shipment/GoodsItem/OriginAddress/Country")
	originAddressCode = rules.NewPath("Shipment/GoodsItem/OriginAddress/Country/IdentificationCode")
	originCountry     = rules.NewPath("Shipment/GoodsItem/Item/OriginCountry")
	originCountryCode = rules.NewPath("Shipment/GoodsItem/Item/OriginCountry/IdentificationCode")
	partAt            = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem")
	partDescription   = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/Description")
	partItem          = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/Item/Description")
	partName          = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/Item/Name")
	partValue         = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/ValueAmount")
	partStatistics    = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/DeclaredStatisticsValueAmount")
	partGross         = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/GrossWeightMeasure")
	partNet           = rules.NewPath("Shipment/GoodsItem/ContainedGoodsItem/NetWeightMeasure")
)
