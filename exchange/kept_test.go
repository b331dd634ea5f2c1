package exchange_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// A keeper has one document at every position, or fails.
type keeper struct {
	content []byte
	err     error
}

// Keep is queue.Keeper's.
func (k keeper) Keep(context.Context, []byte, time.Time) (int64, error) { return 1, k.err }

// Kept is queue.Keeper's.
func (k keeper) Kept(context.Context, int64) ([]byte, error) { return k.content, k.err }

// The bytes of a refused document are returned until their time, if they are those that
// were refused: another store may have others at the position.
func TestKeptDocument(t *testing.T) {
	now, document := time.Now(), []byte("<a/>")
	until := &exchange.Keeping{Position: 1, Until: now.Add(time.Second)}
	digest := sha256.Sum256(document)
	for name, test := range map[string]struct {
		refusal exchange.Refusal
		from    keeper
		kind    exchange.Kind
	}{
		"no policy":     {exchange.Refusal{Digest: digest}, keeper{content: document}, exchange.NotFound},
		"counted":       {exchange.Refusal{Count: &exchange.RefusalCount{}}, keeper{content: document}, exchange.NotFound},
		"full":          {exchange.Refusal{Digest: digest, Kept: &exchange.Keeping{Not: exchange.KeptFull}}, keeper{content: document}, exchange.NotFound},
		"over":          {exchange.Refusal{Digest: digest, Kept: &exchange.Keeping{Position: 1, Until: now}}, keeper{content: document}, exchange.NotFound},
		"gone":          {exchange.Refusal{Digest: digest, Kept: until}, keeper{err: queue.ErrNotFound}, exchange.NotFound},
		"another store": {exchange.Refusal{Digest: digest, Kept: until}, keeper{content: []byte("<b/>")}, exchange.NotFound},
		"away":          {exchange.Refusal{Digest: digest, Kept: until}, keeper{err: queue.ErrUnavailable}, exchange.Unavailable},
	} {
		got, err := exchange.KeptDocument(t.Context(), test.from, test.refusal, now)
		failure, ok := errors.AsType[*exchange.Error](err)
		if !ok || got != nil || failure.Kind != test.kind || (failure.Code == exchange.CodeBytesNotKept) != (test.kind == exchange.NotFound) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if text := failure.Text(); test.kind == exchange.NotFound && (text.EN == "" || text.ZH == "" || text.EN == text.ZH) {
			t.Errorf("%s: says %+v", name, text)
		}
	}
	got, err := exchange.KeptDocument(t.Context(), keeper{content: document}, exchange.Refusal{Digest: digest, Kept: until}, now)
	if err != nil || string(got) != "<a/>" {
		t.Errorf("%q, %v", got, err)
	}
}
