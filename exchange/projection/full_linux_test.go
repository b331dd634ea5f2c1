package projection_test

import (
	"testing"

	"beibu/exchange/projection/projectiontest"
)

func TestFullDisk(t *testing.T) {
	s := subject(nil)
	s.Record = events(6000, "a")
	projectiontest.FullDisk(t, s)
}
