package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// nationalNumber is GEN-18B: company numbers of schemes TIN (tax number of the
// country of the party's address), UEN (Singapore) and NPWP (Indonesia).
func nationalNumber() rules.Rule {
	return rules.Rule{
		Code: "GEN-18B", Severity: rules.Warn,
		Source: "Tax numbers of Viet Nam, Thailand and Indonesia, UEN of Singapore: check digits",
		EN:     "{0} is not a valid company number of {1}: its form or its check digit is wrong",
		ZH:     "{0}不是{1}的有效企业编号：格式或校验位有误",
		Check: func(d *rules.Document, report rules.Report) {
			addresses := make(homes)
			d.Each(rules.Attributed, func(n strict.Node) {
				var country string
				switch scheme := n.Attr("schemeID"); {
				case rules.Is(scheme, "UEN"):
					country = "SG"
				case rules.Is(scheme, "NPWP"):
					country = "ID"
				case rules.Is(scheme, "TIN"):
					country = addresses.of(n)
				default:
					return
				}
				if valid, judged := codes.Registered(country, n.Text()); judged && !valid && country != "CN" {
					report(n, n.Text(), country)
				}
			})
		},
	}
}

// homes remembers the country of an element's own address, so that a party with
// a great many numbers is looked through once.
type homes map[strict.Node]string

// of returns the country of the party that a number belongs to: that of the
// nearest address, at most three elements up.
func (h homes) of(n strict.Node) string {
	for range 3 {
		n = n.Parent()
		country, seen := h[n]
		if !seen {
			country = address(n)
			h[n] = country
		}
		if country != "" {
			return country
		}
	}
	return ""
}

// address returns the country of an element's address, in UBL, in a trade licence
// or in an SPS certificate.
func address(n strict.Node) string {
	for _, path := range [...]string{
		"PostalAddress/Country/IdentificationCode", "Address/CountryCode", "SpecifiedSPSAddress/CountryID",
	} {
		if country := n.Find(path).Text(); country != "" {
			return country
		}
	}
	return ""
}
