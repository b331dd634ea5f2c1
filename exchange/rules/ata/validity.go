package ata

import (
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// lastDay returns the last day on which a carnet is valid.
func lastDay(root strict.Node) (time.Time, bool) {
	return rules.Date(root.Find("ValidityPeriod/EndDate"))
}

// written returns a day as xs:date writes it.
func written(day time.Time) string { return day.Format(time.DateOnly) }
