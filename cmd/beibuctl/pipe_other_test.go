//go:build !unix

package main

import "os"

// makePipe makes a folder, since named pipes are no files here.
func makePipe(path string) error { return os.Mkdir(path, 0o700) }
