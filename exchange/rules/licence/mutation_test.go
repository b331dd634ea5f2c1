package licence_test

import (
	"testing"

	"beibu/exchange/rules/licence"
	"beibu/exchange/rules/rulestest"
)

func TestMutations(t *testing.T) { rulestest.Mutate(t, licence.Rules(), kinds...) }

func FuzzRules(f *testing.F) { rulestest.Fuzz(f, licence.Rules(), kinds...) }
