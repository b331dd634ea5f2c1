package signing_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
)

// TestManyAtOnce: documents that are worked on at once do not mix. Scratch
// space goes from one to the next.
func TestManyAtOnce(t *testing.T) {
	keys := []signing.Key{newKey(t, "P-256"), newKey(t, "SM2"), newKey(t, "RSA")}
	v := newVerifier(t, nil)
	trust := trusting(keys...)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			key := keys[worker%len(keys)]
			for round := range 20 {
				document := bytes.Replace(signingtest.Document(800+100*round), []byte("000017"), fmt.Appendf(nil, "%d-%d", worker, round), 1)
				if err := onceThrough(t, v, trust, key, document, methods[round%2]); err != nil {
					t.Errorf("worker %d, round %d: %v", worker, round, err)
				}
			}
		})
	}
	wg.Wait()
}

// onceThrough signs, verifies, seals and opens.
func onceThrough(t *testing.T, v *signing.Verifier, trust signing.Trust, key signing.Key, document []byte, method c14n.Method) error {
	t.Helper()
	signed, err := signing.SignDocument(document, key, method)
	if err != nil {
		return err
	}
	verified, err := v.Verify(signing.Claim{Document: signed, Signers: signersOf(key), At: accepted})
	if err != nil {
		return err
	}
	sealer, err := signing.NewSealer(key)
	if err != nil {
		return err
	}
	sealed, err := sealer.Seal(t.Context(), headerOf(verified.Document()), verified.Document())
	if err != nil {
		return err
	}
	e, err := signing.OpenEnvelope(sealed, trust)
	if err != nil {
		return err
	}
	if !bytes.Equal(e.Document, signed) || e.Seals[0].Signer != key.ID {
		return fmt.Errorf("another document, or another signer: %s", e.Seals[0].Signer)
	}
	return nil
}
