//go:build !unix

package secret

import "os"

// ofRoot reports that no file belongs to root, which only Unix has.
func ofRoot(os.FileInfo) bool { return false }
