package schemas_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/schemas"
)

// benchCarnet is a valid carnet of about 10 KB.
func benchCarnet() []byte {
	item := `<cac:GoodsItem>
      <cbc:ID>%d</cbc:ID>
      <cbc:Description languageID="zh">展台灯箱，铝合金框架</cbc:Description>
      <cbc:ValueAmount currencyID="CNY">1280.00</cbc:ValueAmount>
      <cbc:Quantity unitCode="H87">2</cbc:Quantity>
      <cac:OriginAddress><cac:Country><cbc:IdentificationCode>CN</cbc:IdentificationCode></cac:Country></cac:OriginAddress>
    </cac:GoodsItem>
    `
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + carnet("<cbc:ID>CN/4502/25/00098</cbc:ID>\n<cac:HolderParty/>\n"+
		"<cac:Shipment><cbc:ID>1</cbc:ID>"+numbered(item, 22)+"</cac:Shipment>\n"+strings.SplitN(rest, "\n", 3)[2]))
}

// BenchmarkValidate judges one valid carnet of 10 KB after another.
func BenchmarkValidate(b *testing.B) {
	c, doc := newCatalog(b), benchCarnet()
	if r := validate(b, c, doc); !r.Valid() {
		b.Fatalf("%+v", r.Violations)
	}
	var times []time.Duration
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if r, err := c.Validate(b.Context(), doc); err != nil || !r.Valid() {
			b.Fatal(r, err)
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkRefuse judges a carnet of 10 KB that lacks its last element, and
// explains that.
func BenchmarkRefuse(b *testing.B) {
	c := newCatalog(b)
	doc := []byte(strings.ReplaceAll(string(benchCarnet()), strings.SplitN(rest, "\n", 3)[2], ""))
	if r := validate(b, c, doc); r.Valid() {
		b.Fatal("valid")
	}
	b.ReportAllocs()
	for b.Loop() {
		validate(b, c, doc)
	}
}

// BenchmarkHostile judges 1 MB of what costs most to explain: as many faults
// as elements, all of them siblings.
func BenchmarkHostile(b *testing.B) {
	c := newCatalog(b)
	doc := []byte(carnet("<cbc:ID>1</cbc:ID>" + repeat("<cbc:Note/>", 80_000) + repeat("<Z/>", 20_000)))
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		validate(b, c, doc)
	}
}

// BenchmarkCompile measures from nothing to the first verdict on a carnet.
func BenchmarkCompile(b *testing.B) {
	doc := benchCarnet()
	b.ReportAllocs()
	for b.Loop() {
		c, err := schemas.NewCatalog(schemas.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if r := validate(b, c, doc); !r.Valid() {
			b.Fatalf("%+v", r.Violations)
		}
	}
}
