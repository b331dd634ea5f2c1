package ata_test

import (
	"fmt"
	"testing"
)

func TestChineseAssociation(t *testing.T) {
	for _, test := range []struct {
		name, country string
		fine          bool
	}{
		{"中国国际贸易促进委员会广西分会", "CN", true},
		{"贸促会钦州支会", "CN", true},
		{"CCPIT Guangxi", "CN", true},
		{"China Chamber Of International Commerce", "CN", true},
		{"广西国际商会", "CN", false},
		{"Vietnam Chamber of Commerce and Industry", "VN", true},
		{"", "CN", true}, // ATA-05 says that it has no name
	} {
		body := fmt.Sprintf(`<IssuerParty><PartyName><Name>%s</Name></PartyName>
			<PostalAddress><Country><IdentificationCode>%s</IdentificationCode></Country></PostalAddress></IssuerParty>`, test.name, test.country)
		if got := messages(t, "ATA-08", "ata-carnet", body); (len(got) == 0) != test.fine {
			t.Errorf("%q in %s: %v", test.name, test.country, got)
		}
	}
}

func TestOfficeCountry(t *testing.T) {
	const body = `<Shipment><Consignment><FinalDestinationCountry><IdentificationCode>SG</IdentificationCode></FinalDestinationCountry>
		<TransitCountry><IdentificationCode>VN</IdentificationCode></TransitCountry></Consignment>
		<Consignment><FinalDestinationCountry><IdentificationCode>MY</IdentificationCode></FinalDestinationCountry></Consignment>
		<ExportCountry><IdentificationCode>CN</IdentificationCode></ExportCountry></Shipment>
		<GoodsItemPassportCounterfoil><CustomsOfficeLocation>%s</CustomsOfficeLocation></GoodsItemPassportCounterfoil>`
	for office, fine := range map[string]bool{
		`<ID>CNQZH</ID>`: true, `<ID>VNHPH</ID>`: true, `<ID>SGSIN</ID>`: true, `<ID>MYPKG</ID>`: true,
		`<ID>THLCH</ID>`: false,
		`<ID>7212</ID>`:  true, // a number of China's customs, of which nothing is known here
		`<ID>THLCH</ID><Address><Country><IdentificationCode>MY</IdentificationCode></Country></Address>`: true,
		`<Name>Laem Chabang</Name>`: true,
	} {
		if got := messages(t, "ATA-06", "ata-carnet", fmt.Sprintf(body, office)); (len(got) == 0) != fine {
			t.Errorf("%s: %v", office, got)
		}
	}
}
