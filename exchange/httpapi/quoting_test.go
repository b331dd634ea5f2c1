package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"testing"

	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/testdata"
)

// quoted returns a carnet, as gzip, of which a rule quotes the number, which is
// 300 kB long and all of one digit, for each of 600 counterfoils that are another
// carnet's.
func quoted(tb testing.TB, digit string) string {
	tb.Helper()
	s, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	if err != nil {
		tb.Fatal(err)
	}
	const counterfoil = "<cac:GoodsItemPassportCounterfoil>"
	head, rest, _ := bytes.Cut(s.Bytes, []byte(counterfoil))
	tail := rest[bytes.LastIndex(rest, []byte("</cac:GoodsItemPassportCounterfoil>")):]
	_, tail, _ = bytes.Cut(tail, []byte(">"))
	before, number, _ := bytes.Cut(head, []byte("<cbc:ID>"))
	_, after, _ := bytes.Cut(number, []byte("<"))
	var document bytes.Buffer
	document.Write(before)
	document.WriteString("<cbc:ID>" + strings.Repeat(digit, 300_000/len(digit)) + "<")
	document.Write(after)
	document.WriteString(strings.Repeat(counterfoil+"<cbc:ID>1</cbc:ID><cbc:GoodsItemPassportID>2</cbc:GoodsItemPassportID></cac:GoodsItemPassportCounterfoil>", 600))
	document.Write(bytes.TrimRight(tail, "\n"))
	document.WriteString("<!--") // so that it does not unpack to more than a hundred times its size
	for seed, n := sha256.Sum256(nil), 0; n < 70; seed, n = sha256.Sum256(seed[:]), n+1 {
		document.WriteString(hex.EncodeToString(seed[:]))
	}
	document.WriteString("-->")
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := z.Write(document.Bytes()); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return packed.String()
}

// newRuledWorld is newWorld with the rules of the exchange.
func newRuledWorld(tb testing.TB, limits httpapi.Limits) *world {
	tb.Helper()
	w := newWorld(tb, limits)
	catalog, err := builtIn()
	if err != nil {
		tb.Fatal(err)
	}
	set, err := rules.NewSet(all.Rules())
	if err != nil {
		tb.Fatal(err)
	}
	w.change(func(now *exchange.InForce) { now.Checks = exchange.NewChecks(catalog, set) })
	return w
}

// Five kilobytes that break a rule 600 times, with a value as long as can be
// packed into them, are answered with what a person can read, and with how much
// was left out. Six at once take no more memory than one.
func TestQuotedValuesAreClipped(t *testing.T) {
	w := newRuledWorld(t, httpapi.Limits{})
	for _, c := range []struct{ path, digit string }{
		{"/v1/checks", "1"},
		{"/v1/documents", "1"},
		{"/v1/checks", "&lt;"},
		{"/v1/documents", "&lt;"}, // six bytes of JSON each
	} {
		ask := request{path: c.path, as: port, body: quoted(t, c.digit), header: map[string]string{"Content-Encoding": "gzip", "Content-Type": "application/xml"}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() { w.holdQuoting(ask) })
		}
		wait.Wait()
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 300<<20 {
			t.Errorf("%s, %s: %d MB were allocated for six", c.path, c.digit, took>>20)
		}
	}
}

// holdQuoting asks, and holds that the answer shows what was found.
func (w *world) holdQuoting(ask request) {
	w.t.Helper()
	a := w.do(ask)
	var found struct {
		Faults        []exchange.Fault
		FaultsOmitted int
	}
	if err := json.Unmarshal(a.body, &found); err != nil {
		w.t.Error(err)
	}
	quotes := 0
	for _, f := range found.Faults {
		if strings.Contains(f.Message.EN, "…") && strings.Contains(f.Message.ZH, "…") {
			quotes++
		}
	}
	if len(a.body) > 1<<20 || quotes < 300 || len(found.Faults)+found.FaultsOmitted < 600 {
		w.t.Errorf("%s: %d bytes with %d quotes in %d faults, and %d left out", ask.path, len(a.body), quotes, len(found.Faults), found.FaultsOmitted)
	}
}
