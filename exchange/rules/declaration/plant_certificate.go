package declaration

import "beibu/exchange/rules"

// plantCertificate is DEC-16C. It warns once, at the first item concerned: one
// certificate mostly covers the whole consignment.
func plantCertificate() rules.Rule {
	return rules.Rule{
		Code: "DEC-16C", Kinds: imports(), Severity: rules.Warn,
		Source: "IPPC, article V; Chinese plant quarantine: plants and plant products come with a phytosanitary certificate",
		EN:     "{0} is a plant product; no phytosanitary certificate (851, 657) is cited",
		ZH:     "商品编号{0}属于植物产品；未注明植物检疫证书（851、657）",
		Check:  reportPlants,
	}
}

func reportPlants(d *rules.Document, report rules.Report) {
	if !madeInChina(d) || cites(body(d), plantCertificates()) {
		return
	}
	for item := range items(d) {
		if at := commodity(item); isPlant(at) && !cites(item, plantCertificates()) {
			report(at, at.Text())
			return
		}
	}
}
