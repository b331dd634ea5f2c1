package exchange_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/schemas"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// clients is how many senders submit at once.
const clients = 64

// mark is the number in the template of a benchmark.
const mark = "BENCH-0000000000"

// tenKB returns a carnet of about 10 KB, from Beihai for Laem Chabang, as a
// template, and a world in which it has three receivers.
func tenKB(tb testing.TB) ([]byte, *exchangetest.World) {
	tb.Helper()
	s, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		tb.Fatal(err)
	}
	kinds := []string{"ata-carnet"}
	w := exchangetest.NewWorld(tb, []exchange.Party{
		{ID: "beihai", Role: exchange.Customs, Country: "CN", Locodes: []string{"CNBIH"}, Sends: kinds, Receives: kinds},
		{ID: "promotion", Role: exchange.Department, Country: "CN", Receives: kinds},
		{ID: "window-th", Role: exchange.Window, Country: "TH", Receives: kinds},
	}, routes)
	return testdata.Numbered(s.Bytes, "CN/4503/26/00011", mark), w
}

// load has the clients do work until n pieces are done, and reports documents
// a second and the 99th percentile of one piece.
func load(b *testing.B, n int, work func(i int64)) {
	b.Helper()
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	took := make([]time.Duration, 0, n)
	started := time.Now()
	for range min(clients, n) {
		wg.Go(func() {
			mine := make([]time.Duration, 0, n/clients+1)
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				start := time.Now()
				work(i)
				mine = append(mine, time.Since(start))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	b.ReportMetric(float64(n)/time.Since(started).Seconds(), "docs/s")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func numbered(template []byte, i int64) []byte {
	return bytes.ReplaceAll(template, []byte(mark), fmt.Appendf(nil, "BENCH-%010d", i))
}

// BenchmarkFind checks documents: gate, schema, facts and rules.
func BenchmarkFind(b *testing.B) {
	document, w := tenKB(b)
	checks := w.InForce.Checks
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if c, err := checks.Find(b.Context(), from("beihai", document)); err != nil || !c.Valid() {
			b.Fatal(c.Faults(), err)
		}
	}
}

// BenchmarkAccept accepts documents of 10 KB from 64 clients, without HTTP:
// checked, sealed, and durable before the answer. The bound, measured in the
// same run, is what the same clients and processors reach who validate the
// same documents against the schema and do nothing else.
func BenchmarkAccept(b *testing.B) {
	template, w := tenKB(b)
	accept(b, w, template, 0)
	bound := validating(b, template)
	b.ReportAllocs()
	b.ResetTimer()
	load(b, b.N, func(i int64) { accept(b, w, template, i) })
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds()/bound, "%-of-bound")
}

// validating returns how many documents a second the clients validate.
func validating(b *testing.B, template []byte) float64 {
	b.Helper()
	catalog, err := schemas.NewCatalog(schemas.Options{})
	if err != nil {
		b.Fatal(err)
	}
	validate := func(i int64) {
		if report, err := catalog.Validate(b.Context(), numbered(template, i)); err != nil || len(report.Violations) > 0 {
			b.Error(report.Violations, err)
		}
	}
	validate(0) // compiles the schema
	n := min(b.N, 4000)
	started := time.Now()
	load(b, n, validate)
	return float64(n) / time.Since(started).Seconds()
}

// BenchmarkAcceptSigned is BenchmarkAccept with documents that their sender
// signed, by kind of key. Signing them is not counted.
func BenchmarkAcceptSigned(b *testing.B) {
	for _, kind := range []string{"ecdsa-p256", "rsa-2048", "sm2"} {
		b.Run(kind, func(b *testing.B) {
			template, w := tenKB(b)
			key := newKey(b, kind)
			w.Register(b, "beihai", signing.Signer{Certificate: key.Certificate})
			documents := make([][]byte, b.N)
			for i := range documents {
				documents[i] = signed(b, numbered(template, int64(i)), key, c14n.Inclusive)
			}
			accept(b, w, template, -1)
			b.ReportAllocs()
			b.ResetTimer()
			load(b, b.N, func(i int64) {
				got, err := w.Accept(context.Background(), from("beihai", documents[i-1]))
				if err != nil || got.Exchange.Signature.Signer == "" {
					b.Error(got.Exchange.Signature, err)
				}
			})
		})
	}
}

// BenchmarkVerifySender judges the signatures of checked documents, without
// and with one.
func BenchmarkVerifySender(b *testing.B) {
	for _, kind := range []string{"unsigned", "ecdsa-p256", "rsa-2048", "sm2"} {
		b.Run(kind, func(b *testing.B) {
			document, w := tenKB(b)
			if kind != "unsigned" {
				key := newKey(b, kind)
				w.Register(b, "beihai", signing.Signer{Certificate: key.Certificate})
				document = signed(b, document, key, c14n.Inclusive)
			}
			checked, err := w.InForce.Checks.Find(b.Context(), from("beihai", document))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.InForce.Verify(checked); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkValidateAndVerify checks a signed document against its schema and verifies
// its signature (P-256), and does the bound's work in turns: one verification, SHA-256
// over the bytes, and reading them. It reports how much of the bound's speed is
// reached, by the medians.
func BenchmarkValidateAndVerify(b *testing.B) {
	for name, method := range map[string]c14n.Method{"inclusive": c14n.Inclusive, "exclusive": c14n.Exclusive} {
		b.Run(name, func(b *testing.B) {
			document, w := tenKB(b)
			key := newKey(b, "ecdsa-p256")
			document = signed(b, document, key, method)
			terms := signing.Terms{Signers: []signing.Signer{{Certificate: key.Certificate}}, At: rulestest.Received}
			digest := sha256.Sum256(document)
			value, err := ecdsa.SignASN1(rand.Reader, key.Signer.(*ecdsa.PrivateKey), digest[:])
			if err != nil {
				b.Fatal(err)
			}
			var ours, bound []time.Duration
			for b.Loop() {
				start := time.Now()
				report, err := w.InForce.Checks.Schemas().ValidateAt(b.Context(), document, rulestest.Received)
				if err != nil || !report.Valid() {
					b.Fatal(report.Violations, err)
				}
				if _, err := w.InForce.Verifier.VerifyTree(report.Root.Tree(), terms); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				digest := sha256.Sum256(document)
				if bytes.Count(document, []byte{0}) > 0 || !ecdsa.VerifyASN1(key.Signer.Public().(*ecdsa.PublicKey), digest[:], value) {
					b.Fatal("the signature does not hold")
				}
				ours, bound = append(ours, middle.Sub(start)), append(bound, time.Since(middle))
			}
			slices.Sort(ours)
			slices.Sort(bound)
			b.ReportMetric(100*float64(bound[len(bound)/2])/float64(ours[len(ours)/2]), "%-of-bound")
			b.ReportMetric(float64(ours[len(ours)/2].Microseconds()), "median-µs")
		})
	}
}

func accept(b *testing.B, w *exchangetest.World, template []byte, i int64) {
	b.Helper()
	_, err := w.Accept(context.Background(), from("beihai", numbered(template, i)))
	if err != nil {
		b.Error(err)
	}
}
