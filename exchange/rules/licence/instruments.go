package licence

import "time"

// The instruments that rules cite, by the day on which each came into force. A
// document of an earlier day is judged without them.

// order27 is MOFCOM Order 2004/27, on import licences.
func order27() time.Time { return time.Date(2005, time.January, 1, 0, 0, 0, 0, time.UTC) }

// decree445 is State Council Decree 445, on precursor chemicals.
func decree445() time.Time { return time.Date(2005, time.November, 1, 0, 0, 0, 0, time.UTC) }

// order29 is MOFCOM and GACC Order 2005/29, on dual-use licences.
func order29() time.Time { return time.Date(2006, time.January, 1, 0, 0, 0, 0, time.UTC) }
