package schemas

import (
	"testing"

	"github.com/jacoelho/xsd"

	"beibu/schemas/internal/acceptor"
	"beibu/testdata"
)

// The tables of all schemas are made before the first engine, which takes longer.
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
	if err := c.Warm(t.Context()); err != nil || engines != len(c.sets) {
		t.Errorf("%d engines, %v", engines, err)
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
