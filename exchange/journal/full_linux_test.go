package journal_test

import (
	"testing"

	"beibu/exchange/projection/projectiontest"
)

func TestFullDisk(t *testing.T) {
	projectiontest.FullDisk(t, subject(t, 500))
}
