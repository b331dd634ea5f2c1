package main

import (
	"os/exec"
	"strings"
	"testing"

	"beibu/signing"
	"beibu/signing/signingtest"
	"beibu/testdata"
)

// What is signed here is verified by xmlsec1, by every kind of key that it
// knows, in both canonical forms and with every digest.
func TestSignedForXmlsec(t *testing.T) {
	xmlsec := signingtest.Tool(t, "xmlsec1")
	sample, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(documents(t, map[string]string{"carnet.xml": string(sample.Bytes)}))
	for _, kind := range signing.KeyKinds() {
		if kind == "sm2" || kind == "ed25519" {
			continue // xmlsec1 knows neither
		}
		if code, _, stderr := called(t, "keys", "new", "--kind", kind, kind); code != exitFine {
			t.Fatalf("%s: %s", kind, stderr)
		}
		for _, choice := range []string{"exclusive auto", "inclusive auto", "exclusive sha256", "inclusive sha384", "exclusive sha512"} {
			form, digest, _ := strings.Cut(choice, " ")
			out := kind + "-" + form + "-" + digest + ".xml"
			if code, _, stderr := called(t, "sign", "--key", kind+".key", "--c14n", form, "--digest", digest, "-O", out, "carnet.xml"); code != exitFine {
				t.Fatalf("%s: %s", out, stderr)
			}
			if text, err := exec.CommandContext(t.Context(), xmlsec, "--verify", "--pubkey-cert-pem", kind+".pem", out).CombinedOutput(); err != nil {
				t.Errorf("%s: xmlsec1: %v\n%s", out, err, text)
			}
		}
	}
}
