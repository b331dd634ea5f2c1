// Package hsm has keys in hardware modules (PKCS #11) sign for the daemon. It is
// the one place that knows whether a program was built for that, which is with
// the tag pkcs11.
package hsm

import (
	"errors"

	"beibu/signing"
)

// A Key says where a key is.
type Key struct {
	Module      string // path of the module's shared library
	Token       string // label of the token
	Label       string // of the private key in it
	PIN         string
	Sessions    int // signatures under way at once; 0 is the default of package hardware
	Certificate *signing.Certificate
}

// ErrNotBuilt says that the program cannot speak to hardware.
var ErrNotBuilt = errors.New("this build has no PKCS #11: build beibud with -tags pkcs11, which needs a C compiler")
