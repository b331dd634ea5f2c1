package access_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
)

// digest returns the SHA-256 of a text as a credential gives it.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

var now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// certificate returns a client certificate that is valid at now.
func certificate(spki string) *x509.Certificate {
	return &x509.Certificate{
		RawSubjectPublicKeyInfo: []byte(spki), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
}

func TestAuthenticate(t *testing.T) {
	known, err := access.NewCredentials([]access.Credential{
		{Name: "port gateway", Party: "qinzhou-customs", KeySHA256: digest("port key"), SPKISHA256: digest("port spki")},
		{Name: "port backup", Party: "qinzhou-customs", SPKISHA256: digest("backup spki")},
		{Name: "viet nam", Party: "vn-nsw", SPKISHA256: strings.ToUpper(digest("vn spki"))},
		{Name: "night shift", Grants: access.Everywhere(access.StaffRoles), KeySHA256: digest("operator key")},
	})
	if err != nil {
		t.Fatal(err)
	}
	expired := certificate("vn spki")
	expired.NotAfter = now.Add(-time.Second)
	future := certificate("vn spki")
	future.NotBefore = now.Add(time.Second)
	cases := []struct {
		name, key   string
		certificate *x509.Certificate
		principal   string
		err         *exchange.Error
	}{
		{name: "nothing", err: access.ErrNoCredentials},
		{name: "key", key: "port key", principal: "port gateway"},
		{name: "operator", key: "operator key", principal: "night shift"},
		{name: "unknown key", key: "port keys", err: access.ErrUnknownCredentials},
		{name: "digest for a key", key: digest("port key"), err: access.ErrUnknownCredentials},
		{name: "certificate", certificate: certificate("vn spki"), principal: "viet nam"},
		{name: "unknown certificate", certificate: certificate("other"), err: access.ErrNoCredentials},
		{name: "expired certificate", certificate: expired, err: access.ErrNoCredentials},
		{name: "certificate not valid yet", certificate: future, err: access.ErrNoCredentials},
		{name: "both of one party", key: "port key", certificate: certificate("backup spki"), principal: "port gateway"},
		{name: "two parties", key: "port key", certificate: certificate("vn spki"), err: access.ErrUnknownCredentials},
		{name: "a key with an unknown certificate", key: "port key", certificate: certificate("other"), principal: "port gateway"},
		{name: "a wrong key beside a certificate", key: "x", certificate: certificate("vn spki"), err: access.ErrUnknownCredentials},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			principal, err := known.Authenticate(c.key, c.certificate, now)
			if got, _ := errors.AsType[*exchange.Error](err); principal.Name != c.principal || got != c.err {
				t.Errorf("%q, %v; want %q, %v", principal.Name, err, c.principal, c.err)
			}
		})
	}
}

func TestCredentialsReportEveryMistake(t *testing.T) {
	good := access.Credential{Name: "good", Party: "p", KeySHA256: digest("k"), SPKISHA256: digest("s")}
	_, err := access.NewCredentials([]access.Credential{
		good,
		{Party: "p", KeySHA256: digest("1")},
		{Name: "no party", KeySHA256: digest("2")},
		{Name: "no secret", Party: "p"},
		{Name: "not hexadecimal", Party: "p", KeySHA256: "secret"},
		{Name: "short", Party: "p", SPKISHA256: "abcd"},
		{Name: "same key", Party: "q", KeySHA256: digest("k")},
		{Name: "same certificate", Party: "q", SPKISHA256: digest("s")},
	})
	for i := 2; i <= 8; i++ {
		if err == nil || !strings.Contains(err.Error(), "credential "+string(rune('0'+i))) {
			t.Errorf("credential %d is not reported: %v", i, err)
		}
	}
	if _, err := access.NewCredentials([]access.Credential{good}); err != nil {
		t.Errorf("the good one alone: %v", err)
	}
}

// A session ends with its credential: if it is removed, renamed, or has another secret.
func TestResolve(t *testing.T) {
	digest := sha256.Sum256([]byte("secret"))
	signedIn := access.Credential{Name: "night shift", Grants: access.Everywhere(access.OperatorRole), KeySHA256: hex.EncodeToString(digest[:])}
	renamed := signedIn
	renamed.Name = "day shift"
	other := sha256.Sum256([]byte("another"))
	changed := signedIn
	changed.KeySHA256 = hex.EncodeToString(other[:])
	for name, c := range map[string]struct {
		all  []access.Credential
		want bool
	}{
		"as it was": {[]access.Credential{signedIn}, true},
		"removed":   {nil, false},
		"renamed":   {[]access.Credential{renamed}, false},
		"changed":   {[]access.Credential{changed}, false},
	} {
		known, err := access.NewCredentials(c.all)
		if err != nil {
			t.Fatal(err)
		}
		who, ok := known.Resolve("night shift", access.KeyFingerprint("secret"))
		if ok != c.want || ok && who.AllRoles()&access.StaffRoles != access.OperatorRole {
			t.Errorf("%s: %+v %t", name, who, ok)
		}
		if _, ok := known.Resolve("night shift", access.CertificateFingerprint(nil)); ok {
			t.Errorf("%s: no secret resolves", name)
		}
	}
}
