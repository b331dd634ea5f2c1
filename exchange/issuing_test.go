package exchange_test

import (
	"errors"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// Who may send what by the shipped map: issuers, who sends for them, and nobody else, however
// the unit is written and whatever country is stated beside it.
func TestOriginates(t *testing.T) {
	parties, routes := exchangetest.Shipped(t)
	now := &exchange.InForce{Parties: parties, Routes: routes, Checks: exchangetest.Checks(t)}
	const (
		carnet  = "ata-carnet/expo-machinery-qinzhou-haiphong"
		licence = "import-licence/natural-rubber-automatic"
		export  = "export-licence/acetone-viet-nam"
		permit  = "health-permit/catering-qinzhou"
		claim   = "ata-reexportation-request/vietnam-claims-harvester"
		proof   = "ata-reexportation-proof/harvester-reexported-haiphong"
		plants  = "sps-certificate/durian-youyiguan"
		origin  = "certificate-of-origin/tiles-hai-phong"
		unit    = ">广西壮族自治区商务厅<"
	)
	for name, c := range map[string]struct {
		sample, sender, old, new string // the sample with old replaced by new
		code, at                 string // "" if it may be sent
		says                     string
	}{
		"the association":            {sample: carnet, sender: "gx-trade-promotion"},
		"a port for it":              {sample: carnet, sender: "qinzhou-customs"},
		"the single window for it":   {sample: carnet, sender: "window-cn"},
		"a foreign window":           {sample: carnet, sender: "window-vn", code: exchange.CodeNotIssuer, at: "/GoodsItemPassport/IssuerParty", says: "is issued by gx-trade-promotion, and window-vn may not"},
		"a department":               {sample: carnet, sender: "gx-commerce", code: exchange.CodeNotIssuer, at: "/GoodsItemPassport/IssuerParty"},
		"a foreign carnet":           {sample: "ata-carnet/thai-silk-nanning-expo", sender: "window-th"},
		"a foreign carnet by a port": {sample: "ata-carnet/thai-silk-nanning-expo", sender: "qinzhou-customs", code: exchange.CodeNotIssuer, at: "/GoodsItemPassport/IssuerParty", says: "is issued by window-th"},
		"a neighbour's carnet":       {sample: "ata-carnet/thai-silk-nanning-expo", sender: "window-vn", code: exchange.CodeNotIssuer, at: "/GoodsItemPassport/IssuerParty"},

		"the commerce department": {sample: licence, sender: "gx-commerce"},
		"another department":      {sample: licence, sender: "gx-press", code: exchange.CodeNotIssuer, at: "/ImportLicence/Issuer", says: "is issued by gx-commerce"},
		"a foreign licence":       {sample: licence, sender: "window-vn", code: exchange.CodeNotIssuer, at: "/ImportLicence/Issuer"},
		"under its own country":   {sample: export, sender: "window-vn", old: ">CN</CountryCode>", new: ">VN</CountryCode>", code: exchange.CodeNotIssuer, at: "/ExportLicence/Issuer"},
		"the name in wide blanks": {sample: export, sender: "window-vn", old: unit, new: ">广西壮族自治区　商务厅。<", code: exchange.CodeNotIssuer, at: "/ExportLicence/Issuer"},
		"two units at once":       {sample: licence, sender: "gx-press", old: unit, new: ">广西壮族自治区新闻出版局<", code: exchange.CodeNotIssuer, at: "/ImportLicence/Issuer", says: "no party of the exchange issues"},
		"and its own":             {sample: licence, sender: "gx-commerce", old: unit, new: ">广西壮族自治区新闻出版局<", code: exchange.CodeNotIssuer, at: "/ImportLicence/Issuer", says: "no party of the exchange issues"},

		"the port by its office":  {sample: permit, sender: "qinzhou-customs"},
		"the district for it":     {sample: permit, sender: "gx-customs"},
		"another port":            {sample: permit, sender: "beihai-customs", code: exchange.CodeNotIssuer, at: "/GoodsCertificate/IssuerParty", says: "issued by qinzhou-customs"},
		"the claiming side":       {sample: claim, sender: "window-vn"},
		"the side that is to pay": {sample: claim, sender: "gx-trade-promotion", code: exchange.CodeNotIssuer, at: "/ProofOfReexportationRequest/ImportingGuarantorParty"},
		"the proving side":        {sample: proof, sender: "gx-trade-promotion"},
		"proof by the claimant":   {sample: proof, sender: "window-vn", code: exchange.CodeNotIssuer, at: "/ProofOfReexportation/ExportingGuarantorParty"},
		"plants by their country": {sample: plants, sender: "window-vn"},
		"plants by the port":      {sample: plants, sender: "youyiguan-customs", code: exchange.CodeNotIssuer, at: "/SPSCertificate/SPSExchangedDocument/IssuerSPSParty"},
		"origin by the district":  {sample: origin, sender: "gx-customs"},
		"origin by a port for it": {sample: origin, sender: "beihai-customs"},
		"origin, contradictory": {
			sample: origin, sender: "window-cn", old: "中华人民共和国南宁海关<", new: "某机构<",
		},
		"a declaration is issued by nobody": {sample: "import-declaration/durian-youyiguan", sender: "window-vn"},
	} {
		kind, sample, _ := strings.Cut(c.sample, "/")
		s, err := testdata.Find(kind, sample)
		if err != nil {
			t.Fatal(err)
		}
		text := string(s.Bytes)
		if c.old != "" && !strings.Contains(text, c.old) {
			t.Errorf("%s: the sample has no %s", name, c.old)
		}
		if c.old != "" {
			text = strings.ReplaceAll(text, c.old, c.new)
		}
		checked, err := now.Checks.Find(t.Context(), exchange.Document{Bytes: []byte(text), Sender: c.sender, Received: rulestest.Received})
		if err != nil || !checked.Valid() {
			t.Fatalf("%s: %v, %v", name, err, checked.Faults())
		}
		refusal, refused := errors.AsType[*exchange.Error](now.Originates(checked))
		switch {
		case refused != (c.code != ""):
			t.Errorf("%s: %v", name, refusal)
		case refused && (refusal.Code != c.code || refusal.Kind != exchange.Forbidden || len(refusal.Faults) != 1):
			t.Errorf("%s: %+v", name, refusal)
		case refused && (refusal.Faults[0].Path != c.at || refusal.Faults[0].Line == 0 || !strings.Contains(refusal.Faults[0].Message.EN, c.says) || refusal.Faults[0].Message.ZH == ""):
			t.Errorf("%s: %+v", name, refusal.Faults[0])
		}
	}
}

// A document that does not say who issued it is refused with a code of its own.
func TestNoIssuer(t *testing.T) {
	parties, routes := exchangetest.Shipped(t)
	now := &exchange.InForce{Parties: parties, Routes: routes, Checks: exchangetest.Checks(t)}
	s, err := testdata.Find("ata-reexportation-request", "vietnam-claims-harvester")
	if err != nil {
		t.Fatal(err)
	}
	text := string(s.Bytes)
	from, to := strings.Index(text, "<cac:ImportingGuarantorParty>"), strings.Index(text, "</cac:ImportingGuarantorParty>")
	if from < 0 || to < 0 {
		t.Fatal("the sample has no importing guarantor")
	}
	text = text[:from] + "<cac:ImportingGuarantorParty>" + text[to:]
	checked, err := now.Checks.Find(t.Context(), exchange.Document{Bytes: []byte(text), Sender: "window-vn", Received: rulestest.Received})
	if err != nil {
		t.Fatal(err)
	}
	refusal, _ := errors.AsType[*exchange.Error](now.Originates(checked))
	if !checked.Valid() || refusal == nil || refusal.Code != exchange.CodeNoIssuer {
		t.Errorf("%v, %v", checked.Faults(), refusal)
	}
}
