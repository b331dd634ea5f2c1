//go:build pkcs11

package hardware

import (
	"context"
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"
)

// Options say which module, and how to use it.
type Options struct {
	Module   string // path of the module's shared library
	Token    string // label of the token
	PIN      string
	Sessions int // signatures under way at once, default 4
}

// A Token is a hardware module in use. It may be used by several goroutines at
// once: signatures beyond the number of sessions wait in line for their turn.
// A session that is lost, such as with the connection to the hardware, is
// opened again when it is needed next.
type Token struct {
	options Options
	module  *pkcs11.Ctx
	started bool // by us, so that we end it
	line    *Line[*session]
}

// Open loads the module, finds the token and logs in.
func Open(o Options) (*Token, error) {
	if o.Sessions <= 0 {
		o.Sessions = 4
	}
	t := &Token{options: o, module: pkcs11.New(o.Module)}
	if t.module == nil {
		return nil, fmt.Errorf("open hardware module: cannot load %s", o.Module)
	}
	err := t.module.Initialize()
	t.started = err == nil
	if err != nil && !is(err, pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED) { // for another token of the module
		t.module.Destroy()
		return nil, fmt.Errorf("open hardware module: %w", err)
	}
	sessions := make([]*session, o.Sessions)
	for i := range sessions {
		sessions[i] = &session{token: t}
		if err := sessions[i].open(); err != nil {
			return nil, errors.Join(err, t.Close())
		}
	}
	t.line = NewLine(sessions...)
	return t, nil
}

// Close waits for what is under way, logs out and lets go of the module.
func (t *Token) Close() error {
	if t.line != nil {
		t.line.Close()
	}
	err := error(nil)
	if t.started {
		err = t.module.Finalize() // ends the sessions
	}
	t.module.Destroy()
	if err != nil {
		return fmt.Errorf("close hardware module: %w", err)
	}
	return nil
}

// do has a session do something, again in a new one if it was lost.
func (t *Token) do(ctx context.Context, f func(*session) ([]byte, error)) ([]byte, error) {
	return t.line.Do(ctx, func(s *session) ([]byte, error) {
		out, err := f(s)
		if !isLost(err) {
			return out, err
		}
		if err := s.open(); err != nil {
			return nil, err
		}
		return f(s)
	})
}

// slot finds the token.
func (t *Token) slot() (uint, error) {
	slots, err := t.module.GetSlotList(true)
	if err != nil {
		return 0, fmt.Errorf("list tokens: %w", err)
	}
	for _, slot := range slots {
		if info, err := t.module.GetTokenInfo(slot); err == nil && info.Label == t.options.Token {
			return slot, nil
		}
	}
	return 0, fmt.Errorf("find token: none has the label %s", t.options.Token)
}

// is reports whether an error of the module has a code.
func is(err error, code uint) bool { return errors.Is(err, pkcs11.Error(code)) }

// isLost reports whether an error may pass in a new session: the handles of the
// old one are gone, or the login, or the token was away.
func isLost(err error) bool {
	for _, code := range []uint{
		pkcs11.CKR_SESSION_HANDLE_INVALID, pkcs11.CKR_SESSION_CLOSED, pkcs11.CKR_USER_NOT_LOGGED_IN,
		pkcs11.CKR_KEY_HANDLE_INVALID, pkcs11.CKR_OBJECT_HANDLE_INVALID,
		pkcs11.CKR_DEVICE_ERROR, pkcs11.CKR_DEVICE_REMOVED, pkcs11.CKR_TOKEN_NOT_PRESENT,
	} {
		if is(err, code) {
			return true
		}
	}
	return false
}
