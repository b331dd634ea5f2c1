package ata

import (
	"strconv"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// itemNumberGap is ATA-11B. Only practice speaks, so it warns, at the first item that
// is out of turn.
func itemNumberGap() rules.Rule {
	return rules.Rule{
		Code: "ATA-11B", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice: items are numbered from 1 without gaps",
		EN:     "item number {0} where {1} is next; items are numbered from 1 without gaps",
		ZH:     "货物编号为{0}，应为{1}；编号应从1起连续",
		Check: func(d *rules.Document, report rules.Report) {
			next := 1
			for item := range d.Root.All(generalList) {
				if n := number(item); n != "" && n != strconv.Itoa(next) {
					if !taken(d.Root, item, n) {
						report(item, n, strconv.Itoa(next))
					}
					return
				}
				next++
			}
		},
	}
}

// taken tells whether an earlier item has the number: ATA-11 says so.
func taken(root, item strict.Node, n string) bool {
	for earlier := range root.All(generalList) {
		if earlier == item {
			return false
		}
		if number(earlier) == n {
			return true
		}
	}
	return false
}
