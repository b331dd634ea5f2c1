package signing

import (
	"context"
	"crypto"
	"io"
)

// A ContextSigner is a signer whose signatures may have to wait, such as for a
// session with hardware. Sealing gives it the context of whoever waits; if
// that ends first, SignContext fails with its cause.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// within binds a signer to a context, if it knows what to do with one.
func within(ctx context.Context, signer crypto.Signer) crypto.Signer {
	if s, ok := signer.(ContextSigner); ok {
		return bound{s, ctx}
	}
	return signer
}

// bound signs once.
type bound struct {
	ContextSigner
	ctx context.Context //nolint:containedctx // lives for one call of Seal, which has it
}

// Sign signs within the context.
func (b bound) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return b.SignContext(b.ctx, rand, digest, opts)
}
