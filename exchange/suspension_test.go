package exchange

import (
	"errors"
	"slices"
	"testing"
)

// What is kept is what counts: a change that cannot be kept does not count.
func TestSuspensions(t *testing.T) {
	var kept []Suspension
	var failure error
	s := NewSuspensions([]Suspension{{Party: "b", Reason: "old"}}, func(all []Suspension) error {
		if failure == nil {
			kept = all
		}
		return failure
	})
	stands := func(party string) bool { _, ok := s.Get(party); return ok }
	if err := s.Suspend(Suspension{Party: "a", Reason: "new"}); err != nil || !stands("a") || !stands("b") || stands("c") {
		t.Errorf("suspended: %v", err)
	}
	if !slices.Equal(kept, []Suspension{{Party: "a", Reason: "new"}, {Party: "b", Reason: "old"}}) {
		t.Errorf("kept %+v", kept)
	}
	if err := s.Suspend(Suspension{Party: "a", Reason: "another"}); err != nil || kept[0].Reason != "another" {
		t.Errorf("again: %v, %+v", err, kept)
	}
	if was, err := s.Lift("c"); was || err != nil {
		t.Errorf("lifted what was not there: %t, %v", was, err)
	}
	failure = errors.New("disk full")
	if err := s.Suspend(Suspension{Party: "c"}); err == nil || stands("c") {
		t.Errorf("not kept: %v", err)
	}
	if _, err := s.Lift("a"); err == nil || !stands("a") {
		t.Errorf("not kept: %v", err)
	}
	failure = nil
	if was, err := s.Lift("a"); !was || err != nil || stands("a") || len(kept) != 1 {
		t.Errorf("lifted: %t, %v, %+v", was, err, kept)
	}
}
