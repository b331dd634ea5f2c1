package config

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"beibu/cmd/internal/revocation"
	"beibu/signing"
	"beibu/signing/strict"
)

// loadVerifier makes what senders' signatures are verified by.
func (l *Loaded) loadVerifier(src *source) {
	aliases := make(map[string]string, len(l.Aliases))
	for i, a := range l.Aliases {
		one := map[string]string{a.URI: a.Means}
		if _, err := signing.NewVerifier(strict.Limits{}, one); err != nil || a.URI == "" {
			src.note(fmt.Sprintf("aliases[%d]", i), "%q cannot mean %q: uri must be new, and means an algorithm or digest that is allowed", a.URI, a.Means)
			continue
		}
		aliases[a.URI] = a.Means
	}
	var err error
	if l.Verifier, err = signing.NewVerifier(strict.Limits{}, aliases); err != nil {
		src.note("aliases", "%s", err)
	}
}

// loadKeys reads the certificates by which a party signs, and the sources that say
// whether they were revoked, or nil if it has none.
func (s *source) loadKeys(at string, p Party) ([]signing.Signer, *revocation.Sources) {
	standing, sources := s.loadAuthorities(at+".authorities", p)
	var all []signing.Signer
	for j, key := range p.Keys {
		at := fmt.Sprintf("%s.keys[%d]", at, j)
		if key.ID == "" || slices.ContainsFunc(p.Keys[:j], func(k Key) bool { return k.ID == key.ID }) {
			s.note(at, "id %q is empty or taken", key.ID)
		}
		if !key.Until.IsZero() && !key.From.Before(key.Until) {
			s.note(at+".until", "it must be after from")
		}
		signer, err := readSigner(key)
		if err != nil {
			s.note(at+".certificate", "%s", cause(err))
			continue
		}
		signer.Standing = standing
		if sources != nil {
			sources.Certificates = append(sources.Certificates, signer.Certificate)
		}
		all = append(all, signer)
	}
	return all, sources
}

// errNoFile says that a key has no certificate.
var errNoFile = errors.New("must name a PEM file")

// readSigner reads one registered key.
func readSigner(key Key) (signing.Signer, error) {
	if key.Certificate == "" {
		return signing.Signer{}, errNoFile
	}
	text, err := os.ReadFile(key.Certificate)
	if err != nil {
		return signing.Signer{}, err
	}
	certificate, err := signing.ParseCertificatePEM(text)
	if err == nil {
		_, err = signing.AlgorithmFor(certificate.PublicKey)
	}
	if err != nil {
		return signing.Signer{}, fmt.Errorf("%s: %w", key.Certificate, err)
	}
	return signing.Signer{
		Certificate: certificate, From: key.From, Until: key.Until, UserID: []byte(key.UserID), AllowDER: key.DER,
	}, nil
}

// checkSignatures notes a policy that contradicts itself or asks for what is
// not there.
func (s *source) checkSignatures(at string, p Party) {
	for _, kind := range p.Signatures.Required {
		if slices.Contains(p.Signatures.Refused, kind) {
			s.note(at, "%s is both required and refused", kind)
		}
	}
	if len(p.Signatures.Required) > 0 && len(p.Keys) == 0 {
		s.note(at+".required", "the party has no keys, so nothing that it sends could be accepted")
	}
	s.checkAlgorithms(at+".algorithms", p.Signatures.Algorithms)
	taken := make(map[string]bool)
	for i, some := range p.Signatures.ForKinds {
		at := fmt.Sprintf("%s.forKinds[%d]", at, i)
		if len(some.Kinds) == 0 || len(some.Algorithms) == 0 {
			s.note(at, "it must name kinds and algorithms; refused keeps a kind from being signed")
		}
		for _, kind := range some.Kinds {
			if taken[kind] {
				s.note(at+".kinds", "%s is named before", kind)
			}
			taken[kind] = true
		}
		s.checkAlgorithms(at+".algorithms", some.Algorithms)
	}
}

// checkAlgorithms notes what is no algorithm for signatures.
func (s *source) checkAlgorithms(at string, names []string) {
	for _, name := range names {
		if !slices.ContainsFunc(signing.Algorithms(), func(a signing.Algorithm) bool { return a.Allowed && a.Name == name }) {
			s.note(at, "%q is no algorithm that is allowed", name)
		}
	}
}
