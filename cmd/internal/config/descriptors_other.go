//go:build !unix

package config

import "math"

// descriptors bounds nothing if the system does not say how many files and
// connections a process may have open.
func descriptors() int64 { return math.MaxInt64 }
