package rules_test

import (
	"testing"

	"beibu/exchange/rules"
)

func TestReadDate(t *testing.T) {
	const day = "2026-11-20"
	for xml, want := range map[string]struct {
		day     string
		reading rules.Reading
	}{
		`<D format="102">20261120</D>`:                {day, rules.Read},
		`<D format="203">202611200945</D>`:            {day, rules.Read},
		`<D format="204">20261120094559</D>`:          {day, rules.Read},
		`<D format="205">202611200945+0800</D>`:       {day, rules.Read},
		`<D format="205">202611200945Z</D>`:           {day, rules.Read},
		`<D format="208">20261120094559-0330</D>`:     {day, rules.Read},
		`<D format="303">202611200945CST</D>`:         {day, rules.Read},
		`<D format="304">20261120094559Z</D>`:         {day, rules.Read},
		`<D format="304">20261120094559UTC</D>`:       {day, rules.Read},
		`<D format="304">20261120094559+08</D>`:       {day, rules.Read},
		`<D formatCode="304">20261120094559+0800</D>`: {day, rules.Read},
		`<D format=" 102 ">20261120</D>`:              {day, rules.Read},
		`<D>20261120094559+0800</D>`:                  {day, rules.Read},
		`<D>2026-11-20T24:00:00</D>`:                  {day, rules.Read}, // xs:dateTime has this midnight
		`<D>2026-11-20T09:45+0800</D>`:                {day, rules.Read},
		`<D>1900-01-01</D>`:                           {"1900-01-01", rules.Read},
		`<D>2199-12-31Z</D>`:                          {"2199-12-31", rules.Read},
		`<D>1899-12-31</D>`:                           {"", rules.FarOff},
		`<D>2200-01-01</D>`:                           {"", rules.FarOff},
		`<D>22026-10-09</D>`:                          {"", rules.FarOff},
		`<D>-2026-10-09</D>`:                          {"", rules.FarOff},
		`<D>220260000-10-09</D>`:                      {"", rules.FarOff},
		`<D>123456789012345-10-09+08:00</D>`:          {"", rules.FarOff},
		`<D>22024-02-29T09:45:00Z</D>`:                {"", rules.FarOff},
		`<D>9999-12-31</D>`:                           {"", rules.FarOff},
		`<D format="102">00010101</D>`:                {"", rules.FarOff},
		`<D format="203">202611209999</D>`:            {"", rules.Unreadable},
		`<D format="203">20261120</D>`:                {"", rules.Unreadable},
		`<D format="102">202611200945</D>`:            {"", rules.Unreadable},
		`<D format="102">2026-11-20</D>`:              {"", rules.Unreadable},
		`<D format="205">202611200945</D>`:            {"", rules.Unreadable},
		`<D format="205">202611200945+1500</D>`:       {"", rules.Unreadable},
		`<D format="610">20261120</D>`:                {"", rules.Unreadable},
		`<D format="610">202611</D>`:                  {"", rules.Unreadable},
		`<D>2026-11-20T99:99:99+07:00</D>`:            {"", rules.Unreadable},
		`<D>2026-11-20T24:00:01</D>`:                  {"", rules.Unreadable},
		`<D>2026-11-20T09:45:00+15:00</D>`:            {"", rules.Unreadable},
		`<D>20261120Z</D>`:                            {"", rules.Unreadable},
		`<D>２０２６-11-20</D>`:                           {"", rules.Unreadable},
		`<D>22026-02-30</D>`:                          {"", rules.Unreadable},
		`<D>12 November 2026</D>`:                     {"", rules.Unreadable},
		`<D/>`:                                        {"", rules.Unreadable},
		`<D format="yyyy-MM-dd">2026-11-20</D>`:       {day, rules.Read}, // no form of UNCL 2379: read by its shape
	} {
		got, reading := rules.ReadDate(element(t, xml))
		if reading != want.reading || reading == rules.Read && got.Format("2006-01-02") != want.day {
			t.Errorf("%s: %v, %d", xml, got, reading)
		}
	}
}

func TestDateText(t *testing.T) {
	for xml, want := range map[string]string{
		`<D>2026-11-20</D>`:            "2026-11-20",
		`<D format="610">20261105</D>`: "20261105 [format 610]",
		`<D formatCode=" 203 ">99</D>`: "99 [format 203]",
		`<D format="">soon</D>`:        "soon",
	} {
		if got := rules.DateText(element(t, xml)); got != want {
			t.Errorf("%s: %s, want %s", xml, got, want)
		}
	}
}
