package access

import (
	"sync/atomic"

	"beibu/exchange"
)

// An InForce is the configuration by which calls are answered: who may call, and by
// what the exchange acts. It is immutable: a reload makes another one. A call loads it
// once from [Current] and passes it on, so that no answer mixes two configurations.
type InForce struct {
	*exchange.InForce

	Credentials *Credentials
	People      *People // nil if no issuer signs anybody in
}

// Current holds the configuration in force. It is safe for concurrent use. The
// zero value holds none: Store comes before the first Load.
type Current struct {
	value atomic.Pointer[InForce]
}

// Load returns the configuration in force.
func (c *Current) Load() *InForce { return c.value.Load() }

// Store puts another configuration in force for every later call. Calls in progress
// keep the configuration that they have loaded.
func (c *Current) Store(now *InForce) { c.value.Store(now) }
