package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/cmd/internal/hsm"
	"beibu/signing"
)

// writeKey writes a new key and its certificate to a file.
func writeKey(t *testing.T, path, kind string, mode os.FileMode) {
	t.Helper()
	text, err := signing.NewKeyPEM(kind, "test", time.Now())
	if err == nil {
		err = os.WriteFile(path, text, mode)
	}
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// parsed writes a map and reads it through a configuration.
func parsed(t *testing.T, dir, parties string) (*Loaded, error) {
	t.Helper()
	file := filepath.Join(dir, "parties.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(parties, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	return Parse("beibud.yaml", []byte("parties: "+file))
}

const oneParty = `parties:
  - id: qinzhou
    name: {en: Qinzhou, zh: 钦州}
    role: customs
    country: CN
    locodes: [CNQZH]
    sends: [ata-carnet, response]
    receives: [ata-carnet]
`

func TestPartiesHaveKeys(t *testing.T) {
	dir := t.TempDir()
	writeKey(t, filepath.Join(dir, "old.pem"), "rsa-2048", 0o600)
	writeKey(t, filepath.Join(dir, "new.pem"), "sm2", 0o644) // only its certificate is read
	l, err := parsed(t, dir, oneParty+`
    keys:
      - {id: old, certificate: DIR/old.pem, until: 2027-03-31T00:00:00+08:00}
      - {id: new, certificate: DIR/new.pem, from: 2027-01-01T00:00:00+08:00, userID: qinzhou@chinaport, der: true}
    signatures:
      required: [ata-carnet]
      refused: [response]
      algorithms: [rsa-sha256, sm2-sm3]
      forKinds: [{kinds: [ata-carnet], algorithms: [sm2-sm3]}]
    suspended: true
`)
	if err != nil {
		t.Fatal(err)
	}
	party, _ := l.Parties.Get("qinzhou")
	signers := party.Signers
	if len(signers) != 2 || signers[0].Name != "qinzhou" || signers[0].Until.IsZero() || !signers[0].From.IsZero() ||
		signers[1].From.Month() != time.January || string(signers[1].UserID) != "qinzhou@chinaport" || !signers[1].AllowDER {
		t.Errorf("signers %+v", signers)
	}
	if !party.Suspended || party.Signatures.Required[0] != "ata-carnet" || party.Signatures.ForKinds[0].Algorithms[0] != "sm2-sm3" {
		t.Errorf("party %+v", party)
	}
}

// Every mistake about keys is reported with its line.
func TestMistakesInKeys(t *testing.T) {
	dir := t.TempDir()
	writeKey(t, filepath.Join(dir, "good.pem"), "ecdsa-p256", 0o600)
	if err := os.WriteFile(filepath.Join(dir, "empty.pem"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := parsed(t, dir, oneParty+`    keys:
      - {id: a, certificate: DIR/missing.pem}
      - {id: a, certificate: DIR/empty.pem}
      - {id: b}
      - id: c
        certificate: DIR/good.pem
        from: 2027-03-31T00:00:00Z
        until: 2027-03-31T00:00:00Z
      - {id: d, certificate: DIR/good.pem, until: tomorrow}
    signatures:
      required: [ata-carnet, love-letter]
      refused: [ata-carnet]
      algorithms: [rsa-sha1]
      forKinds:
        - {kinds: [response], algorithms: [sm2-sm3, sm9]}
        - {kinds: [love-letter, response], algorithms: []}
  - id: beihai
    name: {en: Beihai, zh: 北海}
    role: department
    country: CN
    signatures: {required: [response]}
`)
	for _, part := range []string{
		":10: parties[0].keys[0].certificate: " + dir + "/missing.pem", `:11: parties[0].keys[1]: id "a" is empty or taken`,
		":11: parties[0].keys[1].certificate", ":12: parties[0].keys[2].certificate: must name", ":16: parties[0].keys[3].until: it must be after",
		":17: parties[0].keys[4].until", "parties[0].signatures: ata-carnet is both", `:19: parties[0].signatures.required: "love-letter"`,
		`:21: parties[0].signatures.algorithms: "rsa-sha1"`, ":29: parties[1].signatures.required: the party has no keys",
		`:23: parties[0].signatures.forKinds[0].algorithms: "sm9"`, `:24: parties[0].signatures.forKinds[1].kinds: "love-letter"`,
		"forKinds[1].kinds: response is named before", "forKinds[1]: it must name kinds and algorithms",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s", part)
		}
	}
	if t.Failed() {
		t.Logf("reported:\n%v", err)
	}
}

func TestSealKeysAndAliases(t *testing.T) {
	dir := t.TempDir()
	writeKey(t, filepath.Join(dir, "seal.pem"), "sm2", 0o600)
	writeKey(t, filepath.Join(dir, "open.pem"), "sm2", 0o640)
	l, err := Parse("beibud.yaml", []byte(strings.ReplaceAll(`
seal: {keys: [DIR/seal.pem], userID: beibu@chinaport}
aliases: [{uri: "http://www.w3.org/2000/09/xmldsig#sm2-sm3", means: "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"}]
`, "DIR", dir)))
	if err != nil || len(l.SealKeys) != 1 || string(l.SealKeys[0].Key.UserID) != "beibu@chinaport" || l.Verifier == nil {
		t.Fatalf("%+v, %v", l, err)
	}
	_, err = Parse("beibud.yaml", []byte(strings.ReplaceAll(`seal:
  keys: [DIR/open.pem, DIR/missing.pem]
aliases:
  - {uri: "urn:mine", means: "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}
`, "DIR", dir)))
	for _, part := range []string{":2: seal.keys[0]: read key: " + dir + "/open.pem: its permissions", ":2: seal.keys[1]", ":4: aliases[0]"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s in %v", part, err)
		}
	}
}

// A key is the path of a file, a table with one, or a key in hardware; which
// needs a build for it.
func TestKindsOfSealKeys(t *testing.T) {
	dir := t.TempDir()
	writeKey(t, filepath.Join(dir, "seal.pem"), "ecdsa-p256", 0o600)
	writeKey(t, filepath.Join(dir, "sm2.pem"), "sm2", 0o600)
	for name, mode := range map[string]os.FileMode{"pin": 0o600, "open": 0o644} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("5678\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	text := `seal:
  keys:
    - DIR/seal.pem
    - {file: DIR/seal.pem}
    - pkcs11: {module: DIR/seal.pem, token: t, label: l, pinFile: DIR/pin, certificate: DIR/seal.pem, sessions: 8}
`
	l, err := Parse("beibud.yaml", []byte(strings.ReplaceAll(text, "DIR", dir)))
	if !hsm.Built {
		if len(Mistakes(err)) != 1 || !strings.Contains(err.Error(), ":5: seal.keys[2].pkcs11: this build has no PKCS #11") {
			t.Errorf("without the tag: %v", err)
		}
	} else if err != nil || len(l.SealKeys) != 3 || l.SealKeys[2].Hardware.PIN != "5678" || l.SealKeys[2].Hardware.Sessions != 8 {
		t.Errorf("got %+v, %v", l, err)
	}
	_, err = Parse("beibud.yaml", []byte(strings.ReplaceAll(`seal:
  keys:
    - {}
    - {file: x, pkcs11: {token: t}}
    - pkcs11: {module: /nowhere.so, label: l, pinFile: DIR/open, certificate: DIR/sm2.pem, sessions: 1000}
    - [list]
`, "DIR", dir)))
	for _, part := range []string{
		":3: seal.keys[0]: it must be", ":4: seal.keys[1]: it must be", ":5: seal.keys[2].pkcs11: token is missing", ":5: seal.keys[2].pkcs11.module: /nowhere.so",
		":5: seal.keys[2].pkcs11.pinFile: " + dir + "/open: its permissions are -rw-r--r--, but only the owner", ":5: seal.keys[2].pkcs11.certificate: a key in hardware must be RSA or ECDSA",
		":5: seal.keys[2].pkcs11.sessions: 1000", ":6: seal.keys[3]: must be a single value",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s in\n%v", part, err)
		}
	}
}
