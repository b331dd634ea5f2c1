package acceptor_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// model writes a random content model of elements a to d, and sometimes a wildcard.
func model(random *rand.Rand, depth int) string {
	occurs := [...]string{"", "", ` minOccurs="0"`, ` maxOccurs="unbounded"`, ` minOccurs="0" maxOccurs="3"`, ` minOccurs="2" maxOccurs="2"`, ` minOccurs="2" maxOccurs="unbounded"`}
	often := occurs[random.IntN(len(occurs))]
	if random.IntN(50) == 0 {
		often = ` minOccurs="0" maxOccurs="0"`
	}
	switch n := random.IntN(10); {
	case depth > 0 && n < 4:
		kind := [...]string{"sequence", "choice"}[random.IntN(2)]
		var items strings.Builder
		for range 1 + random.IntN(3) {
			items.WriteString(model(random, depth-1))
		}
		return "<xs:" + kind + often + ">" + items.String() + "</xs:" + kind + ">"
	case n == 9:
		return `<xs:any namespace="##other" processContents="lax"` + often + "/>"
	}
	return fmt.Sprintf(`<xs:element name="%c" type="xs:string"%s/>`, 'a'+rune(random.IntN(4)), often)
}

// TestModels holds random children in random content models against the engine: the
// tables take exactly what the engine takes, unless a model is not read at all.
func TestModels(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 3))
	children := [...]string{"<a/>", "<b/>", "<c/>", "<d/>", `<o xmlns="v"/>`}
	compiled, sure, missed := 0, 0, 0
	for range valuesEach() / 2 {
		content := model(random, 3) + model(random, 2)
		j, ok := newJudge(t, schema(inSequence(content)))
		if !ok {
			continue
		}
		compiled++
		for range 40 {
			var inside strings.Builder
			for range random.IntN(7) {
				inside.WriteString(children[random.IntN(len(children))])
			}
			yes, valid := j.verdicts(t, `<r xmlns="u">`+inside.String()+"</r>")
			if yes && !valid {
				t.Logf("by the model %s", content)
			}
			if yes {
				sure++
			} else if valid {
				missed++ // as of a loop in a loop that counts
			}
		}
	}
	if compiled < 100 || sure < 300 || missed > sure {
		t.Errorf("%d models, %d documents accepted, %d missed", compiled, sure, missed)
	}
}
