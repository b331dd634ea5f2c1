package ata

import "beibu/exchange/rules"

// originCode is ATA-16. Column 6 may be empty: then the goods are of the issuing
// country.
func originCode() rules.Rule {
	return rules.Rule{
		Code: "ATA-16", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: column 6 as ISO 3166-1 alpha-2 code",
		EN:     "origin of item {0} has no country code; column 6 gives the ISO code where it is not the issuing country",
		ZH:     "第{0}项货物的原产国没有国家代码；原产国不是出证国时，第6栏须填写ISO代码",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				for _, path := range [...]string{"OriginAddress/Country", "Item/OriginCountry"} {
					country := item.Find(path)
					if country.Exists() && country.Find("IdentificationCode").Text() == "" {
						report(country, number(item))
					}
				}
			}
		},
	}
}
