//go:build pkcs11

package hardware

import (
	"errors"
	"fmt"

	"github.com/miekg/pkcs11"
)

// A session is one connection to the token. It belongs to one goroutine at a
// time.
type session struct {
	token  *Token
	handle pkcs11.SessionHandle
	keys   map[string]pkcs11.ObjectHandle // by label; they die with the session
}

// open opens the session, in the place of one that was lost, and logs in. A
// login counts for every session of the program (PKCS #11 §5.6).
func (s *session) open() error {
	module := s.token.module
	if s.keys != nil {
		_ = module.CloseSession(s.handle) // it is lost, and says so
	}
	slot, err := s.token.slot()
	if err != nil {
		return err
	}
	if s.handle, err = module.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION); err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	s.keys = map[string]pkcs11.ObjectHandle{}
	err = module.Login(s.handle, pkcs11.CKU_USER, s.token.options.PIN)
	if err != nil && !is(err, pkcs11.CKR_USER_ALREADY_LOGGED_IN) {
		return fmt.Errorf("log in to token: %w", err)
	}
	return nil
}

// key returns the one private key with a label.
func (s *session) key(label string) (pkcs11.ObjectHandle, error) {
	if key, known := s.keys[label]; known {
		return key, nil
	}
	wanted := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
	}
	module := s.token.module
	if err := module.FindObjectsInit(s.handle, wanted); err != nil {
		return 0, fmt.Errorf("find key: %w", err)
	}
	found, _, err := module.FindObjects(s.handle, 2)
	if err = errors.Join(err, module.FindObjectsFinal(s.handle)); err != nil {
		return 0, fmt.Errorf("find key: %w", err)
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("find key: %d have the label %s, want one", len(found), label)
	}
	s.keys[label] = found[0]
	return found[0], nil
}

// sign signs by the key with a label.
func (s *session) sign(label string, mechanism uint, message []byte) ([]byte, error) {
	key, err := s.key(label)
	if err != nil {
		return nil, err
	}
	if err := s.token.module.SignInit(s.handle, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, key); err != nil {
		return nil, fmt.Errorf("sign in hardware: %w", err)
	}
	signature, err := s.token.module.Sign(s.handle, message)
	if err != nil {
		return nil, fmt.Errorf("sign in hardware: %w", err)
	}
	return signature, nil
}
