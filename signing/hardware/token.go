//go:build pkcs11

package hardware

import (
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
// once: signatures beyond the number of sessions wait for their turn, so that
// slow hardware is kept busy and is never asked for more than it can do.
type Token struct {
	module   *pkcs11.Ctx
	slot     uint
	sessions chan pkcs11.SessionHandle // those that are free
}

// Open loads the module, finds the token and logs in.
func Open(o Options) (*Token, error) {
	module := pkcs11.New(o.Module)
	if module == nil {
		return nil, fmt.Errorf("open hardware module: cannot load %s", o.Module)
	}
	if err := module.Initialize(); err != nil {
		module.Destroy()
		return nil, fmt.Errorf("open hardware module: %w", err)
	}
	t := &Token{module: module}
	if err := t.start(o); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// start finds the token and opens its sessions.
func (t *Token) start(o Options) error {
	slots, err := t.module.GetSlotList(true)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	found := false
	for _, slot := range slots {
		if info, err := t.module.GetTokenInfo(slot); err == nil && info.Label == o.Token {
			t.slot, found = slot, true
		}
	}
	if !found {
		return fmt.Errorf("find token: none has the label %s", o.Token)
	}
	if o.Sessions <= 0 {
		o.Sessions = 4
	}
	t.sessions = make(chan pkcs11.SessionHandle, o.Sessions)
	for i := range o.Sessions {
		session, err := t.module.OpenSession(t.slot, pkcs11.CKF_SERIAL_SESSION)
		if err != nil {
			return fmt.Errorf("open session: %w", err)
		}
		t.sessions <- session
		if i > 0 {
			continue // the login counts for all sessions (PKCS #11 §5.6)
		}
		if err := t.module.Login(session, pkcs11.CKU_USER, o.PIN); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
			return fmt.Errorf("log in to token: %w", err)
		}
	}
	return nil
}

// Close logs out and lets go of the module. No signature may be under way.
func (t *Token) Close() error {
	err := t.module.Finalize() // ends the sessions
	t.module.Destroy()
	if err != nil {
		return fmt.Errorf("close hardware module: %w", err)
	}
	return nil
}

// do lends f a free session.
func (t *Token) do(f func(pkcs11.SessionHandle) error) error {
	session := <-t.sessions
	defer func() { t.sessions <- session }()
	return f(session)
}

// find returns the one private key with a label.
func (t *Token) find(label string) (key pkcs11.ObjectHandle, err error) {
	err = t.do(func(session pkcs11.SessionHandle) error {
		wanted := []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY),
			pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
		}
		if err := t.module.FindObjectsInit(session, wanted); err != nil {
			return fmt.Errorf("find key: %w", err)
		}
		found, _, err := t.module.FindObjects(session, 2)
		if err = errors.Join(err, t.module.FindObjectsFinal(session)); err != nil {
			return fmt.Errorf("find key: %w", err)
		}
		if len(found) != 1 {
			return fmt.Errorf("find key: %d have the label %s, want one", len(found), label)
		}
		key = found[0]
		return nil
	})
	return key, err
}
