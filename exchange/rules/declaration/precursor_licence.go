package declaration

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/licence"
)

// precursorLicence is DEC-16.
func precursorLicence() rules.Rule {
	return rules.Rule{
		Code: "DEC-16", Kinds: importsAndExports(), Severity: rules.Warn,
		Source: "State Council Decree 445 (precursor chemicals); declarations cite the licence that the commodity code demands",
		From:   decree445(),
		EN:     "{0} is a precursor chemical; no licence is cited for it",
		ZH:     "{1}属于易制毒化学品；未注明进出口许可证",
		Check: func(d *rules.Document, report rules.Report) {
			types := exportLicences()
			if d.Kind == importDeclaration {
				types = importLicences()
			}
			if !madeInChina(d) || cites(body(d), types) {
				return
			}
			for item := range items(d) {
				at := commodity(item)
				if en, zh, ok := licence.Precursor(prefix(at, 6)); ok && !cites(item, types) {
					report(at, en, zh)
				}
			}
		},
	}
}
