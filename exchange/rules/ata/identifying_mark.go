package ata

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// identifyingMark is ATA-17B. Machines, electrical goods, vehicles and instruments
// carry a serial number; customs know them again by it.
func identifyingMark() rules.Rule {
	return rules.Rule{
		Code: "ATA-17B", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: identifiable goods with serial number or mark",
		EN:     "item {0} is of HS chapter {1} and has no serial number or mark to know it by",
		ZH:     "第{0}项货物属税则第{1}章，未注明可供识别的序列号或标记",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				code := hsCode(item)
				switch chapter(code) {
				case 84, 85, 87, 90:
					if !marked(item) {
						report(item, number(item), code[:2])
					}
				}
			}
		},
	}
}

// marked tells whether an item says how to know it by.
func marked(item strict.Node) bool {
	for _, path := range [...]string{
		"Item/ItemInstance/SerialID", "Item/ItemInstance/RegistrationID", "Item/ItemInstance/ProductTraceID",
		"Item/ManufacturersItemIdentification/ID", "TraceID",
	} {
		if item.Find(path).Text() != "" {
			return true
		}
	}
	return false
}
