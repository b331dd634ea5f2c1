package timestamps

import (
	"testing"

	"beibu/exchange/projection/projectiontest"
)

func TestFullDisk(t *testing.T) {
	projectiontest.FullDisk(t, projectiontest.Subject{Definition: definition, Record: entries(3000)})
}
