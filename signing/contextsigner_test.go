package signing_test

import (
	"context"
	"crypto"
	"errors"
	"io"
	"testing"

	"beibu/signing"
)

// waits is a key in hardware whose sessions are all taken.
type waits struct{ crypto.Signer }

func (waits) SignContext(ctx context.Context, _ io.Reader, _ []byte, _ crypto.SignerOpts) ([]byte, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// Whoever waits for a seal by hardware waits no longer than its context.
func TestSealEndsWithItsContext(t *testing.T) {
	key := newKey(t, "P-256")
	key.Signer = waits{key.Signer}
	sealer := must[*signing.Sealer](t)(signing.NewSealer(key))
	left := errors.New("left")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 1, left)
	defer cancel()
	document := []byte("<a/>")
	_, err := sealer.Seal(ctx, headerOf(document), document)
	if !errors.Is(err, left) && !errors.Is(err, context.DeadlineExceeded) { // before it began to wait
		t.Errorf("Seal: %v", err)
	}
}
