package webhook

import (
	"context"
	"net"
	"net/netip"
)

// Over makes connections by a function of the test.
func (o Options) Over(dial func(ctx context.Context, network, address string) (net.Conn, error)) Options {
	o.dial = dial
	return o
}

// Allowed reports whether something is pushed to an address.
func Allowed(address string, allowPrivate bool) bool {
	return guard{allowPrivate}.check(netip.MustParseAddr(address)) == nil
}

// Signatures is signatures.
var Signatures = signatures
