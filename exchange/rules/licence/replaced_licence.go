package licence

import (
	"strconv"

	"beibu/exchange/rules"
)

// replacedLicence is LIC-10: an issued licence is never edited, it is
// surrendered and issued again with a reference to the old one.
func replacedLicence() rules.Rule {
	return rules.Rule{
		Code: "LIC-10", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: changes mean surrender and re-issue",
		EN:     "edition {0} names no licence that it replaces in PreviousDocument",
		ZH:     "第{0}版许可证未在PreviousDocument中注明所替换的原许可证",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("VersionID")
			if n := edition(at.Text()); n > 1 && !d.Root.Find("PreviousDocument").Exists() {
				report(at, count(n))
			}
		},
	}
}

// edition reads a version number, 1 where there is none.
func edition(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func count(n int) string { return strconv.Itoa(n) }
