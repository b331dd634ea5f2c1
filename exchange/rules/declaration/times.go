package declaration

import (
	"strconv"
	"time"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// timeRules are about the time limits of a declaration.
var timeRules = []rules.Rule{
	{
		Code: "DEC-06", Kinds: imports(), Severity: rules.Warn,
		Source: "Customs Law of China: declared within 14 days of arrival; later a fee of 0.05 percent a day",
		From:   law.CustomsLaw(),
		EN:     "declared {0} days after the arrival on {1}, {2} days late; the late fee is {3} percent of the value",
		ZH:     "在{1}进境{0}天后申报，逾期{2}天；滞报金为完税价格的{3}%",
		Reads:  []rules.Input{customsCountry, arrivalDate},
		Check:  checkLateImport,
	},
	{
		Code: "DEC-06B", Kinds: imports(), Severity: rules.Hold,
		Source: "Customs Law of China: goods not declared within 3 months of arrival may be sold by customs",
		From:   law.CustomsLaw(),
		EN:     "declared on {0}, more than three months after the arrival on {1}; customs may have sold the goods",
		ZH:     "{0}申报，距{1}进境已超过三个月；海关可能已变卖该货物",
		Reads:  []rules.Input{customsCountry, arrivalDate},
		Check:  checkAbandonedImport,
	},
	{
		Code: "DEC-07", Kinds: exports(), Severity: rules.Warn,
		Source: "Customs Law of China: exports are declared at least 24 hours before loading",
		From:   law.CustomsLaw(),
		EN:     "declared on {0}; loading is on {1}, less than 24 hours later",
		ZH:     "申报时间为{0}，装货时间为{1}，不足24小时",
		Reads:  []rules.Input{customsCountry, loading, loadingDate, loadingTime, issueTime},
		Check:  checkLateExport,
	},
	{
		Code: "DEC-07B", Kinds: exports(), Severity: rules.Warn,
		Source: "Customs Law of China: exports are declared after the goods reached the supervised area",
		From:   law.CustomsLaw(),
		EN:     "declared on {0}, before the goods reached the supervised area on {1}",
		ZH:     "{0}申报，早于货物运抵海关监管区的日期{1}",
		Reads:  []rules.Input{customsCountry, receiptDate},
		Check:  checkExportBeforeReceipt,
	},
	{
		Code: "DEC-08", Kinds: transits(), Severity: rules.Warn,
		Source: "GACC Decree 260: transit goods leave within 6 months, extension by 3",
		From:   law.Decree260(),
		EN:     "transit until {0}; goods declared on {1} leave by {2} unless customs extend it",
		ZH:     "过境期限至{0}；{1}申报的过境货物应于{2}前出境，延期须经海关批准",
		Reads:  []rules.Input{customsCountry},
		Check:  checkTransitPeriod,
	},
	{
		Code: "DEC-08B", Kinds: transits(), Severity: rules.Reject,
		Source: "GACC Decree 260: transit goods leave within 6 months, extension by 3",
		From:   law.Decree260(),
		EN:     "transit until {0}; goods declared on {1} leave by {2} even if customs extend it",
		ZH:     "过境期限至{0}；{1}申报的过境货物即使延期也应于{2}前出境",
		Reads:  []rules.Input{customsCountry},
		Check:  checkTransitLimit,
	},
}

// importDays is the number of days after the arrival within which imports are
// declared.
const importDays = 14

// checkLateImport leaves it to DEC-06B to report a declaration after three months.
func checkLateImport(d *rules.Document, report rules.Report) {
	arrived, ok := arrival(d)
	declared := d.Facts.Issued
	if !ok || declared.IsZero() || declared.After(values.AddMonths(arrived, 3)) {
		return
	}
	if days := values.Days(arrived, declared); days > importDays {
		late := days - importDays
		report(d.Facts.At(paths.Issued), strconv.Itoa(days), values.ISODate(arrived), strconv.Itoa(late), hundredths(late*5))
	}
}

// arrival returns the day on which the goods arrived in China: the last arrival of
// all stages.
func arrival(d *rules.Document) (last time.Time, ok bool) {
	if !madeInChina(d) {
		return time.Time{}, false
	}
	return lastDay(d.All(arrivalDate))
}

// lastDay returns the last of some days.
func lastDay(days []strict.Node) (last time.Time, ok bool) {
	for _, at := range days {
		if day, read := values.Date(at); read && (!ok || day.After(last)) {
			last, ok = day, true
		}
	}
	return last, ok
}

// hundredths returns n/100 with two decimal places.
func hundredths(n int) string {
	cents := strconv.Itoa(n % 100)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return strconv.Itoa(n/100) + "." + cents
}

func checkAbandonedImport(d *rules.Document, report rules.Report) {
	arrived, ok := arrival(d)
	declared := d.Facts.Issued
	if ok && declared.After(values.AddMonths(arrived, 3)) {
		report(d.Facts.At(paths.Issued), values.ISODate(declared), values.ISODate(arrived))
	}
}

func checkLateExport(d *rules.Document, report rules.Report) {
	loaded := firstLoading(d)
	if !madeInChina(d) || !loaded.date.Exists() {
		return
	}
	declared := moment{d.Facts.At(paths.Issued), d.First(issueTime)}
	if isLate(declared, loaded) {
		report(declared.date, declared.String(), loaded.String())
	}
}

// firstLoading returns the first loading with a day, or none.
func firstLoading(d *rules.Document) moment {
	for _, event := range d.All(loading) {
		if date := d.FirstIn(event, loadingDate); date.Exists() {
			return moment{date, d.FirstIn(event, loadingTime)}
		}
	}
	return moment{}
}

// isLate reports whether a declaration is less than 24 hours before the loading.
// If a time of day is missing, a declaration is late only on the day of the
// loading and after it.
func isLate(declared, loading moment) bool {
	from, hasFrom := declared.time()
	to, hasTo := loading.time()
	if hasFrom && hasTo {
		return to.Sub(from) < 24*time.Hour
	}
	day, hasDay := values.Date(declared.date)
	loadDay, hasLoadDay := values.Date(loading.date)
	return hasDay && hasLoadDay && !loadDay.After(day)
}

func checkExportBeforeReceipt(d *rules.Document, report rules.Report) {
	declared := d.Facts.Issued
	reached, hasReached := lastDay(d.All(receiptDate))
	if !declared.IsZero() && hasReached && madeInChina(d) && declared.Before(reached) {
		report(d.Facts.At(paths.Issued), values.ISODate(declared), values.ISODate(reached))
	}
}

// checkTransitPeriod leaves it to DEC-08B to report a period beyond the extension.
func checkTransitPeriod(d *rules.Document, report rules.Report) {
	declared, end, ok := transitDays(d)
	if limit := values.AddMonths(declared, 6); ok && end.After(limit) && !end.After(values.AddMonths(declared, 9)) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(end), values.ISODate(declared), values.ISODate(limit))
	}
}

// transitDays returns the day of the declaration and the last day of transit
// through China.
func transitDays(d *rules.Document) (declared, end time.Time, ok bool) {
	declared, end = d.Facts.Issued, d.Facts.Period().Until
	return declared, end, !declared.IsZero() && !end.IsZero() && madeInChina(d)
}

func checkTransitLimit(d *rules.Document, report rules.Report) {
	declared, end, ok := transitDays(d)
	if limit := values.AddMonths(declared, 9); ok && end.After(limit) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(end), values.ISODate(declared), values.ISODate(limit))
	}
}

// A moment is a date and a time of day in two elements.
type moment struct{ date, clock strict.Node }

// time returns the moment. A time without a zone is China's. It reports false if
// the date or the time is missing or cannot be read.
func (m moment) time() (time.Time, bool) {
	day, ok := values.Date(m.date)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range [...]string{"15:04:05Z07:00", "15:04:05"} {
		if at, err := time.ParseInLocation(layout, m.clock.Text(), chinaTime()); err == nil {
			return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), 0, at.Location()), true
		}
	}
	return time.Time{}, false
}

func chinaTime() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// String returns the date and the time as they are written in the document, or
// the date alone if there is no time.
func (m moment) String() string {
	if !m.clock.Exists() {
		return m.date.Text()
	}
	return m.date.Text() + " " + m.clock.Text()
}

// The paths of events.
var (
	issueTime   = rules.NewPath("IssueTime")
	arrivalDate = stageAt.To("ActualArrivalTransportEvent/OccurrenceDate")
	loading     = stageAt.To("LoadingTransportEvent")
	loadingDate = loading.To("OccurrenceDate")
	loadingTime = loading.To("OccurrenceTime")
	receiptDate = stageAt.To("ReceiptTransportEvent/OccurrenceDate")
)
