package signing

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// A revocationList is a list in force.
type revocationList struct {
	list    *smx509.RevocationList
	revoked map[string]time.Time // by serial number
	points  []string             // addresses of which it is the whole list; none if it is that of the issuer
}

// Critical extensions of lists (RFC 5280 §5.2.4, §5.2.5).
var (
	oidDeltaIndicator    = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28}
)

// distributionPoint is IssuingDistributionPoint.
type distributionPoint struct {
	Point struct {
		FullName     []asn1.RawValue  `asn1:"optional,tag:0"`
		RelativeName pkix.RDNSequence `asn1:"optional,tag:1"`
	} `asn1:"optional,tag:0"`
	OnlyUsers      bool           `asn1:"optional,tag:1"`
	OnlyIssuers    bool           `asn1:"optional,tag:2"`
	OnlyReasons    asn1.BitString `asn1:"optional,tag:3"`
	Indirect       bool           `asn1:"optional,tag:4"`
	OnlyAttributes bool           `asn1:"optional,tag:5"`
}

// readList reads a list that covers all certificates of its issuer, or for
// all of those that name its address.
func readList(der []byte) (*revocationList, error) {
	list, err := smx509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	l := &revocationList{list: list, revoked: make(map[string]time.Time, len(list.RevokedCertificateEntries))}
	for _, extension := range list.Extensions {
		switch {
		case extension.Id.Equal(oidDeltaIndicator):
			return nil, errors.New("it holds the changes to another list alone (a delta, RFC 5280 §5.2.4)")
		case extension.Id.Equal(oidDistributionPoint):
			if l.points, err = readDistributionPoint(extension.Value); err != nil {
				return nil, err
			}
		case extension.Critical:
			return nil, fmt.Errorf("its critical extension %v is not known", extension.Id)
		}
	}
	for _, entry := range list.RevokedCertificateEntries {
		l.revoked[entry.SerialNumber.String()] = entry.RevocationTime
	}
	return l, nil
}

// readDistributionPoint returns the addresses of which a list is the whole
// list, or why it is only a part.
func readDistributionPoint(der []byte) (points []string, err error) {
	var p distributionPoint
	if rest, err := asn1.Unmarshal(der, &p); err != nil || len(rest) > 0 {
		return nil, errors.New("its issuing distribution point cannot be read")
	}
	switch {
	case p.OnlyUsers, p.OnlyIssuers, p.OnlyAttributes:
		return nil, errors.New("it is for one kind of certificates alone (RFC 5280 §5.2.5); a full list is needed")
	case p.OnlyReasons.BitLength > 0:
		return nil, errors.New("it is for some reasons alone (RFC 5280 §5.2.5); a full list is needed")
	case p.Indirect:
		return nil, errors.New("it is for certificates of other issuers as well (indirect, RFC 5280 §5.2.5)")
	case len(p.Point.RelativeName) > 0:
		return nil, errors.New("its distribution point is named relative to the issuer, which certificates here cannot be held against")
	}
	const uri = 6 // GeneralName
	for _, name := range p.Point.FullName {
		if name.Class == asn1.ClassContextSpecific && name.Tag == uri {
			points = append(points, string(name.Bytes))
		}
	}
	if len(p.Point.FullName) > 0 && len(points) == 0 {
		return nil, errors.New("its distribution point has no address, which certificates could be held against")
	}
	return points, nil
}

// covers reports whether the list would name a certificate of its issuer that
// was revoked.
func (l *revocationList) covers(c *Certificate) bool {
	return len(l.points) == 0 || slices.ContainsFunc(c.CRLDistributionPoints, func(p string) bool { return slices.Contains(l.points, p) })
}
