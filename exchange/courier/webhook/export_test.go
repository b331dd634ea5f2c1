package webhook

import (
	"context"
	"net"
)

// Over makes connections by a function of the test.
func (o Options) Over(dial func(ctx context.Context, network, address string) (net.Conn, error)) Options {
	o.dial = dial
	return o
}

// Signatures is signatures.
var Signatures = signatures
