package ata

import (
	"cmp"
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// A stage is the event that a counterfoil records.
type stage uint8

const (
	unused stage = iota
	exportation
	importation
	reexportation
	reimportation
	transit
)

// A counterfoil is one item on one voucher; see the package comment. What is not
// stated is "" or none.
type counterfoil struct {
	at         strict.Node
	stage      stage
	goods      strict.Node   // its item
	item       string        // the number of the item
	quantity   values.Figure // of the item
	voucher    string        // the number of the voucher that it belongs to
	imported   string        // the number of the importation that it records or discharges
	entry      strict.Node   // the day of that importation
	extensions int           // references to decisions of customs after the entry
	left       strict.Node   // the day of the re-exportation
	final      strict.Node   // the day by which the goods leave
	office     strict.Node   // of customs
	country    string        // of the office, by its address or else by its UN/LOCODE
}

// The paths of the counterfoils of a carnet, a proof or a reminder.
var (
	counterfoilAt       = rules.NewPath("GoodsItemPassportCounterfoil")
	counterfoilGoods    = rules.NewPath("GoodsItemPassportCounterfoil/GoodsItem")
	counterfoilSequence = rules.NewPath("GoodsItemPassportCounterfoil/GoodsItem/SequenceNumberID")
	counterfoilItem     = rules.NewPath("GoodsItemPassportCounterfoil/GoodsItem/ID")
	counterfoilQuantity = rules.NewPath("GoodsItemPassportCounterfoil/GoodsItem/Quantity")
	counterfoilCarnet   = rules.NewPath("GoodsItemPassportCounterfoil/GoodsItemPassportID")
	voucherAt           = rules.NewPath("GoodsItemPassportCounterfoil/VoucherDocumentReference")
	voucherID           = rules.NewPath("GoodsItemPassportCounterfoil/VoucherDocumentReference/ID")
	voucherType         = rules.NewPath("GoodsItemPassportCounterfoil/VoucherDocumentReference/DocumentType")
	exportationAt       = rules.NewPath("GoodsItemPassportCounterfoil/ExportationDocumentReference")
	importationAt       = rules.NewPath("GoodsItemPassportCounterfoil/ImportationDocumentReference")
	importationID       = rules.NewPath("GoodsItemPassportCounterfoil/ImportationDocumentReference/ID")
	importationDate     = rules.NewPath("GoodsItemPassportCounterfoil/ImportationDocumentReference/IssueDate")
	reexportationAt     = rules.NewPath("GoodsItemPassportCounterfoil/ReexportationDocumentReference")
	reexportationDate   = rules.NewPath("GoodsItemPassportCounterfoil/ReexportationDocumentReference/IssueDate")
	reimportationAt     = rules.NewPath("GoodsItemPassportCounterfoil/ReimportationDocumentReference")
	finalDate           = rules.NewPath("GoodsItemPassportCounterfoil/FinalReexportationDate")
	officeAt            = rules.NewPath("GoodsItemPassportCounterfoil/CustomsOfficeLocation")
	officeID            = rules.NewPath("GoodsItemPassportCounterfoil/CustomsOfficeLocation/ID")
	officeCountry       = rules.NewPath("GoodsItemPassportCounterfoil/CustomsOfficeLocation/Address/Country/IdentificationCode")
)

// references are the elements that decide a counterfoil's stage, latest first.
var references = [...]struct {
	at    *rules.Path
	stage stage
}{
	{reimportationAt, reimportation},
	{reexportationAt, reexportation},
	{importationAt, importation},
	{exportationAt, exportation},
}

// counterfoils are those of a carnet, a proof or a reminder.
var counterfoils = rules.Derive(
	func(d *rules.Document) []counterfoil {
		all := make([]counterfoil, 0, len(d.All(counterfoilAt)))
		for _, at := range d.All(counterfoilAt) {
			all = append(all, readCounterfoil(d, at))
		}
		return all
	},
	counterfoilAt, counterfoilGoods, counterfoilSequence, counterfoilItem, counterfoilQuantity, voucherID, voucherType,
	exportationAt, importationAt, importationID, importationDate, reexportationAt, reexportationDate, reimportationAt,
	finalDate, officeAt, officeID, officeCountry,
)

func readCounterfoil(d *rules.Document, at strict.Node) counterfoil {
	c := counterfoil{
		at: at, stage: stageOf(d, at), goods: d.FirstIn(at, counterfoilGoods),
		voucher: d.FirstIn(at, voucherID).Text(), imported: d.FirstIn(at, importationID).Text(),
		entry: d.FirstIn(at, importationDate), extensions: max(len(d.AllIn(at, importationAt))-1, 0),
		left: d.FirstIn(at, reexportationDate), final: d.FirstIn(at, finalDate), office: d.FirstIn(at, officeAt),
	}
	c.item = number(cmp.Or(d.FirstIn(c.goods, counterfoilSequence).Text(), d.FirstIn(c.goods, counterfoilItem).Text()))
	c.quantity, _ = values.Number(d.FirstIn(at, counterfoilQuantity))
	c.country = placeCountry(d.FirstIn(c.office, officeCountry), d.FirstIn(c.office, officeID))
	return c
}

// stageOf returns the stage of a counterfoil by its latest reference.
func stageOf(d *rules.Document, at strict.Node) stage {
	for _, reference := range references {
		if d.FirstIn(at, reference.at).Exists() {
			return reference.stage
		}
	}
	for _, kind := range d.AllIn(at, voucherType) {
		if strings.EqualFold(kind.Text(), "transit") || kind.Is("过境") {
			return transit
		}
	}
	return unused
}

// A total is how many pieces counterfoils add up to.
type total struct {
	sum  values.Figure
	open bool // whether one of them does not say how many
}

// below reports whether a total is known to be less than n.
func (t total) below(n values.Figure) bool { return !t.open && t.sum.Cmp(n) < 0 }

// pieces adds the quantities of the counterfoils of a stage, under the key of
// each; a counterfoil with the key "" is left out.
func pieces(all []counterfoil, wanted stage, key func(counterfoil) string) map[string]total {
	totals := make(map[string]total)
	for _, c := range all {
		if c.stage != wanted {
			continue
		}
		k := key(c)
		if k == "" {
			continue
		}
		t := totals[k]
		if !c.quantity.Exists() {
			t.open = true
		}
		totals[k] = total{t.sum.Plus(c.quantity), t.open}
	}
	return totals
}

// exported are the pieces that left the country of issue, by item.
var exported = rules.Derive(func(d *rules.Document) map[string]total {
	return pieces(counterfoils.Of(d), exportation, func(c counterfoil) string { return c.item })
}, counterfoils)

// imported are the pieces that entered, by importation and item.
var imported = rules.Derive(func(d *rules.Document) map[string]total {
	return pieces(counterfoils.Of(d), importation, counterfoil.underImportation)
}, counterfoils)

// underImportation keys a counterfoil by the importation and the item.
func (c counterfoil) underImportation() string {
	if c.imported == "" || c.item == "" {
		return ""
	}
	return c.imported + "\x00" + c.item
}
