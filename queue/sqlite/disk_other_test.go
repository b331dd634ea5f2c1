//go:build !linux

package sqlite

import (
	"os"
	"time"
)

// syncData brings what was written to the disk.
func syncData(f *os.File) error { return f.Sync() }

// cpuTime is what this process has used of the processors, or 0.
func cpuTime() time.Duration { return 0 }
