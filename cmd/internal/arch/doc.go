// Package arch holds the tests of the architecture: which packages may import which,
// plain English, and the architecture page in package exchange. It has no code of its
// own.
package arch
