package schemas_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beibu/schemas"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// TestGoodSamplesAreAcceptedAtOnce: the engine is for what is unusual, and for faults.
func TestGoodSamplesAreAcceptedAtOnce(t *testing.T) {
	c := newCatalog(t)
	for _, s := range samples(t) {
		if !s.Good || len(validate(t, c, s.Bytes).Warnings) > 0 {
			continue
		}
		if sure, _ := agree(t, c, s.Kind+"/good/"+s.Name, s.Bytes); !sure {
			t.Errorf("%s/good/%s is not accepted at once", s.Kind, s.Name)
		}
	}
}

// TestSignedSamplesAreAcceptedAtOnce: a signature is nothing unusual.
func TestSignedSamplesAreAcceptedAtOnce(t *testing.T) {
	c, signed := newCatalog(t), 0
	text, err := signing.NewKeyPEM("ecdsa-p256", "Qinzhou Port Customs", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples(t) {
		if !s.Good || len(validate(t, c, s.Bytes).Warnings) > 0 {
			continue
		}
		for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
			doc, err := signing.SignDocument(s.Bytes, key, method)
			if err != nil {
				continue // it has a comment
			}
			sure, valid := agree(t, c, s.Kind+"/good/"+s.Name, doc)
			if valid {
				signed++
			}
			if valid && !sure {
				t.Errorf("%s/good/%s, signed: not accepted at once", s.Kind, s.Name)
			}
		}
	}
	if signed < 50 {
		t.Errorf("only %d signed samples", signed)
	}
}

// TestOfficialSchemasAcceptAtOnce: the tables are made of a pack as of a profile.
func TestOfficialSchemasAcceptAtOnce(t *testing.T) {
	c := newCatalog(t, officialPack(t))
	for _, s := range samples(t) {
		if !s.Good || !strings.HasPrefix(validate(t, c, s.Bytes).Type.Namespace, ubl) {
			continue
		}
		if sure, _ := agree(t, c, s.Kind+"/good/"+s.Name, s.Bytes); !sure {
			t.Errorf("%s/good/%s is not accepted at once", s.Kind, s.Name)
		}
	}
}

// TestAcceptedDocumentsAreValid holds what is accepted at once against the engine, on
// samples and on mutants of them. The documents are the same in every run.
func TestAcceptedDocumentsAreValid(t *testing.T) {
	c := newCatalog(t)
	for _, s := range samples(t) {
		agree(t, c, s.Kind+"/"+s.Name, s.Bytes)
	}
	count := 210_000
	if !testdata.Long() {
		count /= 40
	}
	families := []makers{newMakers(t), makersOf(t, spsFolder, unece), makersOf(t, "files/trade-licence/1", "urn:beibu:schema:trade-licence:1")}
	var accepted, valid atomic.Int64
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wg.Go(func() {
			for i := worker; i < count; i += workers {
				sure, good := agree(t, c, "mutant", families[i%len(families)].mutant(uint64(2_000_000+i)))
				if sure {
					accepted.Add(1)
				}
				if good {
					valid.Add(1)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d mutants, %d of them valid, %d accepted at once", count, valid.Load(), accepted.Load())
	if n := accepted.Load(); n < int64(count)/10 || n < valid.Load()/2 {
		t.Errorf("only %d of %d mutants, of which %d are valid, are accepted at once: the test sees too little", n, count, valid.Load())
	}
}

// agree reports whether a document is accepted at once, and whether the engine finds it
// valid, as it must then.
func agree(tb testing.TB, c *schemas.Catalog, name string, doc []byte) (sure, valid bool) {
	tb.Helper()
	sure, valid, err := c.Verdicts(tb.Context(), doc)
	if err != nil || sure && !valid {
		tb.Errorf("%s: accepted at once: %t, valid: %t, %v:\n%s", name, sure, valid, err, doc)
	}
	return sure, valid
}

// FuzzAccepts keeps looking for a document that is accepted at once and that the
// engine refuses.
func FuzzAccepts(f *testing.F) {
	c := newCatalog(f)
	for _, s := range samples(f) {
		f.Add(s.Bytes)
	}
	f.Fuzz(func(t *testing.T, doc []byte) { agree(t, c, "fuzz", doc) })
}
