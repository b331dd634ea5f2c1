package signing_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/c14n"

	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/crypto/ocsp"
)

// An authority issues certificates in tests.
type authority struct {
	certificate *signing.Certificate
	key         crypto.Signer
}

// issue makes a certificate. Without a parent it is its own.
func issue(tb testing.TB, parent *authority, change func(*smx509.Certificate), kind string) authority {
	tb.Helper()
	key := newKey(tb, kind).Signer
	template := &smx509.Certificate{
		SerialNumber: must[*big.Int](tb)(rand.Int(rand.Reader, big.NewInt(1<<60))),
		Subject:      pkix.Name{CommonName: rand.Text()},
		NotBefore:    accepted.AddDate(-1, 0, 0), NotAfter: accepted.AddDate(1, 0, 0),
		KeyUsage: smx509.KeyUsageDigitalSignature,
	}
	change(template)
	if parent == nil {
		parent = &authority{template, key}
	}
	der := must[[]byte](tb)(smx509.CreateCertificate(rand.Reader, template, parent.certificate, key.Public(), parent.key))
	return authority{must[*signing.Certificate](tb)(signing.ParseCertificate(der)), key}
}

func asAuthority(c *smx509.Certificate) {
	c.IsCA, c.BasicConstraintsValid = true, true
	c.KeyUsage = smx509.KeyUsageCertSign | smx509.KeyUsageCRLSign
}

func asLeaf(*smx509.Certificate) {}

func (a *authority) signingKey() signing.Key {
	return signing.Key{ID: "leaf", Signer: a.key, Certificate: a.certificate}
}

// list makes a CRL of a that revokes certificates an hour before accepted.
func (a *authority) list(tb testing.TB, at time.Time, revoked ...*signing.Certificate) []byte {
	tb.Helper()
	template := &smx509.RevocationList{Number: big.NewInt(at.Unix()), ThisUpdate: at, NextUpdate: at.Add(24 * time.Hour)}
	for _, c := range revoked {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			smx509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: accepted.Add(-time.Hour)})
	}
	return must[[]byte](tb)(smx509.CreateRevocationList(rand.Reader, template, a.certificate, a.key))
}

func certificates(list ...authority) (c []*signing.Certificate) {
	for _, a := range list {
		c = append(c, a.certificate)
	}
	return c
}

// checkCode compares a refusal's code, "" standing for none.
func checkCode(t *testing.T, name string, err error, code string) {
	t.Helper()
	got := ""
	if r, ok := errors.AsType[*signing.Refusal](err); ok {
		got = r.Code
	}
	if (err == nil) != (code == "") || got != code {
		t.Errorf("%s: %v, want code %q", name, err, code)
	}
}

func TestAnchors(t *testing.T) {
	for _, kind := range []string{"P-256", "SM2"} {
		root := issue(t, nil, asAuthority, kind)
		middle := issue(t, &root, asAuthority, kind)
		leaf := issue(t, &middle, asLeaf, kind)
		other := issue(t, nil, asAuthority, kind)
		byLeaf := issue(t, &leaf, asLeaf, kind)
		anchors := must[*signing.Anchors](t)(signing.NewAnchors(certificates(root), certificates(middle), nil))
		for _, c := range []struct {
			name string
			leaf authority
			at   time.Time
			code string
		}{
			{"good", leaf, accepted, ""},
			{"too early", leaf, accepted.AddDate(-2, 0, 0), signing.CodeChain},
			{"too late", leaf, accepted.AddDate(2, 0, 0), signing.CodeChain},
			{"another authority", issue(t, &other, asLeaf, kind), accepted, signing.CodeChain},
			{"issued by one that may not", byLeaf, accepted, signing.CodeChain},
			{"on its own", issue(t, nil, asLeaf, kind), accepted, signing.CodeChain},
		} {
			checkCode(t, kind+", "+c.name, anchors.Check(c.leaf.certificate, c.at), c.code)
		}
	}
	if _, err := signing.NewAnchors(nil, nil, nil); err == nil {
		t.Error("anchors without a root: accepted")
	}
}

func TestStandingIsAsked(t *testing.T) {
	root := issue(t, nil, asAuthority, "P-256")
	leaf := issue(t, &root, asLeaf, "P-256")
	encryption := issue(t, &root, func(c *smx509.Certificate) { c.KeyUsage = smx509.KeyUsageKeyEncipherment }, "P-256")
	other := issue(t, nil, asAuthority, "P-256")
	good := must[*signing.Anchors](t)(signing.NewAnchors(certificates(root), nil, nil))
	bad := must[*signing.Anchors](t)(signing.NewAnchors(certificates(other), nil, nil))
	v := newVerifier(t, nil)
	document := []byte("<a/>")
	signed := must[[]byte](t)(signing.SignDocument(document, leaf.signingKey(), c14n.Exclusive))
	sealed := seal(t, headerOf(document), document, leaf.signingKey())
	for name, c := range map[string]struct {
		standing signing.Standing
		code     string
	}{"good": {good, ""}, "bad": {bad, signing.CodeChain}} {
		signer := signing.Signer{Name: "x", Certificate: leaf.certificate, Standing: c.standing}
		_, err := v.Verify(signing.Claim{Document: signed, Signers: []signing.Signer{signer}, At: accepted})
		checkCode(t, name+" document", err, c.code)
		_, err = signing.OpenEnvelope(sealed, signing.NewTrust(signer))
		checkCode(t, name+" envelope", err, c.code)
	}
	if _, err := signing.SignDocument(document, encryption.signingKey(), c14n.Exclusive); err == nil {
		t.Error("signed by a certificate for encryption")
	}
}

func TestRevocations(t *testing.T) {
	root := issue(t, nil, asAuthority, "SM2")
	middle := issue(t, &root, asAuthority, "SM2")
	leaf, revoked := issue(t, &middle, asLeaf, "SM2"), issue(t, &middle, asLeaf, "SM2")
	check := func(policy signing.RevocationPolicy, c authority, at time.Time, add func(*signing.Revocations)) error {
		r := signing.NewRevocations(policy)
		add(r)
		return must[*signing.Anchors](t)(signing.NewAnchors(certificates(root), certificates(middle), r)).Check(c.certificate, at)
	}
	all := func(r *signing.Revocations) {
		err := r.AddList(root.list(t, accepted), root.certificate)
		if err == nil {
			err = r.AddList(middle.list(t, accepted, revoked.certificate), middle.certificate)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	none := func(*signing.Revocations) {}
	strictly, lenient := signing.RevocationPolicy{}, signing.RevocationPolicy{AcceptUnknown: true}
	graceful := signing.RevocationPolicy{Grace: 48 * time.Hour}
	checkCode(t, "good", check(strictly, leaf, accepted, all), "")
	checkCode(t, "revoked", check(strictly, revoked, accepted, all), signing.CodeRevoked)
	checkCode(t, "revoked, lenient", check(lenient, revoked, accepted, all), signing.CodeRevoked)
	checkCode(t, "signed before it was revoked", check(strictly, revoked, accepted.Add(-2*time.Hour), all), "")
	checkCode(t, "unknown", check(strictly, leaf, accepted, none), signing.CodeStatus)
	checkCode(t, "unknown, lenient", check(lenient, leaf, accepted, none), "")
	checkCode(t, "stale", check(strictly, leaf, accepted.Add(24*time.Hour), all), signing.CodeStatus)
	checkCode(t, "stale, within the grace", check(graceful, leaf, accepted.Add(24*time.Hour), all), "")
	checkCode(t, "stale, but revoked", check(strictly, revoked, accepted.AddDate(0, 1, 0), all), signing.CodeRevoked)
	checkCode(t, "issuer revoked", check(strictly, leaf, accepted, func(r *signing.Revocations) {
		all(r)
		if err := r.AddList(root.list(t, accepted.Add(time.Minute), middle.certificate), root.certificate); err != nil {
			t.Fatal(err)
		}
	}), signing.CodeRevoked)
	checkCode(t, "older list comes later", check(strictly, revoked, accepted, func(r *signing.Revocations) {
		all(r)
		if err := r.AddList(middle.list(t, accepted.Add(-time.Minute)), middle.certificate); err != nil {
			t.Fatal(err)
		}
	}), signing.CodeRevoked)
}

func TestListsAreChecked(t *testing.T) {
	root, other := issue(t, nil, asAuthority, "P-256"), issue(t, nil, asAuthority, "P-256")
	r := signing.NewRevocations(signing.RevocationPolicy{})
	good := root.list(t, accepted)
	forged := append([]byte(nil), good...)
	forged[len(forged)-1] ^= 1
	if r.AddList(good, other.certificate) == nil || r.AddList(forged, root.certificate) == nil || r.AddList(nil, root.certificate) == nil {
		t.Error("a list that is not the issuer's was taken in")
	}
	if !r.Listed().IsZero() {
		t.Error("something is known")
	}
	if err := r.AddList(good, root.certificate); err != nil || !r.Listed().Equal(accepted.Truncate(time.Second).Add(24*time.Hour)) {
		t.Errorf("Listed = %v, %v", r.Listed(), err)
	}
}

func TestOCSP(t *testing.T) {
	root := issue(t, nil, asAuthority, "P-256")
	leaf := issue(t, &root, func(c *smx509.Certificate) { c.OCSPServer = []string{"http://ocsp.example.org"} }, "P-256")
	question, servers, err := signing.OCSPQuestion(leaf.certificate, root.certificate)
	if err != nil || len(servers) != 1 {
		t.Fatalf("OCSPQuestion: %v, %v", servers, err)
	}
	asked := must[*ocsp.Request](t)(ocsp.ParseRequest(question))
	standard := must[*x509.Certificate](t)(x509.ParseCertificate(root.certificate.Raw))
	answer := func(status int, at time.Time) []byte {
		return must[[]byte](t)(ocsp.CreateResponse(standard, standard, ocsp.Response{
			Status: status, SerialNumber: asked.SerialNumber, ThisUpdate: at, NextUpdate: at.Add(time.Hour), RevokedAt: accepted,
		}, root.key))
	}
	r := signing.NewRevocations(signing.RevocationPolicy{})
	anchors := must[*signing.Anchors](t)(signing.NewAnchors(certificates(root), nil, r))
	checkCode(t, "not asked", anchors.Check(leaf.certificate, accepted), signing.CodeStatus)
	for _, c := range []struct {
		name   string
		status int
		at     time.Time // of the answer
		code   string
	}{
		{"unknown", ocsp.Unknown, accepted.Add(-3 * time.Minute), signing.CodeStatus},
		{"good", ocsp.Good, accepted.Add(-2 * time.Minute), ""},
		{"revoked", ocsp.Revoked, accepted.Add(-time.Minute), signing.CodeRevoked},
		{"good, but older", ocsp.Good, accepted.Add(-time.Hour), signing.CodeRevoked},
	} {
		if err := r.AddAnswer(answer(c.status, c.at), leaf.certificate, root.certificate); err != nil {
			t.Fatal(err)
		}
		checkCode(t, c.name, anchors.Check(leaf.certificate, accepted), c.code)
	}
	if r.AddAnswer([]byte("x"), leaf.certificate, root.certificate) == nil {
		t.Error("took in what is no answer")
	}
}

func TestCoveredUntil(t *testing.T) {
	old, next := newKey(t, "P-256"), newKey(t, "SM2")
	day := 24 * time.Hour
	overlapping := []signing.Signer{
		{Certificate: old.Certificate, Until: accepted.Add(10 * day)},
		{Certificate: next.Certificate, From: accepted.Add(9 * day), Until: accepted.Add(20 * day)},
	}
	gap := []signing.Signer{overlapping[0], {Certificate: next.Certificate, From: accepted.Add(11 * day)}}
	for name, c := range map[string]struct {
		signers []signing.Signer
		want    time.Time
	}{
		"overlap": {overlapping, accepted.Add(20 * day)},
		"gap":     {gap, accepted.Add(10 * day)},
		"ended":   {overlapping[:1], time.Time{}},
		"none":    {nil, time.Time{}},
	} {
		now := accepted
		if name == "ended" {
			now = accepted.Add(10 * day)
		}
		if got := signing.CoveredUntil(c.signers, now); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
