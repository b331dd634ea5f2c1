package config

import (
	"crypto/ed25519"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"beibu/exchange/courier/folder"
)

// sshKey writes a private key, and returns its file and the public key.
func sshKey(t *testing.T, seed byte) (file, public string) {
	t.Helper()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "sftp.key")
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func TestFolder(t *testing.T) {
	file, public := sshKey(t, 'a')
	local := "    folder: {path: /srv/beibu/customs}\n"
	remote := "    folder: {path: exchange, only: send, every: 30s, retry: [10s], sftp: {address: sftp.example, user: beibu, hostKeys: ['" + public + "'], key: " + file + ", timeout: 1m}}\n"
	l, err := withTopics(t, local, remote, "")
	if err != nil {
		t.Fatal(err)
	}
	here, there := l.Folders["gx-customs"], l.Folders["gx-commerce"]
	if len(l.Folders) != 2 || here.Options.Address != "" || here.Every != 2*time.Second || !slices.Equal(here.Steps, folder.DefaultSteps()) ||
		!slices.Equal(here.Folders(), []string{"answers", "failed", "in", "out", "sent", "work"}) {
		t.Errorf("got %+v", here)
	}
	if o := there.Options; o.Address != "sftp.example:22" || o.User != "beibu" || o.Path != "exchange" || o.Timeout != time.Minute || len(o.HostKeys) != 1 || len(o.Auth) != 1 ||
		there.Every != 30*time.Second || !slices.Equal(there.Steps, []time.Duration{10 * time.Second}) || !slices.Equal(there.Folders(), []string{"failed", "out", "sent", "work"}) {
		t.Errorf("got %+v", there)
	}
	customs, _ := l.Parties.Get("gx-customs")
	commerce, _ := l.Parties.Get("gx-commerce")
	if !customs.Folder.Sends || !customs.Folder.Receives || !customs.Folder.ByReceiver() || customs.Folder.Place != "/srv/beibu/customs" {
		t.Errorf("got %+v", customs.Folder)
	}
	if !commerce.Folder.Sends || commerce.Folder.Receives || commerce.Folder.Place != "sftp://beibu@sftp.example:22/exchange" {
		t.Errorf("got %+v", commerce.Folder)
	}
	other, _ := sshKey(t, 'b')
	text, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := withTopics(t, local, remote, "")
	if err != nil || again.Folders["gx-commerce"].Fingerprint == there.Fingerprint || again.Folders["gx-customs"].Fingerprint != here.Fingerprint {
		t.Errorf("another key has the same fingerprint: %v", err)
	}
}

func TestFolderMistakes(t *testing.T) {
	file, public := sshKey(t, 'a')
	push := keyFile(t, hmacKey)
	server := func(more string) string {
		return "path: /a, sftp: {address: a, user: b, hostKeys: ['" + public + "'], key: " + file + more + "}"
	}
	for name, test := range map[string]struct{ folder, more, other, want string }{
		"no path":        {folder: "every: 2s", want: "folder.path: it must be set"},
		"relative":       {folder: "path: a", want: "folder.path: a is not absolute"},
		"not clean":      {folder: "path: /a/../b/", want: "folder.path: /a/../b/ must be written /b"},
		"only":           {folder: "path: /a, only: both", want: `folder.only: "both" is none of`},
		"acknowledge":    {folder: "path: /a, acknowledge: broker", want: `folder.acknowledge: "broker" is none of`},
		"often":          {folder: "path: /a, every: 10ms", want: "folder.every: 10ms is not"},
		"retry":          {folder: "path: /a, retry: [1ms]", want: "folder.retry[0]: 1ms"},
		"a topic too":    {folder: "path: /a", more: "    deliver: {topic: a}\n", want: "folder: the party has a topic or an address too"},
		"an address too": {folder: "path: /a", more: "    push: {url: 'https://push.example/', keys: [" + push + "]}\n", want: "folder: the party has a topic or an address too"},
		"twice":          {folder: "path: /a", other: "    folder: {path: /a}\n", want: "folder.path: /a is in the folder of gx-c"},
		"within":         {folder: "path: /a/b", other: "    folder: {path: /a}\n", want: " is in the folder of gx-c"},
		"no user":        {folder: "path: /a, sftp: {address: a, hostKeys: ['" + public + "'], key: " + file + "}", want: "folder.sftp: address and user"},
		"no host key":    {folder: "path: /a, sftp: {address: a, user: b, key: " + file + "}", want: "folder.sftp.hostKeys: there are none"},
		"bad host key":   {folder: "path: /a, sftp: {address: a, user: b, hostKeys: [ssh-rsa], key: " + file + "}", want: "folder.sftp.hostKeys[0]: it is no key"},
		"no login":       {folder: "path: /a, sftp: {address: a, user: b, hostKeys: ['" + public + "']}", want: "folder.sftp: either key or password"},
		"both":           {folder: server(", password: " + push), want: "folder.sftp: either key or password"},
		"bad key":        {folder: "path: /a, sftp: {address: a, user: b, hostKeys: ['" + public + "'], key: " + push + "}", want: "it holds no private key"},
		"timeout":        {folder: server(", timeout: 1h"), want: "folder.sftp.timeout: 1h0m0s is not"},
	} {
		_, err := withTopics(t, "    folder: {"+test.folder+"}\n"+test.more, test.other, brokers)
		if err == nil || !strings.Contains(err.Error(), test.want) || len(Mistakes(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "whsec_") {
			t.Errorf("%s: a secret is printed: %v", name, err)
		}
	}
	if _, err := withTopics(t, "    folder: {path: /a, only: send}\n    deliver: {topic: a}\n", "    folder: {path: /ab}\n", brokers); err != nil {
		t.Errorf("sends by a folder and receives by a topic: %v", err)
	}
}
