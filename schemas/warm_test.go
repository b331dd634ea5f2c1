package schemas

import (
	"testing"
	"time"

	"github.com/jacoelho/xsd"

	"beibu/schemas/internal/acceptor"
	"beibu/testdata"
)

// The tables of all schemas are made before the first engine, which takes longer, and
// there is a pause after each engine.
func TestWarmMakesTablesFirst(t *testing.T) {
	c, err := NewCatalog(Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables, engines := 0, 0
	for _, s := range c.sets {
		s.acceptor = func() *acceptor.Acceptor { tables++; return nil }
		s.engine = func() (*xsd.Engine, error) {
			if engines++; tables < len(c.sets) {
				t.Errorf("engine of %s made after the tables of %d schemas", s.id, tables)
			}
			return nil, nil
		}
	}
	pauses := 0
	pause := func(time.Duration) {
		if pauses++; pauses != engines {
			t.Errorf("pause %d after engine %d", pauses, engines)
		}
	}
	if err := c.Warm(t.Context(), pause); err != nil || engines != len(c.sets) || pauses != engines {
		t.Errorf("%d engines, %d pauses, %v", engines, pauses, err)
	}
}

// A valid document needs no engine.
func TestValidDocumentWithoutEngine(t *testing.T) {
	c, err := NewCatalog(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.sets {
		s.engine = func() (*xsd.Engine, error) {
			t.Errorf("made the engine of %s", s.id)
			return nil, nil
		}
	}
	sample, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.Validate(t.Context(), sample.Bytes); err != nil || !r.Valid() {
		t.Errorf("%+v, %v", r, err)
	}
}
