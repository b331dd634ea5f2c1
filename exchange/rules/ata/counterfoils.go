package ata

import (
	"cmp"
	"iter"
	"math/big"
	"strings"

	"beibu/exchange/facts/values"
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

// A counterfoil is one item on one voucher; see the package comment.
type counterfoil struct {
	strict.Node
	stage stage
}

// references are the elements that decide a counterfoil's stage, latest first.
var references = [...]struct {
	name  string
	stage stage
}{
	{"ReimportationDocumentReference", reimportation},
	{"ReexportationDocumentReference", reexportation},
	{"ImportationDocumentReference", importation},
	{"ExportationDocumentReference", exportation},
}

// counterfoils iterates over the counterfoils of a carnet, a proof or a reminder.
func counterfoils(root strict.Node) iter.Seq[counterfoil] {
	return func(yield func(counterfoil) bool) {
		for n := range root.All("GoodsItemPassportCounterfoil") {
			if !yield(counterfoil{n, stageOf(n)}) {
				return
			}
		}
	}
}

// recorded iterates over the counterfoils of one stage.
func recorded(root strict.Node, wanted stage) iter.Seq[counterfoil] {
	return func(yield func(counterfoil) bool) {
		for c := range counterfoils(root) {
			if c.stage == wanted && !yield(c) {
				return
			}
		}
	}
}

// stageOf returns the stage of a counterfoil by its latest reference.
func stageOf(n strict.Node) stage {
	for _, reference := range references {
		if n.Find(reference.name).Exists() {
			return reference.stage
		}
	}
	for kind := range n.All("VoucherDocumentReference/DocumentType") {
		if strings.EqualFold(kind.Text(), "transit") || kind.Text() == "过境" {
			return transit
		}
	}
	return unused
}

// item returns the number of the counterfoil's item, or "".
func (c counterfoil) item() string {
	item := c.Find("GoodsItem")
	return number(cmp.Or(item.Find("SequenceNumberID").Text(), item.Find("ID").Text()))
}

// voucher returns the number of the voucher that the counterfoil belongs to.
func (c counterfoil) voucher() string { return c.Find("VoucherDocumentReference/ID").Text() }

// imported returns the number of the importation that the counterfoil records
// or discharges.
func (c counterfoil) imported() string { return c.Find("ImportationDocumentReference/ID").Text() }

// country returns the country of the customs office, by its address or else by its
// UN/LOCODE, or "".
func (c counterfoil) country() string { return placeCountry(c.Find("CustomsOfficeLocation")) }

// A total is how many pieces counterfoils add up to.
type total struct {
	sum  *big.Rat
	open bool // whether one of them does not say how many
}

// below reports whether a total is known to be less than n.
func (t total) below(n *big.Rat) bool { return !t.open && t.sum.Cmp(n) < 0 }

// pieces adds the quantities of the counterfoils of a stage, under the key of
// each; a counterfoil with the key "" is left out.
func pieces(root strict.Node, wanted stage, key func(counterfoil) string) map[string]total {
	totals := make(map[string]total)
	for c := range recorded(root, wanted) {
		k := key(c)
		if k == "" {
			continue
		}
		t, there := totals[k]
		if !there {
			t.sum = new(big.Rat)
		}
		if n, ok := values.Number(c.Find("GoodsItem/Quantity")); ok {
			t.sum.Add(t.sum, n)
		} else {
			t.open = true
		}
		totals[k] = t
	}
	return totals
}

// underImportation keys a counterfoil by the importation and the item.
func underImportation(c counterfoil) string {
	if c.imported() == "" || c.item() == "" {
		return ""
	}
	return c.imported() + "\x00" + c.item()
}
