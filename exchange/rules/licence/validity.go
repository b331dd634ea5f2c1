package licence

import (
	"time"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
)

// validityRules are about the period in which a licence may be used.
var validityRules = []rules.Rule{
	{
		Code: "LIC-04", Kinds: imports(), Severity: rules.Reject,
		Source: "Chinese automatic import licence: valid for 6 months",
		EN:     "expires on {0}; an automatic import licence effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的自动进口许可证有效期为6个月，最迟至{2}",
		Reads:  []rules.Input{categoryCode},
		Check:  endsBy(inCategory(automaticCodes), months(6)),
	},
	{
		Code: "LIC-05", Kinds: imports(), Severity: rules.Reject,
		Source: "MOFCOM Order 2004/27 (import licences): carry-over to 31 March of the next year at most",
		From:   law.Order27(),
		EN:     "expires on {0}; an import licence effective from {1} ends by {2} at the latest",
		ZH:     "有效期至{0}；自{1}起生效的进口许可证，跨年度使用最迟不得超过{2}",
		Reads:  []rules.Input{categoryCode},
		Check:  endsBy(inCategory(ordinaryImport), carryOverEnd), // one that is carried over, too
	},
	{
		Code: "LIC-05B", Kinds: imports(), Severity: rules.Warn,
		Source: "MOFCOM Order 2004/27 (import licences): valid within the calendar year",
		From:   law.Order27(),
		EN:     "expires on {0}, after {1}; a licence carried over into the next year names the one it continues",
		ZH:     "有效期至{0}，超过当年{1}；跨年度使用的进口许可证应注明所延续的原许可证",
		Reads:  []rules.Input{categoryCode},
		Check:  checkImportCarryOver,
	},
	{
		Code: "LIC-05C", Kinds: licences(), Severity: rules.Warn,
		Source: "MOFCOM and GACC Order 2005/29 (dual-use licences): one year, to 31 March of the next at most; common practice",
		From:   law.Order29(),
		EN:     "expires on {0}; a dual-use licence effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的两用物项和技术许可证最迟至{2}",
		Reads:  []rules.Input{categoryCode},
		Check:  endsBy(inCategory(dualUseCodes), dualUseEnd), // those for precursor chemicals, too
	},
	{
		Code: "LIC-06", Kinds: exports(), Severity: rules.Reject,
		Source: "Chinese export licence measures: valid for 6 months at most",
		EN:     "expires on {0}; an export licence effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的出口许可证有效期最长6个月，最迟至{2}",
		Reads:  []rules.Input{categoryCode},
		Check:  endsBy(inCategory(ordinaryExport), months(6)),
	},
	{
		Code: "LIC-06B", Kinds: exports(), Severity: rules.Reject,
		Source: "Chinese export licence measures: not past 31 December",
		EN:     "expires on {0}; an export licence ends by {1}, with its calendar year",
		ZH:     "有效期至{0}；出口许可证当年有效，最迟至{1}",
		Reads:  []rules.Input{categoryCode},
		Check:  checkExportYear,
	},
	{
		Code: "LIC-06C", Kinds: exports(), Severity: rules.Warn,
		Source: "Chinese export licence measures: fresh goods for Hong Kong and Macao, 1 month",
		EN:     "expires on {0}; a licence for live or chilled goods to Hong Kong or Macao effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的供港澳鲜活冷冻商品出口许可证有效期为1个月，最迟至{2}",
		Reads:  []rules.Input{categoryCode, destination},
		Check:  endsBy(isFreshForHongKong, months(1)),
	},
	{
		Code: "LIC-07B", Kinds: licences(), Severity: rules.Reject,
		Source: "WCO Data Model, AdditionalDocument: EffectiveDateTime and ExpirationDateTime bound one period",
		EN:     "expires on {0}, before it takes effect on {1}",
		ZH:     "有效期至{0}，早于生效日期{1}",
		Check:  checkPeriodOrder,
	},
	{
		Code: "LIC-07C", Kinds: licences(), Severity: rules.Warn,
		Source: "common practice: a licence takes effect on or after the day of its issue",
		EN:     "takes effect on {0}, before it was issued on {1}",
		ZH:     "生效日期{0}早于签发日期{1}",
		Check:  checkIssueOrder,
	},
}

// endsBy returns a check of the licences that match: they expire no later than the end
// that follows from their first day.
func endsBy(matches func(*rules.Document) bool, end func(first time.Time) time.Time) func(*rules.Document, rules.Report) {
	return func(d *rules.Document, report rules.Report) {
		first, last, ok := period(d)
		if !ok || !matches(d) {
			return
		}
		if latest := end(first); last.After(latest) {
			report(d.Facts.At(paths.ValidUntil), values.ISODate(last), values.ISODate(first), values.ISODate(latest))
		}
	}
}

// inCategory returns what reports whether a licence is of one of the categories.
func inCategory(codes string) func(*rules.Document) bool {
	return func(d *rules.Document) bool { return hasCategory(d, codes) }
}

// months returns what returns the day so many calendar months later.
func months(n int) func(time.Time) time.Time {
	return func(first time.Time) time.Time { return values.AddMonths(first, n) }
}

// checkImportCarryOver lets a licence run into the next year if it names the one
// that it continues. The rule warns, since the measures do not say how the case is
// shown.
func checkImportCarryOver(d *rules.Document, report rules.Report) {
	first, last, ok := period(d)
	if !ok || !hasCategory(d, ordinaryImport) {
		return
	}
	end := yearEnd(first)
	if last.After(end) && !last.After(carryOverEnd(first)) && !replacesAnother(d) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(last), values.ISODate(end))
	}
}

func checkExportYear(d *rules.Document, report rules.Report) {
	first, last, ok := period(d)
	if !ok || !hasCategory(d, ordinaryExport) {
		return
	}
	if end := yearEnd(first); last.After(end) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(last), values.ISODate(end))
	}
}

// isFreshForHongKong reports whether an export licence is for live animals and
// meat to Hong Kong or Macao, and for nothing else. It takes chapters 01 and 02 of the
// Harmonised System for fresh goods. That is our reading, so the rule warns.
func isFreshForHongKong(d *rules.Document) bool {
	to := d.First(destination).Text()
	if to != "HK" && to != "MO" || !hasCategory(d, ordinaryExport) {
		return false
	}
	found := false
	for _, line := range d.Facts.Lines() {
		code := line.Part(paths.HS)
		if !code.Exists() {
			continue
		}
		if chapter := values.HSPrefix(code, 2); chapter != "01" && chapter != "02" {
			return false
		}
		found = true
	}
	return found
}

func checkPeriodOrder(d *rules.Document, report rules.Report) {
	p := d.Facts.Period()
	if !p.From.IsZero() && !p.Until.IsZero() && p.Until.Before(p.From) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(p.Until), values.ISODate(p.From))
	}
}

func checkIssueOrder(d *rules.Document, report rules.Report) {
	first := d.Facts.Period().From
	if !first.IsZero() && first.Before(d.Facts.Issued) {
		report(d.Facts.At(paths.ValidFrom), values.ISODate(first), values.ISODate(d.Facts.Issued))
	}
}

// period returns the first and the last day on which a licence may be used, and
// whether both can be read and are in order. If they are not in order, LIC-07B
// reports it, and no other rule judges the period.
func period(d *rules.Document) (first, last time.Time, ok bool) {
	p := d.Facts.Period()
	return p.From, p.Until, !p.From.IsZero() && !p.Until.IsZero() && !p.Until.Before(p.From)
}

// yearEnd returns 31 December of the day's year.
func yearEnd(day time.Time) time.Time {
	return time.Date(day.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
}

// carryOverEnd returns 31 March of the year after the day's.
func carryOverEnd(day time.Time) time.Time {
	return time.Date(day.Year()+1, time.March, 31, 0, 0, 0, 0, time.UTC)
}

// dualUseEnd returns the last day of a year from the day, or carryOverEnd if that is
// sooner.
func dualUseEnd(day time.Time) time.Time {
	end := carryOverEnd(day)
	if year := values.AddMonths(day, 12); year.Before(end) {
		return year
	}
	return end
}
