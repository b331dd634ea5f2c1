package signing_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"

	"beibu/signing"

	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/crypto/ocsp"
)

// An answer counts by the issuer, or by one whom it delegated: not by the
// holder of another of its certificates, who could speak for himself.
func TestWhoMayAnswer(t *testing.T) {
	root := issue(t, nil, asAuthority, "P-256")
	leaf := issue(t, &root, asLeaf, "P-256")
	forOCSP := func(c *smx509.Certificate) { c.ExtKeyUsage = []smx509.ExtKeyUsage{smx509.ExtKeyUsageOCSPSigning} }
	ended := func(c *smx509.Certificate) {
		forOCSP(c)
		c.NotAfter = time.Now().Add(-time.Hour)
	}
	for name, c := range map[string]struct {
		by   authority
		good bool
	}{
		"the issuer":                        {root, true},
		"one whom it delegated":             {issue(t, &root, forOCSP, "P-256"), true},
		"one whom it had delegated":         {issue(t, &root, ended, "P-256"), false},
		"the certificate itself":            {leaf, false},
		"another of its certificates":       {issue(t, &root, asLeaf, "P-256"), false},
		"one whom another issuer delegated": {issue(t, nil, forOCSP, "P-256"), false},
	} {
		responder := must[*x509.Certificate](t)(x509.ParseCertificate(c.by.certificate.Raw))
		template := ocsp.Response{
			Status: ocsp.Good, SerialNumber: leaf.certificate.SerialNumber, ThisUpdate: accepted, NextUpdate: accepted.Add(time.Hour), Certificate: responder,
		}
		der := must[[]byte](t)(ocsp.CreateResponse(must[*x509.Certificate](t)(x509.ParseCertificate(root.certificate.Raw)), responder, template, c.by.key))
		r := signing.NewRevocations(signing.RevocationPolicy{})
		if err := r.AddAnswer(der, leaf.certificate, root.certificate); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
		if from, until := r.Answered(leaf.certificate); from.IsZero() == c.good || until.IsZero() == c.good {
			t.Errorf("%s: answered from %v until %v", name, from, until)
		}
	}
}

// A list for an address counts for the certificates that name it; one that is
// a part of a list, or more than the issuer's, says why it is not taken.
func TestDistributionPoints(t *testing.T) {
	root := issue(t, nil, asAuthority, "P-256")
	at := func(point string) authority {
		return issue(t, &root, func(c *smx509.Certificate) { c.CRLDistributionPoints = []string{point} }, "P-256")
	}
	named, other, unnamed := at("http://a/1.crl"), at("http://a/2.crl"), issue(t, &root, asLeaf, "P-256")
	// fullName of a DistributionPointName, with one URI
	point := func(uri string) []byte {
		name := append([]byte{0x86, byte(len(uri))}, uri...)
		full := append([]byte{0xa0, byte(len(name))}, name...)
		return append([]byte{0xa0, byte(len(full))}, full...)
	}
	list := func(oid asn1.ObjectIdentifier, content ...byte) []byte {
		template := &smx509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: accepted, NextUpdate: accepted.Add(time.Hour),
			ExtraExtensions: []pkix.Extension{{Id: oid, Critical: true, Value: append([]byte{0x30, byte(len(content))}, content...)}},
		}
		return must[[]byte](t)(smx509.CreateRevocationList(rand.Reader, template, root.certificate, root.key))
	}
	idp := asn1.ObjectIdentifier{2, 5, 29, 28}
	r := signing.NewRevocations(signing.RevocationPolicy{})
	anchors := must[*signing.Anchors](t)(signing.NewAnchors(certificates(root), nil, r))
	if err := r.AddList(list(idp, point("http://a/1.crl")...), root.certificate); err != nil {
		t.Fatal(err)
	}
	checkCode(t, "named", anchors.Check(named.certificate, accepted), "")
	checkCode(t, "another address", anchors.Check(other.certificate, accepted), signing.CodeStatus)
	checkCode(t, "no address", anchors.Check(unnamed.certificate, accepted), signing.CodeStatus)
	if err := r.AddList(list(idp, point("http://a/2.crl")...), root.certificate); err != nil {
		t.Fatal(err)
	}
	checkCode(t, "named, with two lists", anchors.Check(named.certificate, accepted), "")
	checkCode(t, "another address, with two lists", anchors.Check(other.certificate, accepted), "")
	for why, der := range map[string][]byte{
		"one kind":         list(idp, 0x81, 1, 0xff),
		"some reasons":     list(idp, 0x83, 2, 0, 0x80),
		"indirect":         list(idp, 0x84, 1, 0xff),
		"relative":         list(idp, 0xa0, 0x10, 0xa1, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x03, 'a', 'b', 'c'),
		"no address":       list(idp, 0xa0, 5, 0xa0, 3, 0x82, 1, 'a'),
		"cannot be read":   list(idp, 0xff),
		"a delta":          list(asn1.ObjectIdentifier{2, 5, 29, 27}),
		"1.2.3 is not kno": list(asn1.ObjectIdentifier{1, 2, 3}),
	} {
		if err := r.AddList(der, root.certificate); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", why, err)
		}
	}
}
