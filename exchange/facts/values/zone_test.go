package values_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"beibu/exchange/facts/values"
	"beibu/signing/strict"
)

func TestDaysIn(t *testing.T) {
	for _, c := range []struct{ country, at, first, last string }{
		{"CN", "2026-11-29T15:59:59Z", "2026-11-29", "2026-11-29"},
		{"CN", "2026-11-29T16:00:00Z", "2026-11-30", "2026-11-30"},
		{"CN", "2026-11-30T05:09:00+08:00", "2026-11-30", "2026-11-30"},
		{"VN", "2026-11-29T16:59:59Z", "2026-11-29", "2026-11-29"},
		{"VN", "2026-11-29T17:00:00Z", "2026-11-30", "2026-11-30"},
		{"MM", "2026-11-29T17:30:00Z", "2026-11-30", "2026-11-30"},
		{"MM", "2026-11-29T17:29:59Z", "2026-11-29", "2026-11-29"},
		{"ID", "2026-11-29T15:30:00Z", "2026-11-29", "2026-11-30"},
		{"DE", "2026-11-29T10:30:00Z", "2026-11-28", "2026-11-30"},
		{"", "2026-11-29T11:00:00Z", "2026-11-28", "2026-11-30"},
		{"", "2026-11-29T12:00:00Z", "2026-11-29", "2026-11-30"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range []*time.Location{time.UTC, time.FixedZone("", 14*60*60), time.FixedZone("", -12*60*60)} {
			first, last := values.DaysIn(c.country, at.In(place))
			if !first.Equal(day(t, c.first)) || !last.Equal(day(t, c.last)) {
				t.Errorf("%s at %s: %v to %v", c.country, c.at, first, last)
			}
		}
	}
}

func TestDateIn(t *testing.T) {
	for _, c := range []struct{ country, xml, want string }{
		{"VN", `<D>2026-11-05T09:45:00+07:00</D>`, "2026-11-05"},
		{"VN", `<D>2026-11-04T23:00:00Z</D>`, "2026-11-05"},
		{"VN", `<D>2026-11-04T16:59:59Z</D>`, "2026-11-04"},
		{"CN", `<D>2026-11-05T01:00:00+09:00</D>`, "2026-11-05"},
		{"CN", `<D>2026-11-05T00:30:00+09:00</D>`, "2026-11-04"},
		{"CN", `<D format="205">202611041600Z</D>`, "2026-11-05"},
		{"CN", `<D format="304">20261104160000UTC</D>`, "2026-11-05"},
		{"CN", `<D format="304">20261104160000EST</D>`, "2026-11-04"}, // of several zones
		{"CN", `<D format="203">202611041600</D>`, "2026-11-04"},
		{"CN", `<D>2026-11-04Z</D>`, "2026-11-04"}, // a day as it is written
		{"CN", `<D>2026-11-04T16:00:00</D>`, "2026-11-04"},
		{"ID", `<D>2026-11-04T23:00:00Z</D>`, "2026-11-04"}, // of three zones
		{"DE", `<D>2026-11-04T23:00:00Z</D>`, "2026-11-04"},
		{"CN", `<D>22026-11-04T23:00:00Z</D>`, ""},
	} {
		got, ok := values.DateIn(func() string { return c.country }, element(t, c.xml))
		if ok != (c.want != "") || ok && !got.Equal(day(t, c.want)) {
			t.Errorf("%s %s: %v, %v", c.country, c.xml, got, ok)
		}
	}
}

// The usual form of a moment is read by a quicker way, to the same day: with a
// fraction of a second it is not.
func TestMomentsAreReadAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.OneOf(
			rapid.StringMatching(`2026-(02-(2[789]|30)|1[0-3]-[0-3][0-9])T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]`),
			rapid.SampledFrom([]string{"1899-12-31T23:00:00", "2200-01-01T00:30:00", "2026-11-20t09:45:00", "2026-11-20T0:945:00", "2026-11-20T:9:45:00"}),
		).Draw(t, "moment")
		zone := rapid.StringMatching(`|Z|z|[-+ ][01][0-9]:[0-7][0-9]|\+0700|\+07`).Draw(t, "zone")
		read := func(text string) (time.Time, bool) {
			tree, err := strict.Parse([]byte("<D>"+text+"</D>"), strict.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			return values.DateIn(func() string { return "VN" }, tree.Root())
		}
		day, ok := read(seconds + zone)
		same, sameOK := read(seconds + ".0" + zone)
		if ok != sameOK || !day.Equal(same) {
			t.Fatalf("%s%s: %v, %t; with a fraction %v, %t", seconds, zone, day, ok, same, sameOK)
		}
	})
}
