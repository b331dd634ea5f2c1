package main

import (
	"os/exec"
	"testing"

	"beibu/signing"
	"beibu/signing/signingtest"
	"beibu/testdata"
)

// What is signed here is verified by xmlsec1, by every kind of key that it
// knows and in both canonical forms.
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
		if code, _, told := called(t, "keys", "new", "--kind", kind, kind); code != exitFine {
			t.Fatalf("%s: %s", kind, told)
		}
		for _, form := range []string{"exclusive", "inclusive"} {
			out := kind + "-" + form + ".xml"
			if code, _, told := called(t, "sign", "--key", kind+".key", "--c14n", form, "-O", out, "carnet.xml"); code != exitFine {
				t.Fatalf("%s: %s", out, told)
			}
			if text, err := exec.CommandContext(t.Context(), xmlsec, "--verify", "--pubkey-cert-pem", kind+".pem", out).CombinedOutput(); err != nil {
				t.Errorf("%s: xmlsec1: %v\n%s", out, err, text)
			}
		}
	}
}
