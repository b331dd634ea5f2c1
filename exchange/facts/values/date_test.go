package values_test

import (
	"fmt"
	"testing"
	"time"

	"beibu/exchange/facts/values"
)

func TestReadDate(t *testing.T) {
	const day = "2026-11-20"
	for xml, want := range map[string]struct {
		day     string
		reading values.Reading
	}{
		`<D format="102">20261120</D>`:                {day, values.Read},
		`<D format="203">202611200945</D>`:            {day, values.Read},
		`<D format="204">20261120094559</D>`:          {day, values.Read},
		`<D format="205">202611200945+0800</D>`:       {day, values.Read},
		`<D format="205">202611200945Z</D>`:           {day, values.Read},
		`<D format="208">20261120094559-0330</D>`:     {day, values.Read},
		`<D format="303">202611200945CST</D>`:         {day, values.Read},
		`<D format="304">20261120094559Z</D>`:         {day, values.Read},
		`<D format="304">20261120094559UTC</D>`:       {day, values.Read},
		`<D format="304">20261120094559+08</D>`:       {day, values.Read},
		`<D formatCode="304">20261120094559+0800</D>`: {day, values.Read},
		`<D format=" 102 ">20261120</D>`:              {day, values.Read},
		`<D>20261120094559+0800</D>`:                  {day, values.Read},
		`<D>2026-11-20T24:00:00</D>`:                  {day, values.Read}, // xs:dateTime has this midnight
		`<D>2026-11-20T09:45+0800</D>`:                {day, values.Read},
		`<D>1900-01-01</D>`:                           {"1900-01-01", values.Read},
		`<D>2199-12-31Z</D>`:                          {"2199-12-31", values.Read},
		`<D>1899-12-31</D>`:                           {"", values.FarOff},
		`<D>2200-01-01</D>`:                           {"", values.FarOff},
		`<D>22026-10-09</D>`:                          {"", values.FarOff},
		`<D>-2026-10-09</D>`:                          {"", values.FarOff},
		`<D>220260000-10-09</D>`:                      {"", values.FarOff},
		`<D>123456789012345-10-09+08:00</D>`:          {"", values.FarOff},
		`<D>22024-02-29T09:45:00Z</D>`:                {"", values.FarOff},
		`<D>9999-12-31</D>`:                           {"", values.FarOff},
		`<D format="102">00010101</D>`:                {"", values.FarOff},
		`<D format="203">202611209999</D>`:            {"", values.Unreadable},
		`<D format="203">20261120</D>`:                {"", values.Unreadable},
		`<D format="102">202611200945</D>`:            {"", values.Unreadable},
		`<D format="102">2026-11-20</D>`:              {"", values.Unreadable},
		`<D format="205">202611200945</D>`:            {"", values.Unreadable},
		`<D format="205">202611200945+1500</D>`:       {"", values.Unreadable},
		`<D format="610">20261120</D>`:                {"", values.Unreadable},
		`<D format="610">202611</D>`:                  {"", values.Unreadable},
		`<D>2026-11-20T99:99:99+07:00</D>`:            {"", values.Unreadable},
		`<D>2026-11-20T24:00:01</D>`:                  {"", values.Unreadable},
		`<D>2026-11-20T09:45:00+15:00</D>`:            {"", values.Unreadable},
		`<D>20261120Z</D>`:                            {"", values.Unreadable},
		`<D>２０２６-11-20</D>`:                           {"", values.Unreadable},
		`<D>22026-02-30</D>`:                          {"", values.Unreadable},
		`<D>12 November 2026</D>`:                     {"", values.Unreadable},
		`<D/>`:                                        {"", values.Unreadable},
		`<D format="yyyy-MM-dd">2026-11-20</D>`:       {day, values.Read}, // no form of UNCL 2379: read by its shape
	} {
		got, reading := values.ReadDate(element(t, xml))
		if reading != want.reading || reading == values.Read && got.Format("2006-01-02") != want.day {
			t.Errorf("%s: %v, %d", xml, got, reading)
		}
	}
}

// A day alone is read as the library reads it.
func TestPlainDay(t *testing.T) {
	same := func(text string) {
		t.Helper()
		want, err := time.Parse(time.DateOnly, text)
		if got, ok := values.DateOf(text); ok != (err == nil) || ok && !got.Equal(want) {
			t.Errorf("%s is read as %s, %t; want %s, %v", text, got, ok, want, err)
		}
	}
	for year := 1999; year < 2005; year++ {
		for month := range 14 {
			for day := range 33 {
				same(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
	const good = "2026-11-30"
	for i := range good {
		for _, b := range []byte("0123456789-/:; +TZ\x00\xff") {
			text := []byte(good)
			text[i] = b
			if at, err := time.Parse(time.DateOnly, string(text)); err == nil && (at.Year() < values.FirstYear || at.Year() > values.LastYear) {
				continue
			}
			same(string(text))
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
		if got := values.DateText(element(t, xml)); got != want {
			t.Errorf("%s: %s, want %s", xml, got, want)
		}
	}
}
