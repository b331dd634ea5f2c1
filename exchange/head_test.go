package exchange

import (
	"strings"
	"testing"

	"beibu/exchange/effects"
	"beibu/exchange/rules"
	"beibu/queue"
)

// A document that is held for many faults and does much to balances has a head that a
// queue takes: the balances are left out, and what else it does stays.
func TestHeadFits(t *testing.T) {
	var faults Faults
	for range 100 {
		faults = append(faults, Fault{Code: "DEC-22", Severity: rules.Hold.String(), Message: Text{EN: strings.Repeat("e", 400), ZH: strings.Repeat("中", 400)}})
	}
	e := effects.Effects{Round: &effects.Round{Steps: []effects.Step{{By: []string{"gx-ocean"}}}}}
	for range 320 {
		e.Draws = append(e.Draws, effects.Draw{From: effects.AccountOf("import-licence", "26-45-Z00317"), Path: strings.Repeat("p", 50)})
	}
	x := Exchange{State: SubmissionHeld, Held: heldBy(faults), Effects: e}
	if text, err := x.encode(); err != nil || len(text) <= queue.MaxHead {
		t.Fatalf("the head has %d bytes: it is too small for this test; %v", len(text), err)
	}
	x.fits()
	text, err := x.encode()
	if err != nil || len(text) > queue.MaxHead || !x.Effects.Omitted || x.Effects.Round == nil {
		t.Errorf("the head has %d bytes, effects %+v, %v", len(text), x.Effects, err)
	}
	small := Exchange{State: SubmissionHeld, Effects: e}
	if small.fits(); small.Effects.Omitted {
		t.Error("balances are left out though there is room")
	}
}
