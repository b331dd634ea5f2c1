// Package law lists the instruments that rules cite (conventions, laws,
// decrees, standards) by the day on which each came into force. A rule takes
// its first day in force from here: a document that was issued before that day
// is judged without it.
package law

import "time"

// ATAConvention is the Customs Convention on the ATA carnet of 6 December 1961.
func ATAConvention() time.Time { return day(1963, time.July, 30) }

// FrontierHealthLaw is the Frontier Health and Quarantine Law of China.
func FrontierHealthLaw() time.Time { return day(1987, time.May, 1) }

// CustomsLaw is the Customs Law of China.
func CustomsLaw() time.Time { return day(1987, time.July, 1) }

// IstanbulConvention is the Convention on Temporary Admission of 26 June 1990.
func IstanbulConvention() time.Time { return day(1993, time.November, 27) }

// Order27 is MOFCOM Order 2004/27, on import licences.
func Order27() time.Time { return day(2005, time.January, 1) }

// IPPC is the International Plant Protection Convention as revised in 1997.
func IPPC() time.Time { return day(2005, time.October, 2) }

// Decree445 is State Council Decree 445, on precursor chemicals.
func Decree445() time.Time { return day(2005, time.November, 1) }

// Order29 is MOFCOM and GACC Order 2005/29, on dual-use licences.
func Order29() time.Time { return day(2006, time.January, 1) }

// Decree157 is GACC decree 157 of 2007, on goods that enter or leave for a time.
func Decree157() time.Time { return day(2007, time.May, 1) }

// GB32100 is GB 32100-2015, on unified social credit codes.
func GB32100() time.Time { return day(2015, time.October, 1) }

// Decree182 is AQSIQ Decree 182 of 2016, the measures on health permits.
func Decree182() time.Time { return day(2016, time.July, 1) }

// InspectionByCustoms is the institutional reform of 2018: from this day customs
// inspect and quarantine at the frontier. Until then the bureaus of inspection
// granted permits in their own name.
func InspectionByCustoms() time.Time { return day(2018, time.April, 20) }

// FormE2019 is GACC announcement 2019/136, the amended rules of origin of the
// ASEAN-China Free Trade Area: new criteria, and the FOB value only with RVC.
func FormE2019() time.Time { return day(2019, time.August, 20) }

// Decree260 is GACC Decree 260, on goods in transit.
func Decree260() time.Time { return day(2022, time.November, 1) }

// GraphiteControl is MOFCOM and GACC Announcement 2023/39.
func GraphiteControl() time.Time { return day(2023, time.December, 1) }

// day returns midnight UTC, as all days of documents are.
func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
