package licence_test

import (
	"testing"

	"beibu/exchange/rules/licence"
	"beibu/exchange/rules/rulestest"
)

var kinds = []string{"import-licence", "export-licence"}

func TestSamples(t *testing.T) { rulestest.Run(t, licence.Rules(), kinds...) }

// BenchmarkCheck judges a licence of two lines and three draws.
func BenchmarkCheck(b *testing.B) {
	rulestest.Benchmark(b, licence.Rules(), "export-licence", "graphite-two-grades")
}
