package required_test

import (
	"testing"

	"beibu/exchange/required"
)

// All parts that are missing are named at once.
func TestCheck(t *testing.T) {
	parts := []struct {
		Name  string
		Given bool
	}{{"Log", true}, {"Journal", false}, {"Limits.Body", false}}
	if err := required.Check("console", parts); err == nil || err.Error() != "make console: missing: Journal, Limits.Body" {
		t.Error(err)
	}
	if err := required.Check("console", parts[:1]); err != nil {
		t.Error(err)
	}
}
