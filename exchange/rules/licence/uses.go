package licence

import (
	"strconv"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
)

// useRules are about the offices and the declarations that may use a licence.
var useRules = []rules.Rule{
	{
		Code: "LIC-01", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: one licence, one customs office (一证一关) unless stated otherwise",
		EN:     "the licence names {0} customs offices; it may name one, unless MultipleOfficeIndicator is true",
		ZH:     "许可证列明{0}个海关；除MultipleOfficeIndicator为true外，实行一证一关，只能列明一个海关",
		Reads:  []rules.Input{multipleOffices, office},
		Check:  checkOneOffice,
	},
	{
		Code: "LIC-01B", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: one licence, one customs office (一证一关)",
		EN:     "drawn at customs office {0}, which the licence does not name",
		ZH:     "在海关{0}核销，但许可证未列明该海关",
		Reads:  []rules.Input{officeID, drawOffice},
		Check:  checkDrawOffice,
	},
	{
		Code: "LIC-02", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: one licence, one consignment (一批一证) by default",
		EN:     "used by {0} declarations; the licence may be used by one",
		ZH:     "已被{0}份报关单使用；该许可证实行一批一证，只能使用一次",
		Reads:  []rules.Input{permittedUse},
		Check:  checkOneConsignment,
	},
	{
		Code: "LIC-03", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: a licence for several consignments (非一批一证) has at most 12 draws",
		EN:     "the licence permits {0} uses; at most {1} are allowed",
		ZH:     "许可证允许使用{0}次；非一批一证的许可证最多使用{1}次",
		Reads:  []rules.Input{categoryCode, permittedUse},
		Check:  checkTwelveUses,
	},
	{
		Code: "LIC-03B", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: draws on a licence for several consignments (非一批一证)",
		EN:     "used by {0} declarations; the licence permits {1}",
		ZH:     "已被{0}份报关单使用；许可证只允许使用{1}次",
		Reads:  []rules.Input{permittedUse},
		Check:  checkUsesExceeded,
	},
	{
		Code: "LIC-04B", Kinds: imports(), Severity: rules.Reject,
		Source: "Chinese automatic import licence: at most 6 uses",
		EN:     "permits {0} uses; an automatic import licence allows at most {1}",
		ZH:     "允许使用{0}次；自动进口许可证最多使用{1}次",
		Reads:  []rules.Input{categoryCode, permittedUse},
		Check:  checkAutomaticUses,
	},
}

func checkOneOffice(d *rules.Document, report rules.Report) {
	if values.IsTrue(d.First(multipleOffices)) {
		return
	}
	if offices := d.All(office); len(offices) > 1 {
		report(offices[1], strconv.Itoa(len(offices)))
	}
}

func checkDrawOffice(d *rules.Document, report rules.Report) {
	named := make(map[string]bool)
	for _, id := range d.All(officeID) {
		named[id.Text()] = true
	}
	for draw := range draws(d) {
		if at := d.FirstIn(draw.At, drawOffice); at.Exists() && !named[at.Text()] {
			report(at, at.Text())
		}
	}
}

// checkOneConsignment applies if the licence does not permit more uses.
func checkOneConsignment(d *rules.Document, report rules.Report) {
	if permittedUses(d) != 1 {
		return
	}
	if used := uses(d); len(used) > 1 {
		report(used[1], strconv.Itoa(len(used)))
	}
}

// maxUses limits the draws on a licence for several consignments.
const maxUses = 12

// checkTwelveUses leaves automatic import licences to LIC-04B.
func checkTwelveUses(d *rules.Document, report rules.Report) {
	if hasCategory(d, automaticCodes) {
		return
	}
	if n := permittedUses(d); n > maxUses {
		report(d.First(permittedUse), strconv.Itoa(n), strconv.Itoa(maxUses))
	}
}

// checkUsesExceeded goes by what the licence itself permits.
func checkUsesExceeded(d *rules.Document, report rules.Report) {
	permitted := permittedUses(d)
	if permitted == 1 {
		return // LIC-02
	}
	if used := uses(d); len(used) > permitted {
		report(used[permitted], strconv.Itoa(len(used)), strconv.Itoa(permitted))
	}
}

// maxAutomaticUses limits the uses of an automatic import licence.
const maxAutomaticUses = 6

func checkAutomaticUses(d *rules.Document, report rules.Report) {
	if !hasCategory(d, automaticCodes) {
		return
	}
	if n := permittedUses(d); n > maxAutomaticUses {
		report(d.First(permittedUse), strconv.Itoa(n), strconv.Itoa(maxAutomaticUses))
	}
}

// The paths of customs offices.
var (
	multipleOffices = rules.NewPath("MultipleOfficeIndicator")
	officeID        = office.To("ID")
	drawOffice      = drawAt.To("CustomsOfficeID")
)
