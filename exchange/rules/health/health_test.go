package health

import (
	"slices"
	"testing"

	"beibu/exchange/facts/codes"
	"beibu/exchange/rules/rulestest"
)

func TestSamples(t *testing.T) { rulestest.Run(t, Rules(), permitOrCertificate()...) }

// The limits of what is allowed: the bad samples are one step beyond.
func TestEdges(t *testing.T) {
	cases := map[string]struct {
		kind, sample string
		edits        []string
		want         []string
	}{
		"four years to the day":        {permitKind, "catering-qinzhou", []string{"2030-09-27", "2030-09-28"}, nil},
		"four years and a day":         {permitKind, "catering-qinzhou", []string{"2030-09-27", "2030-09-29"}, []string{"HLT-03"}},
		"good on its last day":         {permitKind, "catering-qinzhou", []string{"2030-09-27", "2026-11-20"}, nil},
		"expired the day before":       {permitKind, "catering-qinzhou", []string{"2030-09-27", "2026-11-18"}, []string{"HLT-04"}},
		"before the measures":          {permitKind, "catering-qinzhou", []string{"<cbc:IssueDate>2026-09-28", "<cbc:IssueDate>2016-06-30", "<cbc:StartDate>2026-09-28", "<cbc:StartDate>2016-06-30"}, nil},
		"under the measures":           {permitKind, "catering-qinzhou", []string{"<cbc:IssueDate>2026-09-28", "<cbc:IssueDate>2016-07-01", "<cbc:StartDate>2026-09-28", "<cbc:StartDate>2016-07-01"}, []string{"HLT-03"}},
		"the city in English":          {permitKind, "catering-qinzhou", []string{"<cbc:CityName>钦州市", "<cbc:CityName>QINZHOU CITY"}, nil},
		"a port outside Guangxi":       {permitKind, "catering-qinzhou", []string{">CNQZH<", ">CNSHA<"}, nil},
		"a new version of itself":      {permitKind, "drinking-water-tieshan", []string{"HP-CNBHT-2022-00011</cbc:ID>\n    <cbc:IssueDate>2022-10-20</cbc:IssueDate>", "HP-CNBHT-2026-00018</cbc:ID>\n    <cbc:IssueDate>2026-10-12</cbc:IssueDate>\n    <cbc:VersionID>1</cbc:VersionID>"}, nil},
		"a private type":               {certificateKind, "squid-port-klang", []string{`listID="UNCL1001">636<`, ">ChinaFish<"}, nil},
		"consignee if no importer":     {certificateKind, "squid-port-klang", []string{"<cac:ImporterParty>", "<cac:ConsigneeParty>", "</cac:ImporterParty>", "</cac:ConsigneeParty>"}, nil},
		"export country left out":      {certificateKind, "squid-port-klang", []string{"<cac:ExportCountry>", "<cac:Country>", "</cac:ExportCountry>", "</cac:Country>"}, nil},
		"net as much as gross":         {certificateKind, "birds-nest-qinzhou", []string{">410<", ">320<"}, nil},
		"one line of words is enough":  {certificateKind, "birds-nest-qinzhou", []string{"Nitrite content is not above 30 mg/kg.", ""}, nil},
		"issuer without an address is": {certificateKind, "birds-nest-qinzhou", []string{"<cbc:CityName>Putrajaya</cbc:CityName>\n      <cac:Country>\n        <cbc:IdentificationCode>MY</cbc:IdentificationCode>", "<cbc:CityName>Putrajaya</cbc:CityName>\n      <cac:Country>\n        <cbc:IdentificationCode></cbc:IdentificationCode>"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := rulestest.Codes(t, Rules(), rulestest.Sample(t, c.kind, c.sample), c.edits...); !slices.Equal(got, c.want) {
				t.Errorf("breaks %v, want %v", got, c.want)
			}
		})
	}
}

// Every port with a known city is in the list of places, and every city has a
// Latin and a Chinese name.
func TestCities(t *testing.T) {
	for _, port := range []string{
		"CNQZH", "CNSAJ", "CNBHY", "CNBIH", "CNBHT", "CNSTB", "CNFAN", "CNQSA", "CNJIS", "CNTZH", "CNDOX", "CNNIN",
		"CNNIG", "CNNNG", "CNPIN", "CNYYG", "CNAID", "CNSKO", "CNSHL", "CNCGZ", "CNLGB", "CNPGM", "CNWUZ", "CNGUG",
		"CNLZH", "CNKWL",
	} {
		cities := citiesOf(port)
		if _, listed := codes.Location(port); !listed || len(cities) < 2 || len(cities)%2 != 0 {
			t.Errorf("%s: listed %v, cities %v", port, listed, cities)
		}
	}
	if cities := citiesOf("CNSHA"); cities != nil {
		t.Errorf("CNSHA is in %v", cities)
	}
}
