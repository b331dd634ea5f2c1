package declaration

import (
	"time"

	"beibu/exchange/rules"
)

// importDays is within how many days of arrival imports are declared.
const importDays = 14

// lateImport is DEC-06. After three months it is DEC-06B.
func lateImport() rules.Rule {
	return rules.Rule{
		Code: "DEC-06", Kinds: imports(), Severity: rules.Warn,
		Source: "Customs Law of China: declared within 14 days of arrival; later a fee of 0.05 percent a day",
		From:   customsLaw(),
		EN:     "declared {0} days after the arrival on {1}, {2} days late; the late fee is {3} percent of the value",
		ZH:     "在{1}进境{0}天后申报，逾期{2}天；滞报金为完税价格的{3}%",
		Check: func(d *rules.Document, report rules.Report) {
			arrived, ok := arrival(d)
			declared, hasIssue := rules.Date(d.Root.Find("IssueDate"))
			if !ok || !hasIssue || declared.After(rules.AddMonths(arrived, 3)) {
				return
			}
			if days := rules.Days(arrived, declared); days > importDays {
				late := days - importDays
				report(d.Root.Find("IssueDate"), count(days), written(arrived), count(late), hundredths(late*5))
			}
		},
	}
}

// arrival returns the day on which the goods arrived in China: the last
// arrival of any stage.
func arrival(d *rules.Document) (last time.Time, ok bool) {
	if !madeInChina(d) {
		return time.Time{}, false
	}
	return lastDay(d, "Shipment/ShipmentStage/ActualArrivalTransportEvent/OccurrenceDate")
}

// lastDay returns the last of the days at a path below the body.
func lastDay(d *rules.Document, path string) (last time.Time, ok bool) {
	for at := range body(d).All(path) {
		if day, read := rules.Date(at); read && (!ok || day.After(last)) {
			last, ok = day, true
		}
	}
	return last, ok
}

// hundredths writes n/100 with two places.
func hundredths(n int) string {
	cents := count(n % 100)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return count(n/100) + "." + cents
}
