//go:build unix

package secret

import (
	"os"
	"syscall"
)

// ofRoot reports whether a file belongs to root.
func ofRoot(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == 0
}
