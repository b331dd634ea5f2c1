//go:build pkcs11

package hsm

import (
	"crypto"
	"errors"
	"slices"
	"sync"

	"beibu/signing/hardware"
)

// Built reports whether the program can speak to hardware.
const Built = true

// Tokens are the hardware modules in use: each is opened when it is needed
// first, and stays so, since a login counts for the whole program. The zero
// value is ready. They may be used by several goroutines at once.
type Tokens struct {
	mu   sync.Mutex
	open []opened
}

type opened struct {
	module, label string
	token         *hardware.Token
}

// Signer returns the key as a signing.ContextSigner, once it has signed on
// trial for its certificate.
func (t *Tokens) Signer(k Key) (crypto.Signer, error) {
	token, err := t.token(k)
	if err != nil {
		return nil, err
	}
	signer, err := token.Signer(k.Label, k.Certificate.PublicKey)
	if err != nil {
		return nil, err
	}
	return signer, nil
}

func (t *Tokens) token(k Key) (*hardware.Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.open {
		if o.module == k.Module && o.label == k.Token {
			return o.token, nil
		}
	}
	token, err := hardware.Open(hardware.Options{Module: k.Module, Token: k.Token, PIN: k.PIN, Sessions: k.Sessions})
	if err != nil {
		return nil, err
	}
	t.open = append(t.open, opened{k.Module, k.Token, token})
	return token, nil
}

// Close lets go of all, the first last: it ends its module for the others too.
func (t *Tokens) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []error
	for _, o := range slices.Backward(t.open) {
		all = append(all, o.token.Close())
	}
	t.open = nil
	return errors.Join(all...)
}
