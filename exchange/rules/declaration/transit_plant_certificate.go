package declaration

import "beibu/exchange/rules"

// transitPlantCertificate is DEC-16D.
func transitPlantCertificate() rules.Rule {
	return rules.Rule{
		Code: "DEC-16D", Kinds: transits(), Severity: rules.Warn,
		Source: "Chinese plant quarantine: transit of plants needs the exporting country's quarantine certificate",
		EN:     "{0} is a plant product in transit; the exporting country's phytosanitary certificate (851, 657) is not cited",
		ZH:     "商品编号{0}属于过境植物产品；未注明输出国植物检疫证书（851、657）",
		Check:  reportPlants,
	}
}
