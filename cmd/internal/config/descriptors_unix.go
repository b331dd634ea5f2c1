//go:build unix

package config

import (
	"math"
	"syscall"
)

// descriptors returns how many files and connections the process may have open.
// The runtime of Go has raised the limit as far as it may.
func descriptors() int64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt64 // what is not known bounds nothing
	}
	return int64(min(uint64(limit.Cur), math.MaxInt64)) //nolint:unconvert // another type elsewhere
}
