package config

import (
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"

	"beibu/exchange"
	"beibu/signing"
)

// loadAuthorities reads the authorities of a party and their lists of revoked
// certificates. It returns nil where a party has none.
func (s *source) loadAuthorities(at string, a exchange.Authorities) signing.Standing {
	roots := s.certificates(at+".roots", a.Roots)
	intermediates := s.certificates(at+".intermediates", a.Intermediates)
	if a.Grace < 0 {
		s.note(at+".grace", "it must not be negative")
	}
	if len(a.Roots) == 0 {
		if len(a.Intermediates)+len(a.Revocations) > 0 {
			s.note(at, "roots are missing")
		}
		return nil
	}
	var revocations *signing.Revocations
	if len(a.Revocations) > 0 {
		revocations = signing.NewRevocations(signing.RevocationPolicy{AcceptUnknown: a.AcceptUnknown, Grace: a.Grace})
	}
	issuers := slices.Concat(roots, intermediates)
	for i, file := range a.Revocations {
		if err := addList(revocations, file, issuers); err != nil {
			s.note(fmt.Sprintf("%s.revocations[%d]", at, i), "%s", cause(err))
		}
	}
	anchors, err := signing.NewAnchors(roots, intermediates, revocations)
	if err != nil {
		return nil // why no root could be read is noted already
	}
	return anchors
}

// certificates reads one certificate a file.
func (s *source) certificates(key string, files []string) []*signing.Certificate {
	var all []*signing.Certificate
	for i, file := range files {
		if c := s.certificate(fmt.Sprintf("%s[%d]", key, i), file); c != nil {
			all = append(all, c)
		}
	}
	return all
}

// certificate reads a certificate, or notes why it cannot be read.
func (s *source) certificate(key, file string) *signing.Certificate {
	text, err := os.ReadFile(file)
	var c *signing.Certificate
	if err == nil {
		c, err = signing.ParseCertificatePEM(text)
	}
	if err != nil {
		s.note(key, "%s", cause(fmt.Errorf("%s: %w", file, err)))
		return nil
	}
	return c
}

// addList reads a list in DER or PEM (RFC 7468 section 6), by whichever of the
// authorities signed it.
func addList(to *signing.Revocations, file string, issuers []*signing.Certificate) error {
	der, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if block, _ := pem.Decode(der); block != nil && block.Type == "X509 CRL" {
		der = block.Bytes
	}
	err = errors.New("no authority to read it by")
	for _, issuer := range issuers {
		if err = to.AddList(der, issuer); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s: %w", file, err)
}
