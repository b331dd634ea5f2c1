package schemas_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"beibu/schemas"
	"beibu/testdata"
)

// TestGoodSamplesAreAcceptedAtOnce: the engine is for what is unusual, and for faults.
func TestGoodSamplesAreAcceptedAtOnce(t *testing.T) {
	c := newCatalog(t)
	for _, s := range samples(t) {
		if !s.Good || len(validate(t, c, s.Bytes).Warnings) > 0 {
			continue
		}
		if sure, faults, err := c.Sure(t.Context(), s.Bytes); err != nil || !sure || faults > 0 {
			t.Errorf("%s/good/%s: sure %t, %d faults, %v", s.Kind, s.Name, sure, faults, err)
		}
	}
}

// TestAcceptedDocumentsAreValid holds what is accepted at once against the engine, on
// samples and on mutants of them. The documents are the same in every run.
func TestAcceptedDocumentsAreValid(t *testing.T) {
	c := newCatalog(t)
	for _, s := range samples(t) {
		agrees(t, c, s.Kind+"/"+s.Name, s.Bytes)
	}
	count := 210_000
	if !testdata.Long() {
		count /= 20
	}
	families := []makers{newMakers(t), makersOf(t, spsFolder, unece), makersOf(t, "files/trade-licence/1", "urn:beibu:schema:trade-licence:1")}
	var sure, valid atomic.Int64
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wg.Go(func() {
			for i := worker; i < count; i += workers {
				doc := families[i%len(families)].mutant(uint64(2_000_000 + i))
				if agrees(t, c, "mutant", doc) {
					sure.Add(1)
				}
				if validate(t, c, doc).Valid() {
					valid.Add(1)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d mutants, %d of them valid, %d accepted at once", count, valid.Load(), sure.Load())
	if n := sure.Load(); n < int64(count)/10 || n < valid.Load()/2 {
		t.Errorf("only %d of %d mutants, of which %d are valid, are accepted at once: the test sees too little", n, count, valid.Load())
	}
}

// agrees reports whether a document is accepted at once. The engine must find no fault
// in it then.
func agrees(tb testing.TB, c *schemas.Catalog, name string, doc []byte) bool {
	tb.Helper()
	sure, faults, err := c.Sure(tb.Context(), doc)
	if err != nil || faults > 0 {
		tb.Errorf("%s: accepted at once, and the engine finds %d faults, %v:\n%s", name, faults, err, doc)
	}
	return sure
}

// FuzzAccepts keeps looking for a document that is accepted at once and that the
// engine refuses.
func FuzzAccepts(f *testing.F) {
	c := newCatalog(f)
	for _, s := range samples(f) {
		f.Add(s.Bytes)
	}
	f.Fuzz(func(t *testing.T, doc []byte) { agrees(t, c, "fuzz", doc) })
}
