package declaration

import (
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// lateExport is DEC-07. Where a time of day is missing, only a declaration on
// the day of loading or later is called late.
func lateExport() rules.Rule {
	return rules.Rule{
		Code: "DEC-07", Kinds: exports(), Severity: rules.Warn,
		Source: "Customs Law of China: exports are declared at least 24 hours before loading",
		From:   customsLaw(),
		EN:     "declared on {0}; loading is on {1}, less than 24 hours later",
		ZH:     "申报时间为{0}，装货时间为{1}，不足24小时",
		Check: func(d *rules.Document, report rules.Report) {
			loading := firstLoading(d)
			if !madeInChina(d) || !loading.Exists() {
				return
			}
			date, clock := d.Root.Find("IssueDate"), d.Root.Find("IssueTime")
			loadDate, loadClock := loading.Find("OccurrenceDate"), loading.Find("OccurrenceTime")
			if isLate(stamp{date, clock}, stamp{loadDate, loadClock}) {
				report(date, both(date, clock), both(loadDate, loadClock))
			}
		},
	}
}

// firstLoading returns the first loading of which the day is known, or none.
func firstLoading(d *rules.Document) strict.Node {
	for event := range body(d).All("Shipment/ShipmentStage/LoadingTransportEvent") {
		if event.Find("OccurrenceDate").Exists() {
			return event
		}
	}
	return strict.Node{}
}

// A stamp is a date and a time of day in two elements.
type stamp struct{ date, clock strict.Node }

func isLate(declared, loading stamp) bool {
	from, hasFrom := moment(declared.date, declared.clock)
	to, hasTo := moment(loading.date, loading.clock)
	if hasFrom && hasTo {
		return to.Sub(from) < 24*time.Hour
	}
	day, hasDay := rules.Date(declared.date)
	loadDay, hasLoadDay := rules.Date(loading.date)
	return hasDay && hasLoadDay && !loadDay.After(day)
}

// both writes a date and, where there is one, a time.
func both(date, clock strict.Node) string {
	if !clock.Exists() {
		return date.Text()
	}
	return date.Text() + " " + clock.Text()
}
