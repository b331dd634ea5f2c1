package declaration

import "time"

// The instruments that rules cite, by the day on which each came into force. A
// document of an earlier day is judged without them.

// customsLaw is the Customs Law of China.
func customsLaw() time.Time { return time.Date(1987, time.July, 1, 0, 0, 0, 0, time.UTC) }

// decree445 is State Council Decree 445, on precursor chemicals.
func decree445() time.Time { return time.Date(2005, time.November, 1, 0, 0, 0, 0, time.UTC) }

// gb32100 is GB 32100-2015, on unified social credit codes.
func gb32100() time.Time { return time.Date(2015, time.October, 1, 0, 0, 0, 0, time.UTC) }

// decree260 is GACC Decree 260, on goods in transit.
func decree260() time.Time { return time.Date(2022, time.November, 1, 0, 0, 0, 0, time.UTC) }

// graphiteControl is MOFCOM and GACC Announcement 2023/39.
func graphiteControl() time.Time { return time.Date(2023, time.December, 1, 0, 0, 0, 0, time.UTC) }
