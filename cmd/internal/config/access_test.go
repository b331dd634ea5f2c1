package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/access"
)

// mistakesIn returns the line and key of each mistake in a configuration.
func mistakesIn(t *testing.T, text string) (found []string, err error) {
	t.Helper()
	_, err = Parse("beibud.yaml", []byte(text))
	for _, m := range Mistakes(err) {
		found = append(found, fmt.Sprintf("%d %s", m.Line, m.Key))
	}
	return found, err
}

// The example of access in the reference file must not work before somebody has
// put keys of their own into it.
func TestExampleOfAccessDoesNotWork(t *testing.T) {
	reference, err := os.ReadFile("../../../deploy/beibud.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(reference), "#   access:\n")
	if !found {
		t.Fatal("the reference file shows no example of access")
	}
	text := "access:\n"
	for line := range strings.Lines(example) {
		if strings.TrimSpace(line) == "#" {
			break
		}
		text += strings.TrimPrefix(line, "#   ")
	}
	_, err = Parse("beibud.yaml", []byte(text))
	for _, key := range []string{"access[0].keyFile", "access[1].certificate", "access[2].keySHA256"} {
		if !slices.ContainsFunc(Mistakes(err), func(m Mistake) bool { return m.Key == key }) {
			t.Errorf("%s of the example is accepted", key)
		}
	}
	if t.Failed() {
		t.Logf("example:\n%s\nmistakes:\n%v", text, err)
	}
}

// Keys that do no good are mistakes, with the path of the file.
func TestMistakesInAccess(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.key", strings.Repeat("k", 32), 0o600)
	readable := file("readable.key", strings.Repeat("r", 32), 0o644)
	empty := file("empty.key", "\n", 0o600)
	found, err := mistakesIn(t, `listen: 127.0.0.1:8420
private: localhost:8420
kafka: {brokers: ["127.0.0.1:9092", "127.0.0.1:9092"]}
access:
  - {name: one, operator: true, keyFile: `+good+`}
  - {name: two, operator: true, keyFile: `+good+`}
  - {name: three, operator: true, keyFile: `+readable+`}
  - {name: four, operator: true, keyFile: `+empty+`}
  - {name: five, operator: true, keySHA256: `+HashKey(strings.Repeat("k", 32))+`}
  - {name: six, operator: true, keySHA256: 5E884898DA28047151D0E56F8DC6292773603D0D6AABBDD62A11EF721D1542D8}
`)
	for _, want := range []string{
		"2 private", "3 kafka.brokers[1]", "6 access[1].keyFile", "7 access[2].keyFile", "8 access[3].keyFile",
		"9 access[4].keySHA256", "10 access[5].keySHA256",
	} {
		if !slices.Contains(found, want) {
			t.Errorf("not found: %s", want)
		}
	}
	for _, path := range []string{readable, empty} {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("no mistake names %s", path)
		}
	}
	if len(found) != 7 || t.Failed() {
		t.Errorf("found %d mistakes:\n%v", len(found), err)
	}
}

// Files with passwords and private keys are judged as those of API keys.
func TestSecretsThatOthersCanRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte("tide tables\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := mistakesIn(t, `kafka:
  brokers: [127.0.0.1:9092]
  tls: {enabled: true}
  sasl: {mechanism: SCRAM-SHA-512, user: beibu, passwordFile: `+path+`}
`)
	if err == nil || !strings.Contains(err.Error(), "beibud.yaml:4: kafka.sasl.passwordFile: "+path+": its permissions are") {
		t.Errorf("got %v", err)
	}
}

// A file holds one YAML document: what a second one says would be mixed into the
// first.
func TestSecondDocumentInOneFile(t *testing.T) {
	_, err := mistakesIn(t, "listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n")
	if err == nil || !strings.Contains(err.Error(), "beibud.yaml:3: a second YAML document begins here") {
		t.Errorf("got %v", err)
	}
	if found, err := mistakesIn(t, "---\nlisten: 127.0.0.1:1\n...\n"); len(found) > 0 {
		t.Errorf("one document between marks: %v", err)
	}
}

func TestSameAddress(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"127.0.0.1:1", "127.0.0.1:1", true},
		{"localhost:1", "127.0.0.1:1", true},
		{":1", "127.0.0.1:1", true},
		{"127.0.0.1:1", "[::]:1", true},
		{"127.0.0.1:1", "127.0.0.1:2", false},
		{"127.0.0.1:0", "127.0.0.1:0", false},
		{"10.0.0.1:1", "127.0.0.1:1", false},
	} {
		if got := sameAddress(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: got %t", c.a, c.b, got)
		}
	}
}

// Roles and scopes that do not exist are mistakes, with the values that do; operator:
// true is all roles.
func TestRolesAndScopes(t *testing.T) {
	key := func(n int) string {
		return "keySHA256: " + HashKey(fmt.Sprintf("a key of thirty-two characters %d", n))
	}
	found, err := mistakesIn(t, `access:
  - {name: one, operator: true, `+key(1)+`}
  - {name: two, roles: [operator, boss], `+key(2)+`}
  - {name: three, operator: true, roles: [auditor], `+key(3)+`}
  - {name: four, party: window-vn, scope: {kinds: [ata-carnet]}, `+key(4)+`}
  - {name: five, roles: [auditor], scope: {parties: [nobody], countries: [FR], kinds: [letter]}, `+key(5)+`}
  - {name: six, `+key(6)+`}
  - {name: seven, breakGlass: true, party: window-vn, `+key(7)+`}
  - {name: eight, roles: [observer], grants: [{roles: [boss]}, {scope: {kinds: [ata-carnet]}}], `+key(8)+`}
  - {name: nine, breakGlass: true, grants: [{roles: [observer]}], `+key(9)+`}
`)
	slices.Sort(found)
	if want := []string{"10 access[8].breakGlass", "3 access[1].roles[1]", "4 access[2].roles", "5 access[3].scope", "7 access[5]", "8 access[6].breakGlass", "9 access[7].grants[0].roles[0]", "9 access[7].grants[1]"}; !slices.Equal(found, want) {
		t.Errorf("found %v\n%v", found, err)
	}
	_, err = mistakesIn(t, `access:
  - {name: five, roles: [auditor], scope: {parties: [nobody], countries: [FR], kinds: [letter]}, `+key(5)+`}
`)
	for _, want := range []string{`beibud.yaml:2: access[0].scope`, `party "nobody" here; there are`, `country "FR" here; there are`, "VN", `kind "letter" here; there are`, "ata-carnet"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say: %s", err, want)
		}
	}
	l, err := Parse("beibud.yaml", []byte(`access:
  - {name: one, operator: true, scope: {countries: [VN]}, `+key(1)+`}
  - {name: two, roles: [operator, approver], `+key(2)+`}
  - {name: three, breakGlass: true, `+key(3)+`}
  - {name: four, roles: [observer], grants: [{roles: [operator], scope: {parties: [qinzhou-customs], kinds: [ata-carnet]}}, {roles: [approver], scope: {countries: [VN]}}], `+key(4)+`}
`))
	if err != nil {
		t.Fatal(err)
	}
	if c := l.Credentials[0]; c.Grants[0].Roles != access.StaffRoles || !slices.Equal(c.Grants[0].Scope.Limits().Countries, []string{"VN"}) {
		t.Errorf("%+v", c)
	}
	if c := l.Credentials[2]; c.Grants[0].Roles != access.StaffRoles || !c.BreakGlass {
		t.Errorf("%+v", c)
	}
	if c := l.Credentials[1]; c.Grants[0].Roles != access.OperatorRole|access.ApproverRole || c.Grants[0].Scope != nil {
		t.Errorf("%+v", c)
	}
	c := l.Credentials[3].Grants
	if len(c) != 3 || c[0].Scope != nil || c[1].Roles != access.OperatorRole || !slices.Equal(c[1].Scope.Limits().Kinds, []string{"ata-carnet"}) || !slices.Equal(c[2].Scope.Limits().Countries, []string{"VN"}) {
		t.Errorf("several grants: %+v", c)
	}
}
