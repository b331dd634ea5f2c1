package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"beibu/cmd/internal/input"
	"beibu/cmd/internal/keyring"
	"beibu/cmd/internal/terminal"
	"beibu/signing"
	"beibu/signing/c14n"
)

// signCommand signs a party's own documents, offline.
type signCommand struct {
	Files       []string `arg:"" name:"file" help:"Documents; folders are searched for *.xml; - is the standard input."`
	Key         string   `required:"" type:"path" placeholder:"FILE" help:"Private key to sign with, PEM, open to its owner alone; with its certificate, but for --certificate."`
	Certificate string   `type:"path" placeholder:"FILE" help:"Certificate of the key, PEM, if the key file does not hold it."`
	C14N        string   `name:"c14n" enum:"auto,exclusive,inclusive" default:"auto" help:"Canonical form: exclusive or inclusive; auto is inclusive for SM2, as GACC 202205 has it."`
	Digest      string   `enum:"auto,sha256,sha384,sha512" default:"auto" help:"Digest, for RSA and ECDSA: sha256, sha384 or sha512; auto is sha256, and sha384 for P-384."`
	UserID      string   `name:"user-id" placeholder:"ID" help:"User id that enters an SM2 signature, if it is not the usual one."`
	Out         string   `short:"O" placeholder:"FILE" help:"Where to write the one signed document; - is the standard output. By default FILE.signed.xml beside each."`
}

// Run signs every file. The document stays as it is; its signed copy is
// written whole or not at all.
func (c *signCommand) Run(_ context.Context, s *session) error {
	key, err := keyring.ReadKey(c.Key, c.Certificate)
	if err != nil {
		return hinted{err, "beibuctl keys new makes a key; keys list shows those of a folder"}
	}
	key.UserID = []byte(c.UserID)
	if c.Digest != "auto" {
		algorithm, err := signing.AlgorithmWith(key.Signer.Public(), c.Digest)
		if err != nil {
			return fmt.Errorf("use key: %w", err)
		}
		key.Algorithm = algorithm.Name
	}
	method, err := c.method(key)
	if err != nil {
		return err
	}
	all := input.Files(c.Files)
	if len(all) > 1 && c.Out != "" {
		return errors.New("--out is for one document")
	}
	outcome := error(nil)
	for _, file := range all {
		err := s.sign(file, c.Out, key, method)
		if err == nil {
			continue
		}
		s.note("beibuctl: %s", terminal.Clean(err.Error()))
		if _, refused := errors.AsType[*signing.Refusal](err); refused {
			outcome = worse(outcome, errFaults)
		} else {
			outcome = worse(outcome, errUnable)
		}
	}
	return outcome
}

// method returns the canonical form to sign.
func (c *signCommand) method(key signing.Key) (c14n.Method, error) {
	algorithm, err := signing.AlgorithmFor(key.Signer.Public())
	if err != nil {
		return 0, fmt.Errorf("use key: %w", err)
	}
	if c.C14N == "inclusive" || c.C14N == "auto" && algorithm.Name == "sm2-sm3" {
		return c14n.Inclusive, nil
	}
	return c14n.Exclusive, nil
}

// sign signs one document.
func (s *session) sign(file, out string, key signing.Key, method c14n.Method) error {
	document, err := input.Read(s.in, file)
	if err != nil {
		return err
	}
	signed, err := signing.SignDocument(document, key, method)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if out == input.Stdin || out == "" && file == input.Stdin {
		return s.printf("%s", signed)
	}
	if out == "" {
		out = strings.TrimSuffix(file, filepath.Ext(file)) + ".signed.xml"
	}
	if err := keep(filepath.Dir(out), filepath.Base(out), signed); err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(struct {
			File   string `json:"file"`
			Signed string `json:"signed"`
		}{file, out})
	}
	return s.printf("%s\n", terminal.Clean(out))
}
