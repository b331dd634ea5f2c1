package config

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// receivers runs a sample through the checks and the built-in map.
func receivers(t *testing.T, l *Loaded, checks *exchange.Checks, s testdata.Sample) ([]string, error) {
	t.Helper()
	checked, err := checks.Find(t.Context(), exchange.Document{Bytes: s.Bytes, Sender: "qinzhou-customs", Received: rulestest.Received})
	if err != nil {
		t.Fatal(err)
	}
	to, err := l.Routes.To("qinzhou-customs", checked.Kind(), checked.Facts(), nil)
	return to.Receivers, err
}

// Every good sample has receivers.
func TestEverySampleHasReceivers(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	checks := exchangetest.Checks(t)
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		name := s.Kind + "/" + s.Name
		if !s.Good {
			continue
		}
		got, err := receivers(t, l, checks, s)
		if err != nil {
			t.Errorf("%s: to %v, %v", name, got, err)
		}
	}
}

func TestTheMapReachesWhoMustHaveIt(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	checks := exchangetest.Checks(t)
	for name, want := range map[string]string{
		"ata-carnet/expo-machinery-qinzhou-haiphong":           "gx-trade-promotion qinzhou-customs window-vn",
		"ata-carnet/pearls-beihai-laem-chabang":                "gx-trade-promotion beihai-customs window-th",
		"ata-carnet/brocade-out-and-back-fangchenggang":        "gx-trade-promotion fangchenggang-customs window-vn",
		"ata-reexportation-request/vietnam-claims-harvester":   "gx-trade-promotion gx-customs window-cn window-vn",
		"ata-transaction/machinery-exported-qinzhou":           "window-vn qinzhou-customs gx-trade-promotion gx-customs",
		"ata-transaction/machinery-prepared-for-hai-phong":     "window-vn gx-trade-promotion gx-customs",
		"ata-transaction/machinery-cancelled-hai-phong":        "window-vn", // it has a reason
		"ata-transaction/tablet-rejected-hai-phong":            "window-vn", // it has a reason
		"ata-transaction/tablet-rejected-hai-phong-for-abroad": "window-vn gx-trade-promotion gx-customs",
		"ata-transaction/silk-stay-extended-nanning":           "window-cn nanning-customs gx-trade-promotion gx-customs window-th",
		"ata-transaction/robots-transit-departs-hai-phong":     "window-vn window-sg",
		"health-permit/catering-qinzhou":                       "gx-customs gx-market-supervision qinzhou-customs",
		"health-permit/drinking-water-tieshan":                 "gx-customs gx-market-supervision beihai-customs",
		"health-permit/ship-chandler-fangchenggang":            "gx-customs gx-market-supervision fangchenggang-customs",
		"health-certificate/squid-port-klang":                  "gx-market-supervision gx-customs window-my gx-ocean",
		"health-certificate/birds-nest-qinzhou":                "gx-market-supervision gx-customs qinzhou-customs gx-agriculture",
		"sps-certificate/durian-youyiguan":                     "gx-customs gx-agriculture youyiguan-customs window-vn",
		"sps-acknowledgement/durian-accepted-youyiguan":        "",
		"sps-certificate/shrimp-qinzhou":                       "gx-customs gx-agriculture qinzhou-customs window-vn gx-ocean",
		"export-licence/acetone-viet-nam":                      "gx-commerce pingxiang-customs window-vn",
		"import-licence/natural-rubber-automatic":              "gx-commerce dongxing-customs window-cn",
		"import-declaration/durian-youyiguan":                  "gx-customs youyiguan-customs window-cn window-th",
		"import-declaration/dried-cassava-fangchenggang":       "gx-customs fangchenggang-customs window-cn window-th",
		"export-declaration/graphite-dongxing":                 "gx-customs dongxing-customs window-cn window-vn",
		"transit-declaration/garments-pingxiang-rail":          "gx-customs window-cn window-vn",
		"certificate-of-origin/tiles-hai-phong":                "gx-trade-promotion window-vn",
		"response/origin-accepted-hanoi":                       "gx-trade-promotion",
	} {
		kind, sample, _ := strings.Cut(name, "/")
		s, err := testdata.Find(kind, sample)
		if err != nil {
			t.Fatal(err)
		}
		got, err := receivers(t, l, checks, s)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: to %v (%v), want %s", name, got, err, want)
		}
	}
}

// Each of the fourteen units is sent the documents of the business that the
// platform lists for it.
func TestEveryUnitIsSentItsBusiness(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	in := facts.Facts{ExportCountry: "VN", ImportCountry: "CN", ExportPort: "CNQZH", ImportPort: "CNQZH"}
	out := facts.Facts{ExportCountry: "CN", ImportCountry: "VN", ExportPort: "CNQZH", ImportPort: "CNQZH"}
	of := func(f facts.Facts, hs string) facts.Facts { f.HS = []string{hs}; return f }
	by := func(f facts.Facts, unit string) facts.Facts { f.Issuer = unit; return f }
	for _, c := range []struct {
		unit, business, kind string
		facts                facts.Facts
	}{
		{"gx-development-reform", "foreign investment projects", "import-licence", by(in, "广西壮族自治区发展和改革委员会")},
		{"gx-industry", "key parts of major technical equipment", "import-licence", of(in, "8431390000")},
		{"gx-industry", "key parts of major technical equipment", "import-declaration", of(in, "8411990000")},
		{"gx-science", "human genetic resources", "export-licence", of(out, "3002120000")},
		{"gx-agriculture", "grass seeds, import", "import-licence", of(in, "1209299000")},
		{"gx-agriculture", "grass seeds, export", "export-licence", of(out, "1209299000")},
		{"gx-forestry", "forest seed, import", "import-licence", of(in, "1209991000")},
		{"gx-forestry", "forest seed, export", "export-licence", of(out, "1209991000")},
		{"gx-commerce", "precursor chemicals", "export-licence", of(out, "2914110000")},
		{"gx-commerce", "graphite", "export-licence", of(out, "2504101000")},
		{"gx-culture-tourism", "fine arts, import", "import-licence", of(in, "9701910000")},
		{"gx-culture-tourism", "fine arts, export", "export-licence", of(out, "9703100000")},
		{"gx-ocean", "aquatic wildlife", "export-licence", of(out, "0301999900")},
		{"gx-ocean", "products of aquatic wildlife", "import-licence", of(in, "0508001000")},
		{"gx-market-supervision", "premises of enterprises", "health-permit", out},
		{"gx-customs", "health permits at frontier ports", "health-permit", out},
		{"gx-banking", "offices of foreign banks", "import-licence", by(in, "国家金融监督管理总局广西监管局")},
		{"gx-communications", "telecom business", "import-licence", of(in, "8517620000")},
		{"gx-trade-promotion", "ATA carnets", "ata-carnet", out},
		{"gx-press", "imported publications", "import-licence", of(in, "4901990000")},
	} {
		got, err := l.Routes.To("qinzhou-customs", c.kind, c.facts, nil)
		if !slices.Contains(got.Receivers, c.unit) {
			t.Errorf("%s (%s): %s is sent to %v (%v)", c.unit, c.business, c.kind, got, err)
		}
		other := c.facts
		other.HS, other.Issuer = []string{"7202"}, "somebody else"
		if got, _ := l.Routes.To("qinzhou-customs", c.kind, other, nil); len(c.facts.HS)+len(c.facts.Issuer) > 0 &&
			c.unit != "gx-commerce" && slices.Contains(got.Receivers, c.unit) {
			t.Errorf("%s is sent every %s, whatever the goods", c.unit, c.kind)
		}
	}
}

// What a party may be sent, some route sends it. Answers go to the senders of what they
// answer.
func TestEveryKindThatAPartyReceivesHasARoute(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	sent := make(map[string]bool)
	for kind, facts := range journeys(l) {
		to, _ := l.Routes.To("qinzhou-customs", kind, facts, nil)
		for _, party := range to.Receivers {
			sent[party+" "+kind] = true
		}
	}
	for _, party := range l.Parties.All() {
		for _, kind := range party.Receives {
			if !l.Routes.GoBack(kind) && !sent[party.ID+" "+kind] {
				t.Errorf("%s may be sent %s, and no route does", party.ID, kind)
			}
		}
	}
}

// Who may send what is answered by documents of a kind of its own may receive those, and who
// receives it may send them.
func TestAcknowledgementsGoBack(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, party := range l.Parties.All() {
		if party.MaySend("sps-certificate") && !party.MayReceive("sps-acknowledgement") {
			t.Errorf("%s may send certificates and not receive what is answered", party.ID)
		}
		if party.MayReceive("sps-certificate") && !party.MaySend("sps-acknowledgement") {
			t.Errorf("%s may receive certificates and not answer them", party.ID)
		}
	}
	if !l.Routes.Answers("sps-acknowledgement") || !l.Routes.GoBack("response") || l.Routes.GoBack("sps-certificate") {
		t.Error("answers do not go back, or certificates do")
	}
}

// journeys yields facts that fit each route in turn, between any two of the
// countries and by way of any of the ports.
func journeys(l *Loaded) iter.Seq2[string, facts.Facts] {
	var countries, ports []string
	for _, p := range l.Parties.All() {
		ports = append(ports, p.Locodes...)
		if p.Role == exchange.Window {
			countries = append(countries, p.Country)
		}
	}
	return func(yield func(string, facts.Facts) bool) {
		for _, route := range l.Routes.Table() {
			f := facts.Facts{HS: route.When.HS}
			if len(route.When.Issuers) > 0 {
				issuer, _ := l.Parties.Get(route.When.Issuers[0])
				f.Issuer = issuer.Name.ZH
			}
			for _, f.ExportCountry = range countries {
				for _, f.ImportCountry = range countries {
					for _, port := range ports {
						f.ExportPort, f.ImportPort, f.TransitPort = port, port, port
						for _, kind := range route.Kinds {
							if !yield(kind, f) {
								return
							}
						}
					}
				}
			}
		}
	}
}
