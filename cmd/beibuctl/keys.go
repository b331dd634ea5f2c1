package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strconv"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/proof"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
)

// keysCommand is about keys: those of the exchange, and those of one's own.
type keysCommand struct {
	Show   showKeys   `cmd:"" help:"Show the public keys by which seals and receipts are verified."`
	New    newKey     `cmd:"" help:"Make a key of your own, with a certificate of its own."`
	CSR    requestKey `cmd:"" name:"csr" help:"Print a request for a certificate for a key (PKCS #10)."`
	Import importKey  `cmd:"" help:"Put an issued certificate in the place of the one at hand."`
	List   listKeys   `cmd:"" help:"List the keys of a folder."`
	Rotate rotateKey  `cmd:"" help:"Make a new key in the place of one, which stays beside it."`
}

type showKeys struct {
	Dir string `placeholder:"DIR" help:"Folder to keep them in, for verify --trust: beibu.pem, the certificate of the seal, and receipt.pem."`
}

// Run shows the keys that the daemon publishes. Whoever will trust them should
// compare the SHA-256 with what the operator says by another way.
func (c *showKeys) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	keys, err := client.Get[httpapi.Keys](ctx, caller, "/v1/keys", nil)
	if err != nil {
		return err
	}
	if c.Dir != "" {
		if err := keepKeys(c.Dir, keys); err != nil {
			return err
		}
	}
	if s.asJSON() {
		return s.json(keys)
	}
	t := terminal.NewTable("USE", "ALGORITHM", "VALID", "SUBJECT", "ID")
	for _, k := range keys.Seals {
		t.Row("seal", k.Algorithm, stamp(k.NotBefore)+" to "+stamp(k.NotAfter), k.Subject, "SHA-256 "+k.SHA256)
	}
	for _, k := range keys.Keys {
		t.Row("receipt", k.Curve, "", "", "kid "+k.ID)
	}
	return s.table(t)
}

// keepKeys writes keys to PEM files: beibu.pem and receipt.pem, and a number
// in the name of every further one.
func keepKeys(dir string, keys httpapi.Keys) error {
	if err := folder(dir); err != nil {
		return err
	}
	for i, k := range keys.Seals {
		if err := keep(dir, "beibu"+nth(i)+".pem", []byte(k.Certificate)); err != nil {
			return err
		}
	}
	for i, k := range keys.Keys {
		public, err := proof.ReceiptKey(k)
		if err != nil {
			return err
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			return fmt.Errorf("write receipt key: %w", err)
		}
		block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		if err := keep(dir, "receipt"+nth(i)+".pem", block); err != nil {
			return err
		}
	}
	return nil
}

func nth(i int) string {
	if i == 0 {
		return ""
	}
	return "-" + strconv.Itoa(i+1)
}
