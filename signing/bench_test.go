package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"

	"github.com/emmansun/gmsm/sm2"
)

// measured runs f and reports documents a second and the 99th percentile.
func measured(b *testing.B, size int, f func() error) {
	b.Helper()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	taken := make([]time.Duration, 0, 1<<20)
	for b.Loop() {
		start := time.Now()
		if err := f(); err != nil {
			b.Fatal(err)
		}
		taken = append(taken, time.Since(start))
	}
	slices.Sort(taken)
	b.ReportMetric(float64(len(taken))/b.Elapsed().Seconds(), "documents/s")
	b.ReportMetric(float64(taken[len(taken)*99/100].Microseconds()), "p99-µs")
}

// read visits every byte once.
func read(document []byte) {
	var sum byte
	for _, c := range document {
		sum ^= c
	}
	runtime.KeepAlive(sum)
}

// verifyBound returns what no verifier of ECDSA P-256 can do without: reading
// the bytes, SHA-256 over them, one verification.
func verifyBound(b *testing.B, document []byte) func() error {
	b.Helper()
	key := newKey(b, "P-256").Signer.(*ecdsa.PrivateKey)
	digest := sha256.Sum256(document)
	signature := must[[]byte](b)(ecdsa.SignASN1(rand.Reader, key, digest[:]))
	return func() error {
		digest := sha256.Sum256(document)
		if read(document); !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
			return errors.New("the signature does not hold")
		}
		return nil
	}
}

// signBound is the same for signing.
func signBound(b *testing.B, document []byte) func() error {
	b.Helper()
	key := newKey(b, "P-256").Signer
	return func() error {
		digest := sha256.Sum256(document)
		read(document)
		_, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
		return err
	}
}

func BenchmarkBound(b *testing.B) {
	document := signingtest.Document(10_000)
	b.Run("verify", func(b *testing.B) { measured(b, len(document), verifyBound(b, document)) })
	b.Run("sign", func(b *testing.B) { measured(b, len(document), signBound(b, document)) })
}

// BenchmarkShareOfBound does the bound's work and ours in turns, so that both
// meet the same machine, and reports how much of the bound's speed is reached,
// by the medians.
func BenchmarkShareOfBound(b *testing.B) {
	document := signingtest.Document(10_000)
	key := newKey(b, "P-256")
	v, trust := newVerifier(b, nil), trusting(key)
	sealer := must[*signing.Sealer](b)(signing.NewSealer(key))
	h := headerOf(document)
	sealed := seal(b, h, document, key)
	claim := signing.Claim{Document: must[[]byte](b)(signing.SignDocument(document, key, c14n.Exclusive)), Signers: signersOf(key), At: accepted}
	tree := must[*strict.Tree](b)(strict.Parse(claim.Document, strict.Limits{}))
	inclusive := must[*strict.Tree](b)(strict.Parse(must[[]byte](b)(signing.SignDocument(document, key, c14n.Inclusive)), strict.Limits{}))
	terms := signing.Terms{Signers: claim.Signers, At: claim.At}
	for _, c := range []struct {
		name  string
		bound func() error
		f     func() error
	}{
		{"Verify", verifyBound(b, document), func() error { _, err := v.Verify(claim); return err }},
		{"VerifyTree", verifyBound(b, document), func() error { _, err := v.VerifyTree(tree, terms); return err }},
		{"VerifyTree/inclusive", verifyBound(b, document), func() error { _, err := v.VerifyTree(inclusive, terms); return err }},
		{"OpenEnvelope", verifyBound(b, document), func() error { _, err := signing.OpenEnvelope(sealed, trust); return err }},
		{"Seal", signBound(b, document), func() error { _, err := sealer.Seal(b.Context(), h, document); return err }},
		{"SignDocument", signBound(b, document), func() error { _, err := signing.SignDocument(document, key, c14n.Exclusive); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			bound, ours := inTurns(b, c.bound, c.f)
			b.ReportMetric(100*float64(bound)/float64(ours), "%-of-bound")
			b.ReportMetric(float64(ours.Nanoseconds())/1000, "median-µs")
		})
	}
}

// inTurns runs both, again and again, so that both meet the same machine. It
// returns the medians.
func inTurns(b *testing.B, f, g func() error) (ofF, ofG time.Duration) {
	b.Helper()
	var fs, gs []time.Duration
	for b.Loop() {
		start := time.Now()
		err := f()
		middle := time.Now()
		if err = errors.Join(err, g()); err != nil {
			b.Fatal(err)
		}
		fs, gs = append(fs, middle.Sub(start)), append(gs, time.Since(middle))
	}
	slices.Sort(fs)
	slices.Sort(gs)
	return fs[len(fs)/2], gs[len(gs)/2]
}

func BenchmarkSeal(b *testing.B) {
	document := signingtest.Document(10_000)
	for _, kinds := range [][]string{{"P-256"}, {"SM2"}, {"P-256", "SM2"}} {
		b.Run(strings.Join(kinds, "+"), func(b *testing.B) {
			sealer := must[*signing.Sealer](b)(signing.NewSealer(keysOf(b, kinds)...))
			h := headerOf(document)
			measured(b, len(document), func() error {
				_, err := sealer.Seal(b.Context(), h, document)
				return err
			})
		})
	}
}

// BenchmarkNonces signs by keys in memory with a nonce that is derived, as is done
// here, and with one that is hedged by a random number, in turns.
func BenchmarkNonces(b *testing.B) {
	message := signingtest.Document(1_000)
	digest := sha256.Sum256(message)
	p256, onSM2 := newKey(b, "P-256").Signer, newKey(b, "SM2").Signer
	for name, sign := range map[string]func(io.Reader) error{
		"P-256": func(random io.Reader) error { _, err := p256.Sign(random, digest[:], crypto.SHA256); return err },
		"SM2": func(random io.Reader) error {
			_, err := onSM2.Sign(random, message, sm2.NewSM2SignerOption(true, nil))
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			derived, hedged := inTurns(b, func() error { return sign(nil) }, func() error { return sign(rand.Reader) })
			b.ReportMetric(float64(derived.Nanoseconds())/1000, "derived-µs")
			b.ReportMetric(float64(hedged.Nanoseconds())/1000, "hedged-µs")
		})
	}
}

func BenchmarkOpenEnvelope(b *testing.B) {
	document := signingtest.Document(10_000)
	for _, kinds := range [][]string{{"P-256"}, {"SM2"}, {"P-256", "SM2"}} {
		b.Run(strings.Join(kinds, "+"), func(b *testing.B) {
			keys := keysOf(b, kinds)
			sealed, trust := seal(b, headerOf(document), document, keys...), trusting(keys...)
			measured(b, len(document), func() error {
				_, err := signing.OpenEnvelope(sealed, trust)
				return err
			})
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	document := signingtest.Document(10_000)
	v := newVerifier(b, nil)
	for _, kind := range []string{"P-256", "RSA", "Ed25519", "SM2"} {
		for _, method := range methods {
			b.Run(kind+"/"+methodName(method), func(b *testing.B) {
				key := newKey(b, kind)
				claim := signing.Claim{
					Document: must[[]byte](b)(signing.SignDocument(document, key, method)), Signers: signersOf(key), At: accepted,
				}
				measured(b, len(document), func() error {
					_, err := v.Verify(claim)
					return err
				})
			})
		}
	}
}

func BenchmarkSignDocument(b *testing.B) {
	document := signingtest.Document(10_000)
	for _, kind := range []string{"P-256", "SM2"} {
		for _, method := range methods {
			b.Run(kind+"/"+methodName(method), func(b *testing.B) {
				key := newKey(b, kind)
				measured(b, len(document), func() error {
					_, err := signing.SignDocument(document, key, method)
					return err
				})
			})
		}
	}
}

func methodName(m c14n.Method) string {
	if m == c14n.Inclusive {
		return "inclusive"
	}
	return "exclusive"
}

// BenchmarkP256 and BenchmarkSM2 are one verification of 1 KB each, without XML.
func BenchmarkP256(b *testing.B) { measured(b, 1_000, p256Bound(b)) }

func BenchmarkSM2(b *testing.B) { measured(b, 1_000, sm2Bound(b)) }

func p256Bound(b *testing.B) func() error {
	b.Helper()
	message := signingtest.Document(1_000)
	return verifyBound(b, message)
}

func sm2Bound(b *testing.B) func() error {
	b.Helper()
	key := newKey(b, "SM2").Signer
	message := signingtest.Document(1_000)
	fixed := must[[]byte](b)(signing.SignSM2(key, message))
	return func() error { return signing.VerifySM2(key.Public(), message, fixed, nil) }
}

// BenchmarkSM2AgainstP256 verifies by both in turns, and reports how many times
// as long SM2 takes: without XML, for a signed document, and for an envelope.
func BenchmarkSM2AgainstP256(b *testing.B) {
	document := signingtest.Document(10_000)
	v := newVerifier(b, nil)
	verify := func(kind string, method c14n.Method) func() error {
		key := newKey(b, kind)
		claim := signing.Claim{Document: must[[]byte](b)(signing.SignDocument(document, key, method)), Signers: signersOf(key), At: accepted}
		return func() error { _, err := v.Verify(claim); return err }
	}
	open := func(kind string) func() error {
		key := newKey(b, kind)
		sealed, trust := seal(b, headerOf(document), document, key), trusting(key)
		return func() error { _, err := signing.OpenEnvelope(sealed, trust); return err }
	}
	for _, c := range []struct {
		name      string
		p256, sm2 func() error
	}{
		{"signature", p256Bound(b), sm2Bound(b)},
		{"Verify/inclusive", verify("P-256", c14n.Inclusive), verify("SM2", c14n.Inclusive)}, // as GACC 202205 has it
		{"Verify/exclusive", verify("P-256", c14n.Exclusive), verify("SM2", c14n.Exclusive)}, // UBL becomes twice as long in it
		{"OpenEnvelope", open("P-256"), open("SM2")},
	} {
		b.Run(c.name, func(b *testing.B) {
			p256, sm2 := inTurns(b, c.p256, c.sm2)
			b.ReportMetric(float64(sm2)/float64(p256), "x-P256")
			b.ReportMetric(float64(sm2.Nanoseconds())/1000, "median-µs")
		})
	}
}

// BenchmarkXMLSec is the program xmlsec1 over 200 documents at once, so that
// its start counts little.
func BenchmarkXMLSec(b *testing.B) {
	xmlsec := signingtest.Tool(b, "xmlsec1")
	key := newKey(b, "P-256")
	private, certificate := keyFiles(b, key)
	document := signingtest.Document(10_000)
	signed := must[[]byte](b)(signing.SignDocument(document, key, c14n.Exclusive))
	unsigned := emptied.ReplaceAll(signed, []byte("<ds:$1></ds:$1>"))
	for _, c := range []struct {
		name      string
		arguments []string
		document  []byte
	}{
		{"verify", []string{"--verify", "--pubkey-cert-pem", certificate}, signed},
		{"sign", []string{"--sign", "--privkey-pem", private + "," + certificate}, unsigned},
	} {
		b.Run(c.name, func(b *testing.B) {
			const documents = 200
			dir := b.TempDir()
			arguments := c.arguments
			for i := range documents {
				file := filepath.Join(dir, strconv.Itoa(i)+".xml")
				if err := os.WriteFile(file, c.document, 0o600); err != nil {
					b.Fatal(err)
				}
				arguments = append(arguments, file)
			}
			for b.Loop() {
				cmd := exec.CommandContext(b.Context(), xmlsec, arguments...)
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				if err := cmd.Run(); err != nil {
					b.Fatalf("%v\n%s", err, stderr.Bytes())
				}
			}
			b.ReportMetric(float64(b.N*documents)/b.Elapsed().Seconds(), "documents/s")
		})
	}
}

// emptied are the parts that xmlsec1 fills when it signs.
var emptied = regexp.MustCompile(`<ds:(DigestValue|SignatureValue|X509Data)>.*?</ds:(DigestValue|SignatureValue|X509Data)>`)

func keysOf(b *testing.B, kinds []string) (keys []signing.Key) {
	b.Helper()
	for _, kind := range kinds {
		keys = append(keys, newKey(b, kind))
	}
	return keys
}
