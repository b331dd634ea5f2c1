// Package arch holds the test of which packages may know which. It has no code
// of its own.
package arch
