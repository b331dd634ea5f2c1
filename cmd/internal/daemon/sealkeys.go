package daemon

import (
	"fmt"

	"beibu/cmd/internal/config"
	"beibu/signing"
)

// sealKeys returns the keys that seal beside the daemon's own, with those in
// hardware opened. A module that was opened before is used on: its login counts
// until the daemon stops.
func (d *Daemon) sealKeys(l *config.Loaded) ([]signing.Key, error) {
	keys := make([]signing.Key, 0, len(l.SealKeys))
	for _, loaded := range l.SealKeys {
		key := loaded.Key
		if h := loaded.Hardware; h != nil {
			signer, err := d.tokens.Signer(*h)
			if err != nil {
				return nil, fmt.Errorf("use key %s of token %s: %w", h.Label, h.Token, err)
			}
			key = signing.Key{ID: h.Label, Signer: signer, Certificate: h.Certificate}
		}
		keys = append(keys, key)
	}
	return keys, nil
}
