package health

import (
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// premisesRules are about the premises for which a permit is granted.
var premisesRules = []rules.Rule{
	{
		Code: "HLT-06", Kinds: permitOnly(), Severity: rules.Reject,
		Source: measures + ": a permit is for named premises",
		From:   law.Decree182(),
		EN:     "the premises are not given with their city and their port (UN/LOCODE)",
		ZH:     "未注明经营场所所在城市及口岸（UN/LOCODE）",
		Reads:  []rules.Input{premises, premisesCity, premisesPort},
		Check:  checkPremisesStated,
	},
	{
		Code: "HLT-07", Kinds: permitOnly(), Severity: rules.Reject,
		Source: "Frontier Health and Quarantine Law of China: premises at its frontier ports",
		From:   law.FrontierHealthLaw(),
		EN:     "{0} is not a frontier port of China",
		ZH:     "{0}不是中国国境口岸",
		Reads:  []rules.Input{premisesPort},
		Check:  checkChinesePort,
	},
	{
		Code: "HLT-07B", Kinds: permitOnly(), Severity: rules.Warn,
		Source: "UN/LOCODE; administrative divisions of Guangxi",
		EN:     "the premises are in {0}; the port {1} is in {2}",
		ZH:     "经营场所位于{0}；口岸{1}位于{2}",
		Reads:  []rules.Input{premisesCity, premisesPort},
		Check:  checkPortCity,
	},
}

func checkPremisesStated(d *rules.Document, report rules.Report) {
	at := d.First(premises)
	if d.FirstIn(at, premisesCity).Is("") || d.FirstIn(at, premisesPort).Is("") {
		report(orRoot(d, at))
	}
}

func checkChinesePort(d *rules.Document, report rules.Report) {
	at := d.First(premisesPort)
	code := at.Text()
	if code == "" {
		return
	}
	if place, known := codes.Location(code); !known || place.Country != "CN" {
		report(at, code)
	}
}

// checkPortCity knows the cities of the ports of Guangxi alone, and leaves out
// other ports.
func checkPortCity(d *rules.Document, report rules.Report) {
	at, port := d.First(premisesCity), d.First(premisesPort).Text()
	cities := citiesOf(port)
	if at.Text() == "" || len(cities) == 0 {
		return
	}
	for _, city := range cities {
		if strings.Contains(strings.ToLower(at.Text()), strings.ToLower(city)) {
			return
		}
	}
	report(at, at.Text(), port, strings.Join(cities, ", "))
}

// citiesOf returns the names of the city of a port of Guangxi, in Latin letters
// and in Chinese: of the prefecture, and of the county-level city if the port is
// in one. It returns nil for other ports.
func citiesOf(port string) []string {
	switch port {
	case "CNQZH", "CNSAJ":
		return []string{"Qinzhou", "钦州"}
	case "CNBHY", "CNBIH", "CNBHT", "CNSTB":
		return []string{"Beihai", "北海"}
	case "CNFAN", "CNQSA", "CNJIS", "CNTZH":
		return []string{"Fangcheng", "防城"}
	case "CNDOX":
		return []string{"Dongxing", "东兴", "Fangcheng", "防城"}
	case "CNNIN", "CNNIG", "CNNNG":
		return []string{"Nanning", "南宁"}
	case "CNPIN", "CNYYG":
		return []string{"Pingxiang", "凭祥", "Chongzuo", "崇左"}
	case "CNAID", "CNSKO", "CNSHL", "CNCGZ":
		return []string{"Chongzuo", "崇左"}
	case "CNLGB", "CNPGM":
		return []string{"Baise", "百色", "Jingxi", "靖西"}
	case "CNWUZ":
		return []string{"Wuzhou", "梧州"}
	case "CNGUG":
		return []string{"Guigang", "贵港"}
	case "CNLZH":
		return []string{"Liuzhou", "柳州"}
	case "CNKWL":
		return []string{"Guilin", "桂林"}
	}
	return nil
}

// The paths of the premises.
var (
	premises     = rules.NewPath("ApplicableTerritoryAddress")
	premisesCity = premises.To("CityName")
	premisesPort = premises.To("ID")
)
