package httpapi

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/proof"
)

// digestHex returns the SHA-256 of a text as a credential gives it.
func digestHex(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

var now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// certificate returns what a handshake leaves of a client certificate.
func certificate(spki string) *x509.Certificate {
	return &x509.Certificate{
		RawSubjectPublicKeyInfo: []byte(spki), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
}

func TestCallers(t *testing.T) {
	access, err := NewAccess([]Credential{
		{Name: "port gateway", Party: "qinzhou-customs", KeySHA256: digestHex("port key"), SPKISHA256: digestHex("port spki")},
		{Name: "port backup", Party: "qinzhou-customs", SPKISHA256: digestHex("backup spki")},
		{Name: "viet nam", Party: "vn-nsw", SPKISHA256: strings.ToUpper(digestHex("vn spki"))},
		{Name: "night shift", Operator: true, KeySHA256: digestHex("operator key")},
	})
	if err != nil {
		t.Fatal(err)
	}
	expired := certificate("vn spki")
	expired.NotAfter = now.Add(-time.Second)
	future := certificate("vn spki")
	future.NotBefore = now.Add(time.Second)
	cases := []struct {
		name, authorization string
		certificate         *x509.Certificate
		caller              string
		err                 error
	}{
		{name: "nothing", err: errNoCredentials},
		{name: "key", authorization: "Bearer port key", caller: "port gateway"},
		{name: "scheme in any case (RFC 9110)", authorization: "bearer port key", caller: "port gateway"},
		{name: "operator", authorization: "Bearer operator key", caller: "night shift"},
		{name: "unknown key", authorization: "Bearer port keys", err: errWrongCredentials},
		{name: "empty key", authorization: "Bearer ", err: errWrongCredentials},
		{name: "digest for a key", authorization: "Bearer " + digestHex("port key"), err: errWrongCredentials},
		{name: "another scheme", authorization: "Basic port key", err: errWrongCredentials},
		{name: "certificate", certificate: certificate("vn spki"), caller: "viet nam"},
		{name: "unknown certificate", certificate: certificate("other"), err: errNoCredentials},
		{name: "expired certificate", certificate: expired, err: errNoCredentials},
		{name: "certificate not valid yet", certificate: future, err: errNoCredentials},
		{name: "both of one party", authorization: "Bearer port key", certificate: certificate("backup spki"), caller: "port gateway"},
		{name: "two parties", authorization: "Bearer port key", certificate: certificate("vn spki"), err: errWrongCredentials},
		{name: "a key with an unknown certificate", authorization: "Bearer port key", certificate: certificate("other"), caller: "port gateway"},
		{name: "a wrong key beside a certificate", authorization: "Bearer x", certificate: certificate("vn spki"), err: errWrongCredentials},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			if c.certificate != nil {
				r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c.certificate}}
			}
			caller, err := access.caller(r, now)
			if caller.Name != c.caller || !errors.Is(err, c.err) {
				t.Errorf("%q, %v; want %q, %v", caller.Name, err, c.caller, c.err)
			}
		})
	}
}

func TestSwapKeepsWhatWorksWhereItFails(t *testing.T) {
	access, err := NewAccess([]Credential{{Name: "old", Party: "p", KeySHA256: digestHex("old")}})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer old")
	if err := access.Swap([]Credential{{Name: "broken", Party: "p", KeySHA256: "zz"}}); err == nil {
		t.Error("a broken credential was taken")
	}
	if caller, err := access.caller(r, now); err != nil || caller.Name != "old" {
		t.Errorf("after a failed swap: %v, %v", caller, err)
	}
	if err := access.Swap([]Credential{{Name: "new", Party: "p", KeySHA256: digestHex("new")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := access.caller(r, now); !errors.Is(err, errWrongCredentials) {
		t.Errorf("the old key still works: %v", err)
	}
}

func TestCredentialsAreCheckedAllAtOnce(t *testing.T) {
	good := Credential{Name: "good", Party: "p", KeySHA256: digestHex("k"), SPKISHA256: digestHex("s")}
	_, err := NewAccess([]Credential{
		good,
		{Party: "p", KeySHA256: digestHex("1")},
		{Name: "no party", KeySHA256: digestHex("2")},
		{Name: "no secret", Party: "p"},
		{Name: "not hexadecimal", Party: "p", KeySHA256: "secret"},
		{Name: "short", Party: "p", SPKISHA256: "abcd"},
		{Name: "same key", Party: "q", KeySHA256: digestHex("k")},
		{Name: "same certificate", Party: "q", SPKISHA256: digestHex("s")},
	})
	for i := 2; i <= 8; i++ {
		if err == nil || !strings.Contains(err.Error(), "credential "+string(rune('0'+i))) {
			t.Errorf("credential %d is not complained of: %v", i, err)
		}
	}
	if _, err := NewAccess([]Credential{good}); err != nil {
		t.Errorf("the good one alone: %v", err)
	}
}

// A party sees what it sent and what was consigned to it; a document that is
// held was consigned to nobody.
func TestWhoSeesWhat(t *testing.T) {
	held := exchange.Exchange{Identity: proof.Identity{Sender: "port"}, Receivers: []string{"vn", "la"}}
	consigned := held
	consigned.Deliveries = []exchange.Delivery{{Receiver: "vn"}, {Receiver: "la"}}
	cases := []struct {
		name       string
		caller     Caller
		held, sent bool
		deliveries []string
	}{
		{"sender", Caller{Party: "port"}, true, true, []string{"vn", "la"}},
		{"receiver", Caller{Party: "vn"}, false, true, []string{"vn"}},
		{"somebody", Caller{Party: "th"}, false, false, nil},
		{"nobody", Caller{}, false, false, nil},
		{"operator", Caller{Operator: true}, true, true, []string{"vn", "la"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.caller.sees(held) != c.held || c.caller.sees(consigned) != c.sent {
				t.Errorf("sees held %t and consigned %t", c.caller.sees(held), c.caller.sees(consigned))
			}
			var seen []string
			for _, d := range wireExchange(consigned, c.caller, 5).Deliveries {
				seen = append(seen, d.Receiver)
			}
			if c.sent && !slices.Equal(seen, c.deliveries) {
				t.Errorf("sees the deliveries to %v, want %v", seen, c.deliveries)
			}
		})
	}
}
