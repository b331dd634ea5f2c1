package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/queue"
)

// A 503 of which nobody knows whether something was done says so, says that the
// same may be sent again, and which part is at fault; and nothing of ours.
func TestUnavailableSaysWhatIsAtFault(t *testing.T) {
	secret := errors.New("write /var/lib/beibu/queue.db-wal")
	full := fmt.Errorf("admit submission: %w: %w: %w", queue.ErrUnavailable, queue.ErrFull, secret)
	away := fmt.Errorf("admit submission: %w: %w", queue.ErrUnavailable, secret)
	seen := make(map[string]bool)
	for want, err := range map[string]error{
		"the disk of the exchange": &exchange.Error{Op: "admit document", Kind: exchange.Unavailable, Err: full},
		"the log of the exchange":  &exchange.Error{Op: "admit document", Kind: exchange.Unavailable, Err: away},
		"index of this node":       &exchange.Error{Op: "wait for the index", Kind: exchange.Unavailable, Err: context.DeadlineExceeded},
		"time that a request may":  fmt.Errorf("read index: %w", context.DeadlineExceeded),
	} {
		p, wait := problemOf(err, "request-1")
		if p.Status != http.StatusServiceUnavailable || p.Code != "unavailable" || !p.Retryable || wait == 0 ||
			!strings.Contains(p.Title, "unknown") || !strings.Contains(p.Title, "safe") || !strings.Contains(p.ZH.Title, "重发是安全的") ||
			!strings.Contains(p.Detail, want) || seen[p.ZH.Detail] || p.ZH.Detail == "" {
			t.Errorf("%v: %+v", err, p)
		}
		seen[p.ZH.Detail] = true
		if strings.Contains(p.Detail+p.ZH.Detail, "/var") {
			t.Errorf("%v is shown: %+v", err, p)
		}
	}
}

// Only what was refused before anything was begun says that nothing was done.
func TestNothingWasDoneIsCertain(t *testing.T) {
	for _, kind := range exchange.Kinds() {
		if how := manners[kind]; how.status == 0 || strings.Contains(how.title.EN, "nothing was") || how.title.ZH == "" {
			t.Errorf("%s: %+v", kind, how)
		}
	}
	for _, r := range []*refusal{errBusy, errMemory, errShare, errQuota} {
		if !strings.Contains(r.title.EN, "nothing was done") || !strings.Contains(r.title.ZH, "未做任何处理") {
			t.Errorf("%s: %+v", r.code, r.title)
		}
	}
}
