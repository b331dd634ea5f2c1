package signing_test

import (
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"

	"beibu/signing"
	"beibu/signing/signingtest"
	"beibu/signing/strict"
)

// TestAllocations holds the work on a document to a steady number of
// allocations, whatever its size, the key and the canonical form. Most are made
// by the signature algorithms themselves.
func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates too")
	}
	for _, kind := range []string{"P-256", "P-384", "RSA", "Ed25519", "SM2"} {
		key := newKey(t, kind)
		sizes := []int{10_000}
		if kind == "P-256" {
			sizes = append(sizes, 200_000)
		}
		for _, size := range sizes {
			for name, f := range costly(t, key, signingtest.Document(size)) {
				if n := testing.AllocsPerRun(50, func() {
					if err := f(); err != nil {
						t.Error(err)
					}
				}); n >= 65 {
					t.Errorf("%s by %s, %d bytes: %v allocations, want fewer than 65", name, kind, size, n)
				}
			}
		}
	}
}

// costly is what the package does to every document.
func costly(t *testing.T, key signing.Key, document []byte) map[string]func() error {
	t.Helper()
	v, h, trust := newVerifier(t, nil), headerOf(document), trusting(key)
	sealer := must[*signing.Sealer](t)(signing.NewSealer(key))
	sealed := seal(t, h, document, key)
	all := map[string]func() error{
		"Seal":         func() error { _, err := sealer.Seal(t.Context(), h, document); return err },
		"OpenEnvelope": func() error { _, err := signing.OpenEnvelope(sealed, trust); return err },
	}
	for _, method := range methods {
		claim := signing.Claim{Document: must[[]byte](t)(signing.SignDocument(document, key, method)), Signers: signersOf(key), At: accepted}
		all["SignDocument, "+methodName(method)] = func() error { _, err := signing.SignDocument(document, key, method); return err }
		all["Verify, "+methodName(method)] = func() error { _, err := v.Verify(claim); return err }
	}
	return all
}

// allocated returns how many bytes f allocates in all, which is at least what
// it has at its peak.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// everAllocated returns how many bytes were allocated so far, but for some
// kilobytes: it is cheap enough to be asked after every document.
func everAllocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func TestMemoryOfLargeDocument(t *testing.T) {
	document := signingtest.Document(5_000_000)
	times := func(n int) uint64 {
		if raced { // the detector has pools forget what they hold
			n *= 2
		}
		return uint64(n * len(document))
	}
	key := newKey(t, "P-256")
	var signed []byte
	for _, method := range methods {
		n := allocated(func() { signed = must[[]byte](t)(signing.SignDocument(document, key, method)) })
		if limit := times(4); n > limit {
			t.Errorf("5 MB take %d bytes to sign in %s form, want at most %d", n, methodName(method), limit)
		}
	}
	v := newVerifier(t, nil)
	var tree *strict.Tree
	parse := allocated(func() { tree = must[*strict.Tree](t)(strict.Parse(signed, strict.Limits{})) })
	verify := allocated(func() {
		must[signing.Verified](t)(v.VerifyTree(tree, signing.Terms{Signers: signersOf(key), At: accepted}))
	})
	sealed := seal(t, headerOf(document), document, key)
	open := allocated(func() { must[*signing.Envelope](t)(signing.OpenEnvelope(sealed, trusting(key))) })
	// Beside the bytes themselves, which are there already.
	if limit := times(3); parse > limit || open > limit {
		t.Errorf("5 MB take %d bytes to parse and %d to open, want at most %d", parse, open, limit)
	}
	if verify > 100_000 {
		t.Errorf("5 MB that were parsed take %d bytes to verify, want next to none", verify)
	}
}

// TestHostileDocumentsTakeLittleMemory: what a stranger sends is refused or
// read with memory bounded by its size.
func TestHostileDocumentsTakeLittleMemory(t *testing.T) {
	const size = 1 << 20
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	v := newVerifier(t, nil)
	for name, document := range map[string]string{
		"depth":            fill("<a>"),
		"elements":         "<a>" + fill("<b/>") + "</a>",
		"attributes":       "<a " + fill("b='' ") + "/>",
		"namespaces":       "<a>" + fill("<b xmlns='urn:x' xmlns:c='urn:y'/>") + "</a>",
		"references":       "<a>" + fill("&#38;") + "</a>",
		"long name":        "<" + fill("a") + "/>",
		"long value":       "<a b='" + fill("&quot;") + "'/>",
		"comments":         "<a>" + fill("<!---->") + "</a>",
		"CDATA":            "<a>" + fill("<![CDATA[]]>") + "</a>",
		"unclosed":         fill("<"),
		"identifiers":      "<a><Signature/>" + fill("<b Id='1' ID='&#50;' id=''/>") + "</a>",
		"signature begins": "<a>" + fill("<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'>"),
		"huge SignedInfo":  "<a><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo>" + fill("x") + "</SignedInfo></Signature></a>",
	} {
		in := []byte(document)
		for doing, n := range map[string]uint64{
			"Verify":       allocated(func() { _, _ = v.Verify(signing.Claim{Document: in, At: accepted}) }),
			"OpenEnvelope": allocated(func() { _, _ = signing.OpenEnvelope(in, signing.Trust{}) }),
			"Parse":        allocated(func() { _, _ = strict.Parse(in, strict.Limits{}) }),
		} {
			if n > 64<<20 {
				t.Errorf("%s: %s allocates %d MiB", name, doing, n>>20)
			}
		}
	}
}
