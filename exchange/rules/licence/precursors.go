package licence

import (
	"iter"

	"beibu/signing/strict"
)

// precursors iterates over the lines of a licence that are for precursor
// chemicals.
func precursors(licence strict.Node) iter.Seq2[strict.Node, substance] {
	return func(yield func(strict.Node, substance) bool) {
		for line := range licence.All("GoodsItem") {
			if s, ok := precursorOf(prefix(commodity(line), 6)); ok && !yield(line, s) {
				return
			}
		}
	}
}
