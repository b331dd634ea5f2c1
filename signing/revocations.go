package signing

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ocsp"
)

// Revocations keeps what authorities said of their certificates: lists
// (CRL, RFC 5280 §5) and answers (OCSP, RFC 6960). It fetches nothing; whoever
// fetches hands it in, and a signature is never kept waiting. It may be used by
// several goroutines at once.
type Revocations struct {
	policy RevocationPolicy

	mu      sync.RWMutex
	lists   map[[sha256.Size]byte][]*revocationList // by certificate of the issuer, one for each set of addresses
	answers map[[sha256.Size]byte]*ocsp.Response    // by certificate asked about
}

// A RevocationPolicy says what to do if nothing fresh is known.
type RevocationPolicy struct {
	AcceptUnknown bool          // count a certificate of which nothing is known
	Grace         time.Duration // how long a list or an answer counts past its next update
}

// NewRevocations returns a memory without anything in it.
func NewRevocations(policy RevocationPolicy) *Revocations {
	return &Revocations{
		policy: policy,
		lists:  map[[sha256.Size]byte][]*revocationList{}, answers: map[[sha256.Size]byte]*ocsp.Response{},
	}
}

// ErrOtherIssuer says that a revocation list is of another issuer.
var ErrOtherIssuer = errors.New("read revocation list: it is another issuer's")

// AddList takes in a CRL in DER that issuer has signed. One that is older than
// what is there is left aside without an error. It must be whole: for all
// certificates of the issuer, or for all that name its address.
func (r *Revocations) AddList(der []byte, issuer *Certificate) error {
	next, err := readList(der)
	if err != nil {
		return fmt.Errorf("read revocation list: %w", err)
	}
	if !bytes.Equal(next.list.RawIssuer, issuer.RawSubject) {
		return ErrOtherIssuer
	}
	if err := next.list.CheckSignatureFrom(issuer); err != nil {
		return fmt.Errorf("read revocation list: %w", err)
	}
	key := sha256.Sum256(issuer.Raw)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, known := range r.lists[key] {
		if !slices.Equal(known.points, next.points) {
			continue
		}
		if known.list.ThisUpdate.Before(next.list.ThisUpdate) {
			r.lists[key][i] = next
		}
		return nil
	}
	r.lists[key] = append(r.lists[key], next)
	return nil
}

// AddAnswer takes in an OCSP response in DER about c, which issuer or one whom
// it delegated has signed. OCSP for SM2 has no Go library; lists serve there.
func (r *Revocations) AddAnswer(der []byte, c, issuer *Certificate) error {
	standard, standardIssuer, err := standardPair(c, issuer)
	if err != nil {
		return fmt.Errorf("read OCSP answer: %w", err)
	}
	answer, err := ocsp.ParseResponseForCert(der, standard, standardIssuer)
	if err == nil {
		err = mayAnswer(answer, standardIssuer)
	}
	if err != nil {
		return fmt.Errorf("read OCSP answer: %w", err)
	}
	key := sha256.Sum256(c.Raw)
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.answers[key]; known == nil || known.ThisUpdate.Before(answer.ThisUpdate) {
		r.answers[key] = answer
	}
	return nil
}

// mayAnswer says why whoever signed an answer may not: another than the issuer
// must have a certificate for that, valid then (RFC 6960 §4.2.2.2), or the holder
// of any certificate could answer for all others of its issuer.
func mayAnswer(answer *ocsp.Response, issuer *x509.Certificate) error {
	c := answer.Certificate
	switch {
	case c == nil || c.Equal(issuer):
		return nil
	case !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return errors.New("whoever signed it has no certificate for OCSP")
	case answer.ProducedAt.Before(c.NotBefore) || answer.ProducedAt.After(c.NotAfter):
		return errors.New("the certificate of whoever signed it was not valid then")
	}
	return nil
}

// OCSPQuestion returns what to ask about c, in DER, and at which address (RFC 6960 §4.1).
func OCSPQuestion(c, issuer *Certificate) (question []byte, servers []string, err error) {
	standard, standardIssuer, err := standardPair(c, issuer)
	if err != nil {
		return nil, nil, fmt.Errorf("write OCSP question: %w", err)
	}
	if question, err = ocsp.CreateRequest(standard, standardIssuer, nil); err != nil {
		return nil, nil, fmt.Errorf("write OCSP question: %w", err)
	}
	return question, c.OCSPServer, nil
}

func standardPair(c, issuer *Certificate) (a, b *x509.Certificate, err error) {
	if a, err = x509.ParseCertificate(c.Raw); err != nil {
		return nil, nil, err
	}
	b, err = x509.ParseCertificate(issuer.Raw)
	return a, b, err
}

// checkChain asks for every certificate but the root.
func (r *Revocations) checkChain(chain []*Certificate, at time.Time) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range len(chain) - 1 {
		known, revoked := r.answer(chain[i], at)
		if !known {
			known, revoked = r.listed(chain[i], chain[i+1], at)
		}
		switch {
		case revoked:
			return refusal(CodeRevoked, "the certificate, or one that it comes from, was revoked before this time")
		case !known && !r.policy.AcceptUnknown:
			return refusal(CodeStatus, "whether the certificate was revoked is not known, and the policy does not take that")
		}
	}
	return nil
}

// answer looks among the OCSP answers.
func (r *Revocations) answer(c *Certificate, at time.Time) (known, revoked bool) {
	a := r.answers[sha256.Sum256(c.Raw)]
	switch {
	case a == nil:
		return false, false
	case a.Status == ocsp.Revoked: // stays so, however old the answer
		return true, !at.Before(a.RevokedAt)
	case a.Status == ocsp.Good && !r.isStale(a.NextUpdate, at):
		return true, false
	}
	return false, false
}

// listed looks into the issuer's lists.
func (r *Revocations) listed(c, issuer *Certificate, at time.Time) (known, revoked bool) {
	for _, l := range r.lists[sha256.Sum256(issuer.Raw)] {
		if since, found := l.revoked[c.SerialNumber.String()]; found {
			return true, !at.Before(since)
		}
		known = known || l.covers(c) && !r.isStale(l.list.NextUpdate, at)
	}
	return known, false
}

// isStale reports whether something newer should be known by then. What names no
// next update is stale at once.
func (r *Revocations) isStale(next, at time.Time) bool { return !at.Before(next.Add(r.policy.Grace)) }

// Listed returns until when all lists that are known are current, the grace not
// counted, or the zero time if there is none.
func (r *Revocations) Listed() time.Time {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var first time.Time
	for _, lists := range r.lists {
		for _, l := range lists {
			if next := l.list.NextUpdate; first.IsZero() || next.Before(first) {
				first = next
			}
		}
	}
	return first
}

// Answered returns from when to when the OCSP answer about c that is known is
// current, the grace not counted, or zero times if there is none.
func (r *Revocations) Answered(c *Certificate) (from, until time.Time) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if a := r.answers[sha256.Sum256(c.Raw)]; a != nil {
		return a.ThisUpdate, a.NextUpdate
	}
	return time.Time{}, time.Time{}
}
