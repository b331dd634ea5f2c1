package licence

import (
	"iter"
	"strconv"
	"time"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// drawRules are about the draws that customs endorse on a licence, and about what
// remains.
var drawRules = []rules.Rule{
	{
		Code: "LIC-03C", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: each draw is endorsed with date, quantity and remainder",
		EN:     "drawn on {0}, after a draw of {1} was endorsed; draws are listed in order of date",
		ZH:     "核销日期{0}早于前一次核销日期{1}；核销记录应按日期先后排列",
		Check:  checkDrawOrder,
	},
	{
		Code: "LIC-03D", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: each draw is endorsed with date, quantity and remainder; arithmetic",
		EN:     "{0} are said to remain; {1} less {2} leaves {3}",
		ZH:     "所列剩余数量为{0}；{1}减去{2}应为{3}",
		Reads:  []rules.Input{drawRemainder},
		Check:  checkDrawRemainder,
	},
	{
		Code: "LIC-03E", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: each draw is endorsed with date, quantity and remainder",
		EN:     "the draw of {0} does not say what remains; a licence for several consignments must",
		ZH:     "{0}的核销记录未注明剩余数量；非一批一证的许可证每次核销均须注明",
		Reads:  []rules.Input{permittedUse, drawRemainder},
		Check:  checkDrawRemainderStated,
	},
	{
		Code: "LIC-07", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: goods are not released on an expired licence",
		EN:     "drawn on {0}; the licence is valid from {1} to {2}",
		ZH:     "核销日期为{0}；许可证有效期为{1}至{2}",
		Check:  checkDrawInPeriod,
	},
	{
		Code: "LIC-08", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: draws up to the remaining quantity; an overage only on the last draw, of what remains",
		EN:     "draws {0}, but {1} remained; with the overage at most {2}",
		ZH:     "核销数量为{0}，而剩余数量为{1}；含溢装最多可核销{2}",
		Reads:  []rules.Input{permittedOverage},
		Check:  checkOverdraw,
	},
	{
		Code: "LIC-12B", Kinds: licences(), Severity: rules.Reject,
		Source: "UK DEFRA licence gateway, decision record 0006: positions are keyed by declaration and whole",
		EN:     "declaration {0} has drawn on this line already; a declaration draws on a line once",
		ZH:     "报关单{0}已在本项下核销；同一报关单对同一项只核销一次",
		Check:  checkDrawTwice,
	},
	{
		Code: "LIC-16", Kinds: licences(), Severity: rules.Warn,
		Source: "UK DEFRA licence gateway, decision record 0006: each unit has its own balance",
		EN:     "counts in {0}, the licence line in {1}; the balance cannot be followed",
		ZH:     "计量单位为{0}，与许可证该项的计量单位{1}不一致，无法核算余额",
		Reads:  []rules.Input{drawRemainder},
		Check:  checkDrawUnit,
	},
	{
		Code: "LIC-17", Kinds: licences(), Severity: rules.Warn,
		Source: "UNCL 1373, codes 12 to 15",
		EN:     "status {0} does not fit the draws: {1} lines of {2} have something left",
		ZH:     "状态代码{0}与核销记录不符：{2}项商品中有{1}项仍有余额",
		Reads:  []rules.Input{statusCode},
		Check:  checkExhaustion,
	},
}

func checkDrawOrder(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		var before time.Time
		for _, draw := range d.Facts.ReferencesIn(line) {
			if draw.Day.IsZero() {
				continue
			}
			if draw.Day.Before(before) {
				report(draw.Part(paths.Day), values.ISODate(draw.Day), values.ISODate(before))
			}
			before = draw.Day
		}
	}
}

// checkDrawRemainder goes by what the endorsement before states, so that one wrong
// figure is one breach.
func checkDrawRemainder(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		var stated values.Figure
		_, _ = drawDown(d, line, func(draw facts.Reference, before values.Figure) {
			if stated.Exists() {
				before = stated
			}
			left := less(before, draw.Drawn.Value)
			at := d.FirstIn(draw.At, drawRemainder)
			stated = left
			if n, ok := values.Number(at); ok && sameUnit(at, line.Quantity.At) {
				stated = n
			}
			if stated.Cmp(left) != 0 {
				report(at, stated.String(), before.String(), draw.Drawn.Value.String(), left.String())
			}
		})
	}
}

// sameUnit reports whether two quantities can be compared.
func sameUnit(a, b strict.Node) bool { return a.Attr("unitCode") == b.Attr("unitCode") }

// checkDrawRemainderStated is for licences for several consignments only: nothing
// remains on another after its only use.
func checkDrawRemainderStated(d *rules.Document, report rules.Report) {
	if permittedUses(d) == 1 {
		return
	}
	for draw := range draws(d) {
		if !d.FirstIn(draw.At, drawRemainder).Exists() {
			report(draw.At, draw.Part(paths.Day).Text())
		}
	}
}

func checkDrawInPeriod(d *rules.Document, report rules.Report) {
	first, last, ok := period(d)
	if !ok {
		return
	}
	for draw := range draws(d) {
		if !draw.Day.IsZero() && (draw.Day.Before(first) || draw.Day.After(last)) {
			report(draw.Part(paths.Day), values.ISODate(draw.Day), values.ISODate(first), values.ISODate(last))
		}
	}
}

// checkOverdraw lets only the last draw use the overage, since nothing remains
// after it.
func checkOverdraw(d *rules.Document, report rules.Report) {
	factor := overage(d)
	for _, line := range d.Facts.Lines() {
		_, _ = drawDown(d, line, func(draw facts.Reference, before values.Figure) {
			most := before.Times(factor)
			if draw.Drawn.Value.Cmp(most) > 0 {
				report(draw.Drawn.At, draw.Drawn.Value.String(), before.String(), most.String())
			}
		})
	}
}

// checkDrawTwice follows from what a draw is: a declaration states its whole
// position on a line, so that a second draw adds nothing.
func checkDrawTwice(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		seen := make(map[string]bool)
		for _, draw := range d.Facts.ReferencesIn(line) {
			if draw.Number != "" && seen[draw.Number] {
				report(draw.Part(paths.Number), draw.Number)
			}
			seen[draw.Number] = true
		}
	}
}

// checkDrawUnit wants draws in the unit of their line, since each unit has its own
// balance. Until the conversion is recorded, the balance of the line is not known.
func checkDrawUnit(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		unit := line.Quantity.At.Attr("unitCode")
		if unit == "" {
			continue // LIC-11
		}
		for _, draw := range d.Facts.ReferencesIn(line) {
			for _, at := range [...]strict.Node{draw.Drawn.At, d.FirstIn(draw.At, drawRemainder)} {
				if other := at.Attr("unitCode"); other != "" && other != unit {
					report(at, other, unit)
				}
			}
		}
	}
}

// checkExhaustion reads UNCL 1373: 12 and 14 are exhausted, 13 and 15 not
// exhausted.
func checkExhaustion(d *rules.Document, report rules.Report) {
	at := d.First(statusCode)
	status := at.Text()
	exhausted := status == "12" || status == "14"
	if !exhausted && status != "13" && status != "15" {
		return
	}
	lines, open, ok := openLines(d)
	if ok && exhausted != (open == 0) {
		report(at, status, strconv.Itoa(open), strconv.Itoa(lines))
	}
}

// openLines counts the lines of a licence and those that have something left. It
// reports false if the balance of a line cannot be computed.
func openLines(d *rules.Document) (lines, open int, ok bool) {
	for _, line := range d.Facts.Lines() {
		left, ok := drawDown(d, line, func(facts.Reference, values.Figure) {})
		if !ok {
			return 0, 0, false
		}
		lines++
		open += left.Sign()
	}
	return lines, open, true
}

// permittedUses returns the number of declarations that may use a licence: one if
// it does not say (one licence, one consignment). A rule that asks for it reads
// permittedUse.
func permittedUses(d *rules.Document) int {
	n, err := strconv.Atoi(d.First(permittedUse).Text())
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// draws iterates over the draws on all lines.
func draws(d *rules.Document) iter.Seq[facts.Reference] { return referring(d, "draw") }

// uses returns the first draw of each declaration that drew on a licence, in
// document order: a licence is used once by a declaration, on however many lines.
func uses(d *rules.Document) []strict.Node {
	var first []strict.Node
	seen := make(map[string]bool)
	for draw := range draws(d) {
		if !seen[draw.Number] {
			seen[draw.Number] = true
			first = append(first, draw.At)
		}
	}
	return first
}

// overage returns the factor by which the last draw may exceed what remains: 1 if
// the licence allows none.
func overage(d *rules.Document) values.Figure {
	factor := values.Whole(1)
	if percent, ok := values.Number(d.First(permittedOverage)); ok {
		factor = factor.Plus(percent.Over(values.Whole(100)))
	}
	return factor
}

// drawDown follows a line from the licensed quantity to what its draws leave,
// never below zero, and calls show for each draw with what remained before it. It
// reports false, and stops, if a quantity cannot be read (LIC-11) or has another
// unit than the line (LIC-16).
func drawDown(d *rules.Document, line facts.Line, show func(draw facts.Reference, before values.Figure)) (values.Figure, bool) {
	left, licensed := line.Quantity.Value, line.Quantity.At
	if !left.Exists() {
		return values.Figure{}, false
	}
	for _, draw := range d.Facts.ReferencesIn(line) {
		if !draw.Drawn.Value.Exists() || !sameUnit(draw.Drawn.At, licensed) {
			return values.Figure{}, false
		}
		show(draw, left)
		left = less(left, draw.Drawn.Value)
	}
	return left, true
}

// less returns a - b, or zero if b is more.
func less(a, b values.Figure) values.Figure {
	if a.Cmp(b) <= 0 {
		return values.Whole(0)
	}
	return a.Minus(b)
}

var statusCode = rules.NewPath("StatusCode")
