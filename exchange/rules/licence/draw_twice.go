package licence

import "beibu/exchange/rules"

// drawTwice is LIC-12B: a declaration states its whole position on a line, so
// that it stands there once and saying it again adds nothing.
func drawTwice() rules.Rule {
	return rules.Rule{
		Code: "LIC-12B", Kinds: both(), Severity: rules.Reject,
		Source: "UK DEFRA licence gateway, decision record 0006: positions are keyed by declaration and whole",
		EN:     "declaration {0} has drawn on this line already; a declaration draws on a line once",
		ZH:     "报关单{0}已在本项下核销；同一报关单对同一项只核销一次",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("GoodsItem") {
				seen := make(map[string]bool)
				for at := range line.All("WriteOff/DeclarationID") {
					if seen[at.Text()] {
						report(at, at.Text())
					}
					seen[at.Text()] = true
				}
			}
		},
	}
}
