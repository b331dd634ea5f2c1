// Package revocation keeps up to date what is known of revoked certificates:
// lists (CRL) that somebody puts into files, and answers of responders (OCSP).
// It works in the background; a signature is judged by what is known at that
// time and waits for nothing.
package revocation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"beibu/signing"
)

// Sources say where it is known from whether the certificates of a party were
// revoked.
type Sources struct {
	Party        string
	Known        *signing.Revocations
	Issuers      []*signing.Certificate // roots and intermediates
	Certificates []*signing.Certificate // that a responder is asked about
	Lists        []*List
	OCSP         bool
	Responder    string // its URL, or "" for the one that each certificate names
}

// A List is a file with a revocation list, in DER or PEM (RFC 7468 §6).
type List struct {
	File string
	seen state
}

// state distinguishes one content of a file from the next, as far as the file system
// does.
type state struct {
	changed time.Time
	size    int64
}

// Read reads the list again if the file has changed, and reports whether it did. A
// file that cannot be read is tried again next time.
func (l *List) Read(s *Sources) (changed bool, err error) {
	info, err := os.Stat(l.File)
	if err != nil {
		return false, err
	}
	now := state{info.ModTime(), info.Size()}
	if now == l.seen {
		return false, nil
	}
	der, err := os.ReadFile(l.File)
	if err != nil {
		return false, err
	}
	if block, _ := pem.Decode(der); block != nil && block.Type == "X509 CRL" {
		der = block.Bytes
	}
	if err := s.add(der); err != nil {
		return false, fmt.Errorf("%s: %w", l.File, err)
	}
	l.seen = now
	return true, nil
}

// add takes a list in by whichever of the authorities signed it.
func (s *Sources) add(der []byte) error {
	err := errors.New("no authority to read it by")
	for _, issuer := range s.Issuers {
		if err = s.Known.AddList(der, issuer); !errors.Is(err, signing.ErrOtherIssuer) {
			return err
		}
	}
	return err
}

// issuer returns the authority that issued a certificate, or nil.
func (s *Sources) issuer(c *signing.Certificate) *signing.Certificate {
	i := slices.IndexFunc(s.Issuers, func(issuer *signing.Certificate) bool {
		return bytes.Equal(issuer.RawSubject, c.RawIssuer) && c.CheckSignatureFrom(issuer) == nil
	})
	if i < 0 {
		return nil
	}
	return s.Issuers[i]
}

// asked returns the certificates that a responder can be asked about. OCSP for
// SM2 has no Go library; lists serve there.
func (s *Sources) asked() []*signing.Certificate {
	if !s.OCSP {
		return nil
	}
	var all []*signing.Certificate
	for _, c := range s.Certificates {
		algorithm, err := signing.AlgorithmFor(c.PublicKey)
		if err == nil && algorithm.Name != "sm2-sm3" && s.issuer(c) != nil {
			all = append(all, c)
		}
	}
	return all
}

// Validity is until when what one kind of source says of a party is current.
type Validity struct {
	Party string
	Kind  string    // "list" or "ocsp"
	Until time.Time // zero if something is not known at all
}

// Validities returns until when what is known of a party is current: by its
// lists and by its responders, the first to end of each.
func (s *Sources) Validities() []Validity {
	var all []Validity
	if len(s.Lists) > 0 {
		all = append(all, Validity{s.Party, "list", s.Known.Listed()})
	}
	asked := s.asked()
	if len(asked) == 0 {
		return all
	}
	v := Validity{s.Party, "ocsp", time.Time{}}
	for i, c := range asked {
		if _, until := s.Known.Answered(c); i == 0 || until.Before(v.Until) {
			v.Until = until
		}
	}
	return append(all, v)
}

// Restore takes in the answers that were kept in a folder, so that a restart
// knows what was known before. What does not hold is left aside: it is asked
// for again.
func (s *Sources) Restore(dir string) error {
	for _, c := range s.asked() {
		der, err := os.ReadFile(kept(dir, c))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read what responders answered: %w", err)
		}
		_ = s.Known.AddAnswer(der, c, s.issuer(c))
	}
	return nil
}

// kept names the file with the answer about a certificate.
func kept(dir string, c *signing.Certificate) string {
	digest := sha256.Sum256(c.Raw)
	return dir + "/" + hex.EncodeToString(digest[:]) + ".der"
}
