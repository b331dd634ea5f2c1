package main

import (
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beibu/cmd/internal/keyring"
	"beibu/exchange/answer"
	"beibu/signing"
)

// ownKey names a key of one's own.
type ownKey struct {
	Name string `arg:"" help:"Name of the key: NAME.key and NAME.pem in the folder."`
	Dir  string `default:"." placeholder:"DIR" help:"Folder of keys (by default the one at hand)."`
}

type newKey struct {
	ownKey
	Kind    string `enum:"${keykinds}" default:"ecdsa-p256" help:"Kind: ${keykinds} (${default})."`
	Subject string `placeholder:"NAME" help:"Common name in the certificate (by default that of the key)."`
}

// Run makes a key with a certificate of its own.
func (c *newKey) Run(s *session) error {
	subject := c.Subject
	if subject == "" {
		subject = c.Name
	}
	key, err := keyring.Folder(c.Dir).New(c.Name, c.Kind, subject, time.Now())
	if errors.Is(err, fs.ErrExist) {
		return hinted{err, "keys rotate makes a new one in its place, and keeps the old beside it"}
	}
	if err != nil {
		return err
	}
	return s.printKeys(keyring.Entry{Name: c.Name, Certificate: key.Certificate, Private: true})
}

type requestKey struct {
	ownKey
	Subject      string `placeholder:"NAME" help:"Common name to ask for (by default that of the certificate at hand)."`
	Organization string `placeholder:"NAME" help:"Organisation to ask for."`
	Country      string `placeholder:"CC" help:"Country to ask for, ISO 3166-1 alpha-2."`
}

// Run prints a request for a certificate (PKCS #10, RFC 2986).
func (c *requestKey) Run(s *session) error {
	subject := pkix.Name{CommonName: c.Subject}
	if c.Organization != "" {
		subject.Organization = []string{c.Organization}
	}
	if c.Country != "" {
		subject.Country = []string{c.Country}
	}
	request, err := c.request(subject)
	if err != nil {
		return err
	}
	return s.printf("%s", request)
}

func (c *requestKey) request(subject pkix.Name) ([]byte, error) {
	if !c.isDaemonSeal() {
		return keyring.Folder(c.Dir).Request(c.Name, subject)
	}
	keys, err := signing.LoadOrCreate(c.Dir, daemonName, time.Now())
	if err != nil {
		return nil, err
	}
	return keyring.Request(keys.Seal, subject)
}

type importKey struct {
	ownKey
	Certificate string `required:"" type:"path" placeholder:"FILE" help:"Certificate that was issued for the key, PEM."`
}

// Run puts an issued certificate in the place of the one at hand.
func (c *importKey) Run(s *session) error {
	text, err := os.ReadFile(c.Certificate)
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	if c.isDaemonSeal() {
		keys, err := signing.ImportSeal(c.Dir, daemonName, time.Now(), text)
		if err != nil {
			return err
		}
		s.note("the old certificate stays; give the new one to those who verify, and send the daemon a SIGHUP")
		return s.printKeys(keyring.Entry{Name: c.Name, Certificate: keys.Seal.Certificate, Private: true})
	}
	key, err := keyring.Folder(c.Dir).Import(c.Name, text)
	if err != nil {
		return err
	}
	return s.printKeys(keyring.Entry{Name: c.Name, Certificate: key.Certificate, Private: true})
}

type listKeys struct {
	Dir string `default:"." placeholder:"DIR" help:"Folder of keys (by default the one at hand)."`
}

// Run lists the certificates of a folder.
func (c *listKeys) Run(s *session) error {
	all, err := keyring.Folder(c.Dir).List()
	if err != nil {
		return err
	}
	return s.printKeys(all...)
}

// The name of the daemon's own key in its folder of keys, and the common name in
// the certificate that it makes itself.
const (
	daemonSeal    = "seal"
	daemonReceipt = "receipt"
	daemonName    = "Beibu exchange"
)

// isDaemonReceipt reports whether the key is the one by which a daemon signs its
// receipts: it is in a daemon's folder of keys.
func (k *ownKey) isDaemonReceipt() bool {
	_, err := os.Stat(filepath.Join(k.Dir, daemonReceipt+".pem"))
	_, own := os.Stat(filepath.Join(k.Dir, daemonReceipt+".key"))
	return k.Name == daemonReceipt && err == nil && own != nil
}

// isDaemonSeal reports whether the key is the one by which a daemon seals.
func (k *ownKey) isDaemonSeal() bool {
	_, err := os.Stat(filepath.Join(k.Dir, daemonSeal+".pem"))
	_, own := os.Stat(filepath.Join(k.Dir, daemonSeal+".key"))
	return k.Name == daemonSeal && err == nil && own != nil
}

type rotateKey struct{ ownKey }

// Run puts a new key in the place of one. In the folder of a daemon's keys it
// is the one that seals, whose private key is then gone: the daemon seals with
// the new one after SIGHUP.
func (c *rotateKey) Run(s *session) error {
	if c.isDaemonSeal() {
		keys, err := signing.RotateSeal(c.Dir, daemonName, time.Now())
		if err != nil {
			return err
		}
		s.note("the old certificate stays; give the new one to those who verify, and send the daemon a SIGHUP")
		return s.printKeys(keyring.Entry{Name: c.Name, Certificate: keys.Seal.Certificate, Private: true})
	}
	if c.isDaemonReceipt() {
		return hinted{
			fmt.Errorf("rotate key: %s signs the daemon's receipts, and whoever sends a document again must get the first receipt, byte for byte", filepath.Join(c.Dir, daemonReceipt+".pem")),
			"beibud receipt-key rotate lets a new key sign, from a position of the log on",
		}
	}
	key, old, err := keyring.Folder(c.Dir).Rotate(c.Name, time.Now())
	if err != nil {
		return err
	}
	s.note("the old key stays as %s; sign with it until the exchange has registered %s.pem", old, c.Name)
	return s.printKeys(keyring.Entry{Name: c.Name, Certificate: key.Certificate, Private: true})
}

// A keyRow is a key as it is printed for programs.
type keyRow struct {
	Name      string      `json:"name"`
	Algorithm string      `json:"algorithm"`
	Subject   string      `json:"subject"`
	NotBefore answer.Time `json:"notBefore"`
	NotAfter  answer.Time `json:"notAfter"`
	SHA256    string      `json:"sha256"` // of the certificate
	Private   bool        `json:"private"`
}

// printKeys prints keys as a table, or each as an object on a line.
func (s *session) printKeys(all ...keyring.Entry) error {
	t := s.newTable("NAME", "ALGORITHM", "VALID", "SUBJECT", "PRIVATE", "SHA-256")
	for _, e := range all {
		row := keyRow{
			Name: e.Name, Algorithm: algorithmOf(e.Certificate), Subject: e.Certificate.Subject.String(),
			NotBefore: answer.Time{Time: e.Certificate.NotBefore}, NotAfter: answer.Time{Time: e.Certificate.NotAfter}, Private: e.Private,
		}
		digest := sha256.Sum256(e.Certificate.Raw)
		row.SHA256 = hex.EncodeToString(digest[:])
		if s.asJSON() {
			if err := s.json(row); err != nil {
				return err
			}
			continue
		}
		private := s.word("no")
		if e.Private {
			private = s.word("yes")
		}
		t.Row(row.Name, row.Algorithm, s.say("%s to %s", stamp(row.NotBefore), stamp(row.NotAfter)), row.Subject, private, row.SHA256)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// algorithmOf returns the name of the algorithm by which a key signs here, or
// why it may not.
func algorithmOf(c *signing.Certificate) string {
	algorithm, err := signing.AlgorithmFor(c.PublicKey)
	if err != nil {
		return err.Error()
	}
	return algorithm.Name
}

// keyKinds are the kinds of keys that can be made, as kong wants an enum.
func keyKinds() string { return strings.Join(signing.KeyKinds(), ",") }
