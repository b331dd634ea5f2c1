package httpapi

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"beibu/exchange"
)

// Callers that go away, and shares that are used up, are no errors of ours.
func TestWhoseFailureItIs(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	unavailable := &exchange.Error{Op: "admit document", Kind: exchange.Unavailable, Err: errors.New("away")}
	for name, test := range map[string]struct {
		ctx     context.Context //nolint:containedctx // of a request
		failure error
		theirs  bool
	}{
		"went away":       {gone, unavailable, true},
		"share used up":   {t.Context(), &exchange.Error{Kind: exchange.Overloaded, Code: "share-used"}, true},
		"no room":         {t.Context(), &exchange.Error{Kind: exchange.Overloaded, Code: "busy"}, true},
		"log away":        {t.Context(), unavailable, false},
		"took too long":   {late, context.DeadlineExceeded, false},
		"failure of ours": {t.Context(), errors.New("broken"), false},
	} {
		c := &call{request: httptest.NewRequest("GET", "/", nil).WithContext(test.ctx), failure: test.failure}
		if c.theirs() != test.theirs {
			t.Errorf("%s: %t, want %t", name, !test.theirs, test.theirs)
		}
	}
}
