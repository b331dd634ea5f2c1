package exchange_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/signing"
	"beibu/signing/c14n"
)

// newKey makes a key that counted from a day before the tests' time.
func newKey(tb testing.TB, kind string) signing.Key {
	tb.Helper()
	text, err := signing.NewKeyPEM(kind, "Qinzhou Port Customs", rulestest.Received.Add(-24*time.Hour))
	if err != nil {
		tb.Fatal(err)
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func signed(tb testing.TB, document []byte, key signing.Key, method c14n.Method) []byte {
	tb.Helper()
	out, err := signing.SignDocument(document, key, method)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// signingWorld is a small world in which qinzhou has a policy and keys.
func signingWorld(tb testing.TB, policy exchange.SignaturePolicy, keys ...signing.Signer) *exchangetest.World {
	tb.Helper()
	all := append([]exchange.Party(nil), parties...)
	all[0].Signatures = policy
	w := exchangetest.NewWorld(tb, all, routes)
	w.Register(tb, "qinzhou", keys...)
	return w
}

// A signature by a registered key is recorded with the exchange, in every
// family of keys and both canonical forms, and the bytes stay as they came.
func TestSignedDocuments(t *testing.T) {
	for kind, algorithm := range map[string]string{
		"ecdsa-p256": "ecdsa-sha256", "ecdsa-p384": "ecdsa-sha384", "ed25519": "eddsa-ed25519",
		"rsa-2048": "rsa-sha256", "sm2": "sm2-sm3",
	} {
		t.Run(kind, func(t *testing.T) {
			key := newKey(t, kind)
			w := signingWorld(t, exchange.SignaturePolicy{Required: []string{"ata-carnet"}}, signing.Signer{Certificate: key.Certificate})
			for i, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
				document := signed(t, carnet(t, number+string(rune('A'+i))), key, method)
				accepted, err := w.Accept(t.Context(), from("qinzhou", document))
				if err != nil {
					t.Fatal(err)
				}
				shown := w.Await(t, accepted.Exchange, exchangetest.Consigned)
				if s := shown.Signature; s != accepted.Exchange.Signature || s.Signer != "qinzhou" || s.Algorithm != algorithm || len(s.Certificate) != 64 {
					t.Errorf("recorded %+v", s)
				}
			}
		})
	}
}

// What a policy or a key does not allow is refused with the code of the
// verifier, and nothing is kept.
func TestUntrusted(t *testing.T) {
	key, other := newKey(t, "ecdsa-p256"), newKey(t, "ecdsa-p256")
	plain := carnet(t, number)
	good := signed(t, plain, key, c14n.Exclusive)
	registered := signing.Signer{Certificate: key.Certificate}
	lapsed, future := registered, registered
	lapsed.Until, future.From = rulestest.Received, rulestest.Received.Add(time.Second)
	kinds := []string{"ata-carnet"}
	tests := map[string]struct {
		document []byte
		policy   exchange.SignaturePolicy
		signer   signing.Signer
		code     string
	}{
		"required and absent": {plain, exchange.SignaturePolicy{Required: kinds}, registered, signing.CodeMissing},
		"refused and there":   {good, exchange.SignaturePolicy{Refused: kinds}, registered, signing.CodeUnwanted},
		"another algorithm":   {good, exchange.SignaturePolicy{Algorithms: []string{"sm2-sm3"}}, registered, signing.CodePolicy},
		"another for the kind": {
			good,
			exchange.SignaturePolicy{Algorithms: []string{"ecdsa-sha256"}, ForKinds: []exchange.KindAlgorithms{{Kinds: []string{"ata-carnet"}, Algorithms: []string{"sm2-sm3"}}}},
			registered, signing.CodePolicy,
		},
		"unknown key":        {signed(t, plain, other, c14n.Exclusive), exchange.SignaturePolicy{}, registered, signing.CodeUntrusted},
		"key out of use":     {good, exchange.SignaturePolicy{}, lapsed, signing.CodeExpired},
		"key not yet in use": {good, exchange.SignaturePolicy{}, future, signing.CodeNotYet},
		"changed":            {bytes.Replace(good, []byte("\n  <"), []byte("\n   <"), 1), exchange.SignaturePolicy{}, registered, signing.CodeDigest},
		"SHA-1":              {bytes.ReplaceAll(good, []byte("xmldsig-more#ecdsa-sha256"), []byte("xmldsig-more#ecdsa-sha1")), exchange.SignaturePolicy{}, registered, signing.CodeSHA1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := signingWorld(t, test.policy, test.signer)
			_, err := w.Accept(t.Context(), from("qinzhou", test.document))
			failure, ok := errors.AsType[*exchange.Error](err)
			if !ok || failure.Kind != exchange.Untrusted || failure.Code != test.code || len(failure.Faults) != 1 || failure.Faults[0].Code != test.code {
				t.Fatalf("got %v (%+v)", err, failure)
			}
			if f := failure.Faults[0]; (f.Line == 0) != (test.code == signing.CodeMissing) || f.Message.ZH == "" {
				t.Errorf("fault %+v", f)
			}
			if head, err := w.Store.Head(t.Context()); head != 0 || err != nil {
				t.Errorf("something refused is in the record: %d, %v", head, err)
			}
		})
	}
}

// What a policy says of a kind counts for this kind alone, and there instead of
// what it says of all.
func TestAlgorithmsForKinds(t *testing.T) {
	key := newKey(t, "ecdsa-p256")
	policy := exchange.SignaturePolicy{
		Algorithms: []string{"sm2-sm3"},
		ForKinds: []exchange.KindAlgorithms{
			{Kinds: []string{"ata-carnet"}, Algorithms: []string{"ecdsa-sha256"}}, {Kinds: []string{"response"}, Algorithms: []string{"rsa-sha256"}},
		},
	}
	w := signingWorld(t, policy, signing.Signer{Certificate: key.Certificate})
	if _, err := w.Accept(t.Context(), from("qinzhou", signed(t, carnet(t, number), key, c14n.Exclusive))); err != nil {
		t.Error(err)
	}
}

// Without a policy a signature may be there or not, and the word in a text is
// no signature.
func TestUnsignedDocuments(t *testing.T) {
	w := signingWorld(t, exchange.SignaturePolicy{Refused: []string{"ata-carnet"}})
	text := bytes.Replace(carnet(t, number), []byte("<cbc:Note"), []byte("<!-- Signature http://www.w3.org/2000/09/xmldsig# --><cbc:Note"), 1)
	accepted, err := w.Accept(t.Context(), from("qinzhou", text))
	if err != nil || accepted.Exchange.Signature != (exchange.Signature{}) {
		t.Errorf("%+v, %v", accepted.Exchange.Signature, err)
	}
}

// A suspended party is refused, whatever it sends.
func TestSuspendedSender(t *testing.T) {
	all := append([]exchange.Party(nil), parties...)
	all[0].Suspended = true
	w := exchangetest.NewWorld(t, all, routes)
	_, err := w.Accept(t.Context(), from("qinzhou", carnet(t, number)))
	failure, ok := errors.AsType[*exchange.Error](err)
	if !ok || failure.Kind != exchange.Forbidden || failure.Code != exchange.CodeSuspended {
		t.Errorf("got %v", err)
	}
}

// What was found invalid cannot be made trusted.
func TestInvalidIsNotTrusted(t *testing.T) {
	w := signingWorld(t, exchange.SignaturePolicy{})
	checked, err := w.InForce.Checks.Find(t.Context(), from("qinzhou", []byte("<a/>")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.InForce.Verify(checked); exchange.KindOf(err) != exchange.Invalid {
		t.Errorf("got %v", err)
	}
}

// Every refusal of a signature has a Chinese text of its own.
func TestEveryRefusalHasAChineseText(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../signing/refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || !strings.HasPrefix(literal.Value, `"signature.`) {
			return true
		}
		code := strings.Trim(literal.Value, `"`)
		zh := exchange.SignatureZH(code)
		if other, taken := seen[zh]; taken || zh == "" {
			t.Errorf("%s has the text %q, as has %q", code, zh, other)
		}
		seen[zh] = code
		return true
	})
	if len(seen) < 20 {
		t.Errorf("only %d codes found", len(seen))
	}
}
