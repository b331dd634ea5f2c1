//go:build race

package signing_test

// raced reports whether the race detector is on.
const raced = true
