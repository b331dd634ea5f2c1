package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"

	"beibu/cmd/internal/revocation"
	"beibu/signing"
)

// loadAuthorities reads the authorities of a party, and the sources that
// say which certificates they have revoked. It returns nil if a party has none.
func (s *source) loadAuthorities(at string, p Party) (signing.Standing, *revocation.Sources) {
	a := p.Authorities
	roots := s.certificates(at+".roots", a.Roots)
	intermediates := s.certificates(at+".intermediates", a.Intermediates)
	if a.Grace < 0 {
		s.note(at+".grace", "it must not be negative")
	}
	if len(a.Roots) == 0 {
		if len(a.Intermediates)+len(a.Revocations) > 0 || asksResponder(a) {
			s.note(at, "roots are missing")
		}
		return nil, nil
	}
	var known *signing.Revocations
	var sources *revocation.Sources
	if len(a.Revocations) > 0 || asksResponder(a) {
		known = signing.NewRevocations(signing.RevocationPolicy{AcceptUnknown: a.AcceptUnknown, Grace: a.Grace})
		sources = &revocation.Sources{Party: p.ID, Known: known, Issuers: slices.Concat(roots, intermediates), Certificates: slices.Clip(intermediates)}
		s.readLists(at+".revocations", a, sources)
		s.checkResponder(at+".ocsp", a, sources)
	}
	anchors, err := signing.NewAnchors(roots, intermediates, known)
	if err != nil {
		return nil, nil // why no root could be read is noted already
	}
	return anchors, sources
}

// readLists reads the lists of revoked certificates. One that is not there, and
// that a party can do without, is no mistake: it is looked for again, and
// the log says so.
func (s *source) readLists(at string, a Authorities, sources *revocation.Sources) {
	for i, file := range a.Revocations {
		list := &revocation.List{File: file}
		sources.Lists = append(sources.Lists, list)
		_, err := list.Read(sources)
		if err == nil || a.AcceptUnknown && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		s.note(fmt.Sprintf("%s[%d]", at, i), "%s", cause(err))
	}
}

// asksResponder reports whether certificates are asked about.
func asksResponder(a Authorities) bool { return a.OCSP != "" && a.OCSP != "false" }

// checkResponder reads who is asked.
func (s *source) checkResponder(at string, a Authorities, sources *revocation.Sources) {
	if sources.OCSP = asksResponder(a); !sources.OCSP || a.OCSP == "true" {
		return
	}
	address, err := url.Parse(a.OCSP)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		s.note(at, "%q is neither true, false nor an http or https URL", a.OCSP)
	}
	sources.Responder = a.OCSP
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
