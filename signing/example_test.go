package signing_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"beibu/signing"
)

// The exchange seals a document; anybody with its certificate opens the
// envelope and has the same bytes.
func Example() {
	now := time.Date(2026, 9, 14, 7, 30, 0, 0, time.UTC)
	text, err := signing.NewKeyPEM("ecdsa-p256", "Beibu", now)
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealer, err := signing.NewSealer(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	document := []byte("<Carnet>广西</Carnet>")
	header := signing.Header{Sender: "qinzhou", Kind: "ata-carnet", DigestSHA256: sha256.Sum256(document), AcceptedAt: now}
	envelope, err := sealer.Seal(context.Background(), header, document)
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := signing.OpenEnvelope(envelope, signing.NewTrust(signing.Signer{Name: "Beibu", Certificate: key.Certificate}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, sealed by %s\n", opened.Document, opened.Seals[0].Signer)
	// Output: <Carnet>广西</Carnet>, sealed by Beibu
}
