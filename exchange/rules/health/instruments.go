package health

import "time"

// The instruments that rules cite, by the day on which each came into force. A
// document of an earlier day is judged without them.

// frontierLaw is the Frontier Health and Quarantine Law of China.
func frontierLaw() time.Time { return time.Date(1987, time.May, 1, 0, 0, 0, 0, time.UTC) }

// customsAtTheFrontier is when customs took over entry-exit inspection and
// quarantine; until then its bureaus granted permits in their own name.
func customsAtTheFrontier() time.Time { return time.Date(2018, time.April, 20, 0, 0, 0, 0, time.UTC) }

// decree182 is AQSIQ Decree 182, the measures on health permits.
func decree182() time.Time { return time.Date(2016, time.July, 1, 0, 0, 0, 0, time.UTC) }
