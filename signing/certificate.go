package signing

import (
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// A Certificate is an X.509 certificate (RFC 5280). The type knows SM2 keys
// (GB/T 20518), which that of the standard library does not.
type Certificate = smx509.Certificate

// ParseCertificate reads one certificate in DER.
func ParseCertificate(der []byte) (*Certificate, error) {
	c, err := smx509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parse certificate: %w", err)
	}
	return c, nil
}

// ParseCertificatePEM reads the first certificate in PEM.
func ParseCertificatePEM(text []byte) (*Certificate, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return ParseCertificate(block.Bytes)
		}
	}
	return nil, errors.New("parse certificate: no CERTIFICATE block in PEM")
}

// validAt reports whether a certificate may be used at a time. Certificates are
// dated to the second.
func validAt(c *Certificate, at time.Time) bool {
	return !at.Before(c.NotBefore) && !at.Truncate(time.Second).After(c.NotAfter)
}
