package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/keyring"
	"beibu/cmd/internal/load"
	"beibu/cmd/internal/secret"
	"beibu/exchange"
	"beibu/exchange/kinds"
	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/c14n"
)

// accessKeys are the API keys of parties in a folder.
type accessKeys struct {
	dir    string
	caller *client.Client
}

// as returns a client that calls as a party.
func (k accessKeys) as(party string) (*client.Client, error) {
	key, err := secret.Key(filepath.Join(k.dir, party+".key"))
	if err != nil {
		return nil, hinted{fmt.Errorf("read API key of %s: %w", party, err), "--access names the folder of the API keys, PARTY.key, and --parties the map of the daemon"}
	}
	caller := *k.caller
	caller.Key = key
	return &caller, nil
}

// documents returns what makes the documents, a template for each kind. Their
// senders take turns, among those whose keys are there, and so are the keys of all
// who get them.
func (c *benchCommand) documents(ctx context.Context, s *session, keys accessKeys) ([]load.Template, error) {
	b, err := c.book()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	names := c.Kind
	if len(names) == 0 {
		for _, k := range b.List(now) {
			names = append(names, k.Kind)
		}
	}
	var all []load.Template
	for i, kind := range names {
		g, err := b.Show(kind, now)
		if err != nil {
			return nil, unknownKind(err)
		}
		senders := slices.Concat(g.Senders[i%max(1, len(g.Senders)):], g.Senders[:i%max(1, len(g.Senders))])
		t, err := c.template(ctx, b, keys, kind, senders)
		switch {
		case exchange.KindOf(err) == exchange.NotFound && len(c.Kind) == 0:
			continue
		case err != nil:
			return nil, err
		case t.Sender != nil:
			all = append(all, t)
		case len(c.Kind) > 0:
			return nil, c.without(s)
		}
	}
	if len(all) == 0 {
		return nil, c.without(s)
	}
	return all, nil
}

// without says that there are no keys to send documents with.
func (c *benchCommand) without(s *session) error {
	if c.Signed {
		return hinted{
			coded(s.say("%s and %s hold no keys of a sender of documents that can be signed, and of those who get them", c.Access, c.Keys), "bench-no-keys"),
			"beibuctl keys new PARTY --dir DIR makes a key that signs; the daemon's map of parties registers its certificate",
		}
	}
	return hinted{
		coded(s.say("%s holds no API keys of a sender and of those who get its documents", c.Access), "bench-no-keys"),
		"--access names the folder of the API keys, PARTY.key, and --parties the map of the daemon",
	}
}

// template returns what makes documents of a kind for the first sender that can
// send them, or nothing.
func (c *benchCommand) template(ctx context.Context, b kinds.Book, keys accessKeys, kind string, senders []string) (load.Template, error) {
	for _, sender := range senders {
		caller, err := keys.as(sender)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return load.Template{}, err
		}
		sign, err := c.signer(sender)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return load.Template{}, err
		}
		series, err := b.Series(ctx, kind, sender, time.Now())
		if err != nil {
			return load.Template{}, err
		}
		if !keys.have(series.Receivers) {
			continue
		}
		t := load.Template{Sender: caller, Document: numbered(series, sign)}
		if !c.Signed {
			return t, nil
		}
		return c.signable(ctx, b, t)
	}
	return load.Template{}, nil
}

// signable returns a template if the schema of its kind has a place for signatures,
// and otherwise nothing.
func (c *benchCommand) signable(ctx context.Context, b kinds.Book, t load.Template) (load.Template, error) {
	document, identity, err := t.Document(0)
	if err != nil {
		return load.Template{}, err
	}
	checked, err := b.InForce.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: identity.Sender, Received: time.Now()})
	if err != nil || checked.Valid() {
		return t, err
	}
	return load.Template{}, nil
}

// have reports whether there are receivers, and the keys of all.
func (k accessKeys) have(receivers []string) bool {
	return len(receivers) > 0 && !slices.ContainsFunc(receivers, func(party string) bool {
		_, err := k.as(party)
		return err != nil
	})
}

// numbered makes the documents of a series from a number on that hardly any other run
// starts at.
func numbered(series kinds.Series, sign func([]byte) ([]byte, error)) func(uint64) ([]byte, proof.Identity, error) {
	first := rand.Uint64N(1 << 60) //nolint:gosec // a number is no secret
	return func(n uint64) ([]byte, proof.Identity, error) {
		document, identity := series.Document(first + n)
		signed, err := sign(document)
		return signed, identity, err
	}
}

// signer returns what signs the documents of a sender. Without --signed, nothing
// does.
func (c *benchCommand) signer(sender string) (func([]byte) ([]byte, error), error) {
	if !c.Signed {
		return func(document []byte) ([]byte, error) { return document, nil }, nil
	}
	key, err := keyring.Folder(c.Keys).Key(sender)
	if err != nil {
		return nil, err
	}
	method := c14n.Exclusive
	if algorithm, err := signing.AlgorithmFor(key.Signer.Public()); err == nil && algorithm.Name == "sm2-sm3" {
		method = c14n.Inclusive
	}
	return func(document []byte) ([]byte, error) { return signing.SignDocument(document, key, method) }, nil
}
