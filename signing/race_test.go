//go:build race

package signing_test

// raced tells whether the race detector is on.
const raced = true
