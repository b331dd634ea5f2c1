package signing

import (
	"bytes"
	"crypto/sha256"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// A Signer is whose signature counts: a certificate registered under a name.
type Signer struct {
	Name        string // a party id, or the name of the exchange
	Certificate *Certificate
	From, Until time.Time // narrow the certificate's own validity; zero leaves it
	UserID      []byte    // enters Z of SM2; the default of GB/T 35276 if empty
	AllowDER    bool      // the signer writes SM2 signatures as ASN.1 DER
	Standing    Standing  // asked as well, or nil
}

// validAt reports whether the signer's signature counts at a time.
func (s *Signer) validAt(at time.Time) bool {
	return validAt(s.Certificate, at) && (s.From.IsZero() || !at.Before(s.From)) && (s.Until.IsZero() || at.Before(s.Until))
}

// lapse says, of a signer whose signature does not count at a time, why.
func (s *Signer) lapse(at time.Time) error {
	if at.Before(s.Certificate.NotBefore) || at.Before(s.From) {
		return refusal(CodeNotYet, "the signer's registered key does not count yet")
	}
	return refusal(CodeExpired, "the signer's registered key no longer counts")
}

// check says why a signature that holds does not count at a time, or nothing.
func (s *Signer) check(at time.Time) error {
	switch {
	case !s.validAt(at):
		return refusal(CodeCertificate, "the signer's certificate does not count at this time")
	case !signsDocuments(s.Certificate):
		return refusal(CodeCertificate, "the signer's certificate is not for signatures")
	case s.Standing != nil:
		return s.Standing.Check(s.Certificate, at)
	}
	return nil
}

// Trust is the set of signers whose signatures count. The zero Trust trusts
// nobody. It does not change, and may be used by several goroutines at once.
type Trust struct {
	signers     map[[sha256.Size]byte]*Signer // by SHA-256 of the certificate
	authorities *smx509.CertPool              // roots of time-stamping authorities, or nil
}

// NewTrust trusts these signers, each by exactly the certificate given.
func NewTrust(signers ...Signer) Trust {
	t := Trust{signers: make(map[[sha256.Size]byte]*Signer, len(signers))}
	for _, s := range signers {
		t.signers[sha256.Sum256(s.Certificate.Raw)] = &s
	}
	return t
}

// WithTimestamps also trusts the time-stamping authorities under these roots.
func (t Trust) WithTimestamps(roots ...*Certificate) Trust {
	t.authorities = smx509.NewCertPool()
	for _, c := range roots {
		t.authorities.AddCert(c)
	}
	return t
}

// signer finds who has this certificate. If nobody trusted has, it returns
// the certificate alone, without a name.
func (t Trust) signer(der []byte) (*Signer, error) {
	if s, known := t.signers[sha256.Sum256(der)]; known {
		return s, nil
	}
	c, err := ParseCertificate(bytes.Clone(der)) // it is kept
	if err != nil {
		return nil, refusal(CodeCertificate, "the certificate cannot be read")
	}
	return &Signer{Certificate: c}, nil
}

// CoveredUntil returns until when one of the keys of a signer, old and new side by
// side, is valid without a gap, from now on. It is zero if none is valid now.
func CoveredUntil(signers []Signer, now time.Time) time.Time {
	var until time.Time
	for at := now; ; at = until {
		extended := false
		for i := range signers {
			if end := signers[i].end(); signers[i].validAt(at) && end.After(at) && end.After(until) {
				until, extended = end, true
			}
		}
		if !extended {
			return until
		}
	}
}

// end returns until when the key is valid.
func (s *Signer) end() time.Time {
	if s.Until.IsZero() || s.Certificate.NotAfter.Before(s.Until) {
		return s.Certificate.NotAfter
	}
	return s.Until
}
