//go:build !pkcs11

package hsm

import "crypto"

// Built reports whether the program can speak to hardware.
const Built = false

// Tokens are the hardware modules in use. Without the tag there are none.
type Tokens struct{}

// Signer fails.
func (*Tokens) Signer(Key) (crypto.Signer, error) { return nil, ErrNotBuilt }

// Close has nothing to do.
func (*Tokens) Close() error { return nil }
