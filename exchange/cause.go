package exchange

import "slices"

// The codes by which the exchange itself says why a delivery was given up or
// begun again.
const (
	CodeExpired = "expired"  // it was not acknowledged in time
	CodeNotKept = "not-kept" // its envelope is no longer kept
	CodeReplay  = "replay"   // an operator began it again
)

// IsOwnCode reports whether a code is the exchange's own, so that no receiver may
// give it.
func IsOwnCode(code string) bool {
	return slices.Contains([]string{CodeExpired, CodeNotKept, CodeReplay}, code)
}
