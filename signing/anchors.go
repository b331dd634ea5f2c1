package signing

import (
	"errors"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// Standing reports whether a registered certificate still counts.
type Standing interface {
	// Check returns a *Refusal if the certificate does not count at a time.
	// It answers from what it knows and fetches nothing.
	Check(c *Certificate, at time.Time) error
}

// Anchors are the authorities that a party's certificates must come from, by
// any chain, RSA, ECDSA or SM2. They do not change, and may be used by several
// goroutines at once.
type Anchors struct {
	roots, intermediates *smx509.CertPool
	revocations          *Revocations
}

// NewAnchors trusts these roots; intermediates help to find a way to them.
// If revocations are given, no certificate of a chain but the root may be
// revoked.
func NewAnchors(roots, intermediates []*Certificate, revocations *Revocations) (*Anchors, error) {
	if len(roots) == 0 {
		return nil, errors.New("make anchors: no root")
	}
	a := &Anchors{roots: smx509.NewCertPool(), intermediates: smx509.NewCertPool(), revocations: revocations}
	for _, c := range roots {
		a.roots.AddCert(c)
	}
	for _, c := range intermediates {
		a.intermediates.AddCert(c)
	}
	return a, nil
}

// Check builds a chain from c to a root, all of it valid at the time (RFC 5280
// §6), and asks whether any part was revoked.
func (a *Anchors) Check(c *Certificate, at time.Time) error {
	chains, err := c.Verify(smx509.VerifyOptions{
		Roots: a.roots, Intermediates: a.intermediates, CurrentTime: at,
		KeyUsages: []smx509.ExtKeyUsage{smx509.ExtKeyUsageAny},
	})
	if err != nil {
		return refusal(CodeChain, "the certificate leads to none of the party's authorities at this time")
	}
	if a.revocations == nil {
		return nil
	}
	for _, chain := range chains {
		if err = a.revocations.checkChain(chain, at); err == nil {
			return nil
		}
	}
	return err
}

// signsDocuments reports whether a certificate is for signatures: Chinese
// practice has another one for encryption. One without the extension is for
// everything (RFC 5280 §4.2.1.3).
func signsDocuments(c *Certificate) bool {
	return c.KeyUsage == 0 || c.KeyUsage&(smx509.KeyUsageDigitalSignature|smx509.KeyUsageContentCommitment) != 0
}
