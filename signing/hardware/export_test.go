//go:build pkcs11

package hardware

import "context"

// Lose ends every session behind the token's back, and with them the login, as
// a broken connection to the hardware does.
func (t *Token) Lose() error {
	slot, err := t.slot()
	if err != nil {
		return err
	}
	return t.module.CloseAllSessions(slot)
}

// Occupy takes every session until it is released.
func (t *Token) Occupy() (release func()) {
	leave := make(chan struct{})
	entered := make(chan struct{})
	for range t.options.Sessions {
		go func() {
			_, _ = t.line.Do(context.Background(), func(*session) ([]byte, error) {
				entered <- struct{}{}
				<-leave
				return nil, nil
			})
		}()
	}
	for range t.options.Sessions {
		<-entered
	}
	return func() { close(leave) }
}
