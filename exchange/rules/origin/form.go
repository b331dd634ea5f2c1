package origin

import (
	"iter"
	"strings"
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// certificates are the kinds that the rules of this package are about.
func certificates() []string { return []string{"certificate-of-origin"} }

const (
	application = "CertificateOfOriginApplication"
	goodsItems  = application + "/Shipment/GoodsItem"
	countryCode = "Country/IdentificationCode"
)

// The ticks of box 13.
const (
	retroactively = "ISSUED RETROACTIVELY"
	moved         = "MOVEMENT CERTIFICATE"
	thirdInvoice  = "THIRD PARTY INVOICING"
)

// formE tells whether a certificate is Form E.
func formE(root strict.Node) bool {
	switch strings.ToUpper(root.Find(application + "/CertificateType").Text()) {
	case "FORM E", "E", "ACFTA FORM E":
		return true
	}
	return false
}

// ticked tells whether a tick of box 13 is set.
func ticked(root strict.Node, tick string) bool {
	for remark := range root.All(application + "/Remarks") {
		if strings.EqualFold(remark.Text(), tick) {
			return true
		}
	}
	return false
}

// formItems iterates over the goods of a Form E certificate; other certificates
// have none to judge.
func formItems(root strict.Node) iter.Seq[strict.Node] {
	return func(yield func(strict.Node) bool) {
		if !formE(root) {
			return
		}
		for item := range root.All(goodsItems) {
			if !yield(item) {
				return
			}
		}
	}
}

// itemName returns the number of an item, for messages.
func itemName(item strict.Node) string {
	if number := item.Find("SequenceNumberID").Text(); number != "" {
		return number
	}
	return item.Find("ID").Text()
}

// issuing returns the exporting Party and its place.
func issuing(root strict.Node) (strict.Node, string) {
	at := root.Find(application + "/IssuingCountry")
	return at, at.Find("IdentificationCode").Text()
}

// trader returns the exporter or the importer: of the certificate, or else of
// the application.
func trader(root strict.Node, role string) strict.Node {
	if at := root.Find(role); at.Exists() {
		return at
	}
	return root.Find(application + "/" + role)
}

// home returns the country of a party's address and its place.
func home(party strict.Node) (strict.Node, string) {
	at := party.Find("PostalAddress/" + countryCode)
	return at, at.Text()
}

// originOf returns the country of origin of an item and its place.
func originOf(item strict.Node) (strict.Node, string) {
	for _, path := range [...]string{"OriginAddress/" + countryCode, "Item/OriginCountry/IdentificationCode"} {
		if at := item.Find(path); at.Text() != "" {
			return at, at.Text()
		}
	}
	return strict.Node{}, ""
}

// party tells whether a country is a Party of the ASEAN-China Free Trade Area.
func party(country string) bool {
	switch country {
	case "CN", "BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN":
		return true
	}
	return false
}

// departure returns the day on which the goods left.
func departure(root strict.Node) (time.Time, bool) {
	const shipment = application + "/Shipment/"
	for _, path := range [...]string{
		"ShipmentStage/ActualDepartureTransportEvent/OccurrenceDate",
		"Delivery/Despatch/ActualDespatchDate",
	} {
		if left, ok := rules.Date(root.Find(shipment + path)); ok {
			return left, true
		}
	}
	return time.Time{}, false
}

// original returns the reference to the original certificate of origin.
func original(root strict.Node) strict.Node {
	for ref := range root.All(application + "/SupportingDocumentReference") {
		switch ref.Find("DocumentTypeCode").Text() {
		case "861", "864":
			return ref
		}
	}
	return strict.Node{}
}

// invoice returns the reference to the commercial invoice.
func invoice(root strict.Node) strict.Node {
	for ref := range root.All(application + "/SupportingDocumentReference") {
		if ref.Find("DocumentTypeCode").Text() == "380" {
			return ref
		}
	}
	return strict.Node{}
}

// partyName returns the name of a party, or "".
func partyName(party strict.Node) string {
	if name := party.Find("PartyName/Name").Text(); name != "" {
		return name
	}
	return party.Find("PartyLegalEntity/RegistrationName").Text()
}

func written(day time.Time) string { return day.Format(time.DateOnly) }
