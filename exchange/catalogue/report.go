package catalogue

import (
	"strconv"
	"strings"

	"beibu/exchange"
)

// A Report is the table of a catalogue with its totals and proportions.
type Report struct {
	*Catalogue

	Once        int          `json:"once"`        // items of class Once of all units
	NoVisit     int          `json:"noVisit"`     // items of class NoVisit of all units
	Neither     int          `json:"neither"`     // items of the platform that are in neither class
	Electronic  int          `json:"electronic"`  // items with a name of which all documents have a kind
	Named       int          `json:"named"`       // items with a name
	Proportions []Proportion `json:"proportions"` // in the order of the table
}

// A Proportion is a part of a whole.
type Proportion struct {
	Name    exchange.Text `json:"name"`
	Part    int           `json:"part"`
	Whole   int           `json:"whole"`
	Percent string        `json:"percent,omitempty"` // to two places, half up, without zeros at the end; absent if the whole is 0
}

// Report returns the table of the catalogue.
func (c *Catalogue) Report() Report {
	once, noVisit := c.totals()
	p := c.Platform
	r := Report{Catalogue: c, Once: once, NoVisit: noVisit, Neither: p.Items - p.Once - p.NoVisit}
	for _, u := range c.Units {
		for _, item := range u.Items {
			r.Named++
			if item.Electronic() {
				r.Electronic++
			}
		}
	}
	r.Proportions = []Proportion{
		proportion("“only need to come once”: these units, of the platform's items of the class", "“最多跑一次”事项：上述单位占平台同类事项", once, p.Once),
		proportion("“do not need to come”: these units, of the platform's items of the class", "“一次不用跑”事项：上述单位占平台同类事项", noVisit, p.NoVisit),
		proportion("“only need to come once”: the platform, of all its items", "“最多跑一次”事项：平台占其全部事项", p.Once, p.Items),
		proportion("“do not need to come”: the platform, of all its items", "“一次不用跑”事项：平台占其全部事项", p.NoVisit, p.Items),
		proportion("“only need to come once”: these units, of all items of the platform", "“最多跑一次”事项：上述单位占平台全部事项", once, p.Items),
		proportion("“do not need to come”: these units, of all items of the platform", "“一次不用跑”事项：上述单位占平台全部事项", noVisit, p.Items),
	}
	return r
}

func proportion(en, zh string, part, whole int) Proportion {
	return Proportion{Name: exchange.Text{EN: en, ZH: zh}, Part: part, Whole: whole, Percent: percent(part, whole)}
}

// percent returns a part of a whole in percent, or "" if there is no whole.
func percent(part, whole int) string {
	if whole == 0 {
		return ""
	}
	hundredths := (part*20_000 + whole) / (2 * whole)
	text := strconv.Itoa(hundredths/100) + "." + strconv.Itoa(100 + hundredths%100)[1:]
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
