package declaration_test

import (
	"testing"

	"beibu/exchange/rules/declaration"
	"beibu/exchange/rules/rulestest"
)

var kinds = []string{"import-declaration", "export-declaration", "transit-declaration"}

func TestSamples(t *testing.T) { rulestest.Run(t, declaration.Rules(), kinds...) }

// BenchmarkCheck judges a declaration of three items.
func BenchmarkCheck(b *testing.B) {
	rulestest.Benchmark(b, declaration.Rules(), "import-declaration", "dragon-fruit-dongxing")
}
