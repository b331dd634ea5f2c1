package exchange

import "slices"

// The exchange's own codes for the cause of a failed or repeated delivery.
const (
	CodeExpired = "expired"  // it was not acknowledged in time
	CodeNotKept = "not-kept" // its envelope is no longer kept
	CodeReplay  = "replay"   // an operator replayed it
)

// IsOwnCode reports whether a code is the exchange's own, so that no receiver may
// give it.
func IsOwnCode(code string) bool {
	return slices.Contains([]string{CodeExpired, CodeNotKept, CodeReplay}, code)
}
