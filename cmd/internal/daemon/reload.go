package daemon

import (
	"crypto"
	"crypto/tls"
	"fmt"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/revocation"
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/proof"
	"beibu/signing"
)

// keysFolder is where the daemon keeps its own keys, in the data folder.
const keysFolder = "keys"

// accessFolder is where the daemon keeps the access keys that it made, in the data folder.
const accessFolder = "access"

// name is what the exchange is called in certificates and in what is trusted.
const name = "Beibu exchange"

// Reload puts parties with their quotas, routes, access, keys, and the certificate
// and client authorities of the public address in force: for every request and
// every connection that begins from now on. All other settings take effect at the
// next start. The log names both. If Reload fails, for example because the key of
// receipts is not the log's, all that was in force stays.
func (d *Daemon) Reload(l *config.Loaded) error {
	next, err := d.prepare(l)
	if err != nil {
		return fmt.Errorf("reload configuration: %w", err)
	}
	changes := d.last.changes(next)
	d.use(next)
	d.ringRevocations()
	d.assignTopics()
	if later := d.atNextStart(l.Config); len(later) > 0 {
		d.log.Warn("changed settings take effect at the next start", zap.Strings("settings", later))
	}
	d.log.Info("reloaded", zap.Strings("changed", changes), zap.String("parties", l.PartiesFile))
	d.warn(time.Now())
	return nil
}

// use puts a prepared configuration in force.
func (d *Daemon) use(next *prepared) {
	d.current.Store(next.now)
	d.watched.Store(next.background)
	d.tls.Store(next.tls)
	d.last = next
}

// A prepared configuration is what a reload puts in force: for requests, for
// those who make them, and for what the daemon does in the background.
type prepared struct {
	loaded      *config.Loaded
	now         *access.InForce
	credentials []access.Credential
	background  *background
	tls         *tls.Config // of new connections to the public address; nil if they are plain
}

// background is what the daemon watches in the configuration in force. It is not
// changed once made.
type background struct {
	revocations []*revocation.Sources
	sealing     []signing.Key
	pushes      map[string]config.LoadedPush   // by the ids of parties
	folders     map[string]config.LoadedFolder // by the ids of parties
}

// prepare makes what a configuration would put in force, with the keys and the
// access in the data folder. Nothing changes yet.
func (d *Daemon) prepare(l *config.Loaded) (*prepared, error) {
	keys, err := d.keys()
	if err != nil {
		return nil, err
	}
	if d.sharedReceipt != "" && keys.ReceiptID != d.sharedReceipt {
		return nil, d.otherReceiptKey(keys.ReceiptID, d.sharedReceipt)
	}
	more, err := d.sealKeys(l)
	if err != nil {
		return nil, err
	}
	for _, s := range l.Revocations {
		if err := s.Restore(d.answers()); err != nil {
			d.log.Warn("saved OCSP answers cannot be read, asking the responders", zap.Error(err))
		}
	}
	watched := &background{revocations: l.Revocations, pushes: l.Pushes, folders: l.Folders, sealing: append([]signing.Key{keys.Seal}, more...)}
	sealer, err := signing.NewSealer(watched.sealing...)
	if err != nil {
		return nil, fmt.Errorf("make sealer: %w", err)
	}
	receipts, err := d.receipts(keys)
	if err != nil {
		return nil, err
	}
	all := l.Credentials
	if len(all) == 0 {
		if all, err = ownAccess(filepath.Join(d.config.Data, accessFolder), l.Parties.All()); err != nil {
			return nil, err
		}
	}
	known, err := access.NewCredentials(all)
	if err != nil {
		return nil, err
	}
	people, err := d.people(l)
	if err != nil {
		return nil, err
	}
	public, trust := published(keys, more)
	now := &access.InForce{Credentials: known, People: people, InForce: &exchange.InForce{
		Parties: l.Parties, Routes: l.Routes, Checks: d.checks, Verifier: l.Verifier, Sealer: sealer, Receipts: receipts,
		Trust: trust.WithTimestamps(d.config.TimeRoots...), Keys: public,
	}}
	return &prepared{loaded: l, now: now, credentials: all, background: watched, tls: d.tlsOf(l)}, nil
}

// tlsOf returns the TLS settings that a configuration puts in force. Only a start
// begins or ends TLS as such.
func (d *Daemon) tlsOf(l *config.Loaded) *tls.Config {
	if d.config.PublicTLS == nil || l.PublicTLS == nil {
		return d.tls.Load()
	}
	return l.PublicTLS
}

// keys reads the daemon's own keys, and makes those that are missing.
func (d *Daemon) keys() (*signing.Keys, error) {
	if err := takeKeys(d.config.KeysFrom, filepath.Join(d.config.Data, keysFolder)); err != nil {
		return nil, fmt.Errorf("copy keys: %w", err)
	}
	return signing.LoadOrCreate(filepath.Join(d.config.Data, keysFolder), name, time.Now())
}

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

// receipts returns the maker of receipts with all keys of the folder. It fails
// with a *Refusal if a key of the log is missing.
func (d *Daemon) receipts(keys *signing.Keys) (*proof.Receipts, error) {
	all := make(map[string]crypto.Signer, len(keys.Receipts))
	for _, k := range keys.Receipts {
		all[k.ID] = k.Signer
	}
	receipts, err := proof.NewReceiptsOf(exchange.ReceiptKeys{Log: d.store}, keys.ReceiptID, all)
	if err != nil {
		return nil, err
	}
	if missing := receipts.Missing(); len(missing) > 0 {
		return nil, d.missingReceiptKey(missing)
	}
	return receipts, nil
}

// published returns the keys that anyone needs, and the trust in our own
// seals: those of now, and those that sealed before.
func published(keys *signing.Keys, more []signing.Key) (exchange.PublicKeys, signing.Trust) {
	seals := []*signing.Certificate{keys.Seal.Certificate}
	for _, k := range more {
		seals = append(seals, k.Certificate)
	}
	seals = append(seals, keys.Earlier...)
	var userID []byte // the same for all
	if len(more) > 0 {
		userID = more[0].UserID
	}
	signers := make([]signing.Signer, 0, len(seals))
	for _, c := range seals {
		signers = append(signers, signing.Signer{Name: name, Certificate: c, UserID: userID})
	}
	public := exchange.PublicKeys{Seals: seals, UserID: string(userID)}
	return public, signing.NewTrust(signers...)
}
