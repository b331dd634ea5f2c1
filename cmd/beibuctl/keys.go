package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/queue/atomicfile"
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
	Dir string `placeholder:"DIR" help:"Folder to keep them in, for verify --trust: beibu.pem, the certificate of the seal, receipt.pem, and keys.json, which says where in the log each key signs receipts."`
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
		if err := s.keepKeys(c.Dir, keys); err != nil {
			return err
		}
	}
	if s.asJSON() {
		return s.json(keys)
	}
	t := s.newTable("USE", "ALGORITHM", "VALID", "SUBJECT", "ID")
	for _, k := range keys.Seals {
		t.Row(s.word("seal"), k.Algorithm, s.say("%s to %s", stamp(k.NotBefore), stamp(k.NotAfter)), k.Subject, "SHA-256 "+k.SHA256)
	}
	for _, k := range keys.Keys {
		t.Row(s.word("receipt"), "Ed25519", s.positions(k), "", "kid "+k.ID)
	}
	for _, e := range keys.Epochs {
		t.Row(s.word("epoch"), "", s.say("from position %s", numbers(e.First)), "", strconv.FormatInt(e.Number, 10))
	}
	return s.table(t)
}

// positions returns where in the log a key signs receipts, or "" if everywhere.
func (s *session) positions(k proof.ReceiptKey) string {
	var bounds []string
	if k.From != nil {
		bounds = append(bounds, s.say("from position %s", numbers(k.From)))
	}
	if k.Until != nil {
		bounds = append(bounds, s.say("before position %s", numbers(k.Until)))
	}
	return strings.Join(bounds, ", ")
}

// numbers returns numbers with commas between them.
func numbers(all []int64) string {
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(all), "[]")), ",")
}

// keepKeys writes keys to PEM files: beibu.pem and receipt.pem, or with a number
// in the name if that is another key's. A key that is in the folder already stays
// under its name, so that the command can be run again when the exchange has a new
// key: what the old one sealed stays verifiable. What the exchange publishes is
// written beside them as [proof.KeysFile], in the place of what it published before.
func (s *session) keepKeys(dir string, keys httpapi.Keys) error {
	if err := folder(dir); err != nil {
		return err
	}
	published := make(map[string]bool)
	add := func(name string, block *pem.Block) error {
		published[string(block.Bytes)] = true
		return addPEM(dir, name, block)
	}
	for _, k := range keys.Seals {
		block, _ := pem.Decode([]byte(k.Certificate))
		if block == nil {
			return fmt.Errorf("keep key: the certificate of %s is not PEM", k.Subject)
		}
		if err := add("beibu", block); err != nil {
			return err
		}
	}
	for _, k := range keys.Keys {
		der, err := x509.MarshalPKIXPublicKey(k.Public)
		if err != nil {
			return fmt.Errorf("write receipt key: %w", err)
		}
		if err := add("receipt", &pem.Block{Type: "PUBLIC KEY", Bytes: der}); err != nil {
			return err
		}
	}
	text, err := json.Marshal(keys)
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if err := atomicfile.Replace(filepath.Join(dir, proof.KeysFile), append(text, '\n'), 0o644); err != nil {
		return err
	}
	return s.noteOthers(dir, published)
}

// addPEM writes a key to the first file NAME.pem, NAME-2.pem, NAME-3.pem and so on
// that is not there yet, unless one of them has it.
func addPEM(dir, name string, block *pem.Block) error {
	for n := 1; ; n++ {
		file := name + ".pem"
		if n > 1 {
			file = name + "-" + strconv.Itoa(n) + ".pem"
		}
		there, err := os.ReadFile(filepath.Join(dir, file))
		if errors.Is(err, fs.ErrNotExist) {
			return keep(dir, file, pem.EncodeToMemory(block))
		}
		if err != nil {
			return fmt.Errorf("read key: %w", err)
		}
		if old, _ := pem.Decode(there); old != nil && bytes.Equal(old.Bytes, block.Bytes) {
			return nil
		}
	}
}

// noteOthers names the keys in a folder that the exchange does not publish, since
// verify --trust would trust them too.
func (s *session) noteOthers(dir string, published map[string]bool) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read key: %w", err)
		}
		if block, _ := pem.Decode(text); block == nil || !published[string(block.Bytes)] {
			s.note("%s is not among the keys that the exchange publishes; verify --trust %s trusts it all the same", terminal.Clean(file), terminal.Clean(dir))
		}
	}
	return nil
}
