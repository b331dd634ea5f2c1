package licence

import "slices"

// A substance is a precursor chemical that is listed with its subheading of
// the Harmonised System.
type substance struct {
	en, zh  string
	numbers []string // UN numbers under which it is carried
}

// precursorOf returns the precursor chemical of a subheading: those of the
// United Nations Convention of 1988, Tables I and II, that this trade sees and
// that are dangerous goods (UN Recommendations on the Transport of Dangerous
// Goods, list of chapter 3.2).
func precursorOf(subheading string) (substance, bool) {
	switch subheading {
	case "280610":
		return substance{"hydrochloric acid", "盐酸", []string{"1789", "1050"}}, true
	case "280700":
		return substance{"sulphuric acid", "硫酸", []string{"1830", "2796", "1831", "1832"}}, true
	case "284161":
		return substance{"potassium permanganate", "高锰酸钾", []string{"1490"}}, true
	case "290230":
		return substance{"toluene", "甲苯", []string{"1294"}}, true
	case "290911":
		return substance{"diethyl ether", "乙醚", []string{"1155"}}, true
	case "291411":
		return substance{"acetone", "丙酮", []string{"1090"}}, true
	case "291412":
		return substance{"butanone", "丁酮", []string{"1193"}}, true
	case "291524":
		return substance{"acetic anhydride", "醋酸酐", []string{"1715"}}, true
	case "293332":
		return substance{"piperidine", "哌啶", []string{"2401"}}, true
	}
	return substance{}, false
}

// carries tells whether the substance is carried under a UN number.
func (s substance) carries(number string) bool { return slices.Contains(s.numbers, number) }
