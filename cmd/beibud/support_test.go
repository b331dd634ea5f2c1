package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/testdata"
)

// ofPersons finds the values in a document that are about a person, and its number.
var ofPersons = regexp.MustCompile(`<cbc:(?:Telephone|ElectronicMail|FirstName|FamilyName|PassportID|IdentityDocumentID|Name)[^>]*>([^<]+)<`)

// secretsIn returns every line of every file below a folder that could be a part of a key:
// private keys and access keys alone are there.
func secretsIn(t *testing.T, folder string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimSpace(line); len(line) >= 24 && !strings.HasPrefix(line, "-----") {
				all = append(all, line)
			}
		}
		return err
	})
	if err != nil || len(all) < 10 {
		t.Fatalf("%d secrets, %v", len(all), err)
	}
	return all
}

// bundle runs beibud support and returns the parts of the bundle.
func bundle(t *testing.T, configuration string) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "support.tar.gz")
	var out bytes.Buffer
	if code := run(t.Context(), []string{"support", file, "--config", configuration}, &out, &out); code != 0 || !strings.Contains(out.String(), "done: ") {
		t.Fatalf("%d: %s", code, out.String())
	}
	if code := run(t.Context(), []string{"support", "--config", configuration, file}, io.Discard, io.Discard); code != 2 {
		t.Errorf("a file was replaced: %d", code)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	packed, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close() //nolint:errcheck // it is only read
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	for archive := tar.NewReader(unpacked); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return parts
		}
		content, readErr := io.ReadAll(archive)
		if err := errors.Join(err, readErr); err != nil {
			t.Fatal(err)
		}
		parts[strings.TrimPrefix(h.Name, "beibu-support/")] = string(content)
	}
}

// A bundle has all its parts, and no secret and nothing of a person, of the daemon, its
// configuration or the documents that it has accepted, held and refused.
func TestSupportBundle(t *testing.T) {
	dir := t.TempDir()
	own := strings.Repeat("canaryKey7", 4)
	digest := sha256.Sum256([]byte(own))
	secrets := map[string]string{"token.txt": "Authorization: Bearer canary-token-0123456789", "kafka.txt": "canary-password"}
	for name, text := range secrets {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %[1]s/data\n"+
		"redis: {user: canary-user}\nkafka: {sasl: {mechanism: SCRAM-SHA-512, user: canary-user, passwordFile: %[1]s/kafka.txt}}\n"+
		"traces: {endpoint: 'http://127.0.0.1:1/v1/traces', headersFile: %[1]s/token.txt}\n", dir)
	start := func(more string) *daemon.Daemon {
		l, err := config.Parse("test", []byte(text+more))
		if err != nil {
			t.Fatal(err)
		}
		return started(t, l)
	}
	if err := start("").Stop(t.Context()); err != nil { // it makes its keys
		t.Fatal(err)
	}
	d := start("access: [{name: canary person, operator: true, keySHA256: " + hex.EncodeToString(digest[:]) + "}, {name: canary sender, party: qinzhou-customs, keyFile: " + dir + "/data/access/qinzhou-customs.key}]\n")
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	canaries := append(secretsIn(t, filepath.Join(dir, "data", "keys")), secretsIn(t, filepath.Join(dir, "data", "access"))...)
	canaries = append(canaries, own, hex.EncodeToString(digest[:]), "canary")
	canaries = append(canaries, submitCanaries(t, d, filepath.Join(dir, "data"))...)
	if _, err := (&client.Client{Server: "http://" + d.Public().String(), Key: own + "x"}).Submit(t.Context(), []byte("<canary/>")); err == nil {
		t.Error("a wrong key was accepted")
	}
	file := filepath.Join(dir, "beibud.yaml")
	written := strings.Replace(text, "private: 127.0.0.1:0", "private: "+d.Private().String(), 1) + "access: [{name: canary person, operator: true, keySHA256: " + hex.EncodeToString(digest[:]) + "}]\n"
	if err := os.WriteFile(file, []byte(written), 0o600); err != nil {
		t.Fatal(err)
	}
	parts := bundle(t, file)
	for name, part := range map[string]string{
		"version.txt": "beibud ", "configuration.yaml": "mechanism: SCRAM-SHA-512", "data.txt": "queue.db", "ready.txt": "index: ok", "metrics.txt": "beibu_index_lag_records 0",
		"log.jsonl": `"msg":"serving"`, "goroutines.txt": "goroutine profile: total",
	} {
		if !strings.Contains(parts[name], part) {
			t.Errorf("%s does not have %q: %.200q", name, part, parts[name])
		}
	}
	if len(parts) != 8 || parts["missing.txt"] != "" {
		t.Errorf("%d parts, missing: %q", len(parts), parts["missing.txt"])
	}
	for name, content := range parts {
		for _, canary := range canaries {
			if at := strings.Index(content, canary); at >= 0 {
				t.Errorf("%s has %q: …%s…", name, canary, content[max(0, at-80):min(len(content), at+80)])
			}
		}
	}
}

// submitCanaries has the daemon accept and refuse documents in which everything about a
// person is a canary, and returns what else must not be in a bundle: their numbers.
func submitCanaries(t *testing.T, d *daemon.Daemon, data string) []string {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(data, "access", "qinzhou-customs.key"))
	if err != nil {
		t.Fatal(err)
	}
	sender := &client.Client{Server: "http://" + d.Public().String(), Key: strings.TrimSpace(string(key))}
	sample, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		t.Fatal(err)
	}
	document := testdata.Numbered(sample.Bytes, "CN/4501/26/00183", "SUPPORT-7")
	changed := ofPersons.ReplaceAllStringFunc(string(document), func(element string) string {
		return element[:strings.Index(element, ">")+1] + "canary" + "<"
	})
	if changed == string(document) {
		t.Fatal("the sample names nobody")
	}
	if _, err := sender.Submit(t.Context(), document); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{changed, changed[:len(changed)/2], strings.Replace(changed, "SUPPORT-7", "SUPPORT-8", 1), strings.Replace(changed, "cac:", "cbc:", 9)} {
		_, _ = sender.Submit(t.Context(), []byte(body)) // refused or not: nothing of it is in a bundle
	}
	return []string{"SUPPORT-7", "SUPPORT-8"}
}

// Of a daemon that does not run, a bundle has what there is, and says what is missing.
func TestSupportBundleWithoutADaemon(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "beibud.yaml")
	if err := os.WriteFile(file, []byte("private: 127.0.0.1:1\ndata: "+filepath.Join(dir, "none")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	parts := bundle(t, file)
	for _, name := range []string{"data.txt", "ready.txt", "metrics.txt", "log.jsonl", "goroutines.txt"} {
		if _, has := parts[name]; has || !strings.Contains(parts["missing.txt"], name+": ") {
			t.Errorf("%s: %q", name, parts["missing.txt"])
		}
	}
	if !strings.Contains(parts["configuration.yaml"], "private: 127.0.0.1:1") {
		t.Errorf("%s", parts["configuration.yaml"])
	}
}
