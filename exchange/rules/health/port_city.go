package health

import (
	"strings"

	"beibu/exchange/rules"
)

// portCity is HLT-07B. Ports of other regions are not judged.
func portCity() rules.Rule {
	return rules.Rule{
		Code: "HLT-07B", Kinds: permits(), Severity: rules.Warn,
		Source: "UN/LOCODE; administrative divisions of Guangxi",
		EN:     "the premises are in {0}; the port {1} is in {2}",
		ZH:     "经营场所位于{0}；口岸{1}位于{2}",
		Check: func(d *rules.Document, report rules.Report) {
			address := d.Root.Find("ApplicableTerritoryAddress")
			at, port := address.Find("CityName"), address.Find("ID").Text()
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
		},
	}
}

// citiesOf returns the names by which the city of a port of Guangxi is called:
// the prefecture, and the county-level city where it is one.
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
