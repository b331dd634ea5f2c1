package declaration_test

import (
	"testing"

	"beibu/exchange/rules/declaration"
	"beibu/exchange/rules/rulestest"
)

func TestMutations(t *testing.T) { rulestest.Mutate(t, declaration.Rules(), kinds...) }

func FuzzRules(f *testing.F) { rulestest.Fuzz(f, declaration.Rules(), kinds...) }
