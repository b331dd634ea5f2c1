package ata

import "time"

// The instruments that rules cite, by the day on which each came into force. A
// document of an earlier day is judged without them.

// ataConvention is the Customs Convention on the ATA carnet of 6 December 1961.
func ataConvention() time.Time { return time.Date(1963, time.July, 30, 0, 0, 0, 0, time.UTC) }

// istanbul is the Convention on Temporary Admission of 26 June 1990.
func istanbul() time.Time { return time.Date(1993, time.November, 27, 0, 0, 0, 0, time.UTC) }

// decree157 is GACC decree 157, on goods that enter or leave for a time.
func decree157() time.Time { return time.Date(2007, time.May, 1, 0, 0, 0, 0, time.UTC) }
