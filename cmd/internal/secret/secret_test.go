package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beibu/cmd/internal/secret"
)

const good = "0123456789abcdef0123456789ABCDEF"

// TestKey judges files that people make by mistake.
func TestKey(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		mode    os.FileMode
		want    string // what the error says; "" if the key is read
	}{
		"good":              {good + "\n", 0o600, ""},
		"owner reads alone": {good, 0o400, ""},
		"group reads":       {good, 0o640, "only the owner may have any (chmod go= it)"},
		"others read":       {good, 0o604, "only the owner may have any (chmod go= it)"},
		"empty":             {"", 0o600, "the file is empty"},
		"blank":             {" \n\t\n", 0o600, "the file is empty"},
		"short":             {good[1:], 0o600, "has 31 characters; at least 32 are needed"},
		"two keys":          {good + "\n" + good + "\n", 0o600, "one line of printable ASCII"},
		"not ASCII":         {good + "é", 0o600, "one line of printable ASCII"},
		"huge":              {strings.Repeat("a", 1<<20+1), 0o600, "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "api.key")
			if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
				t.Fatal(err)
			}
			key, err := secret.Key(path)
			switch {
			case c.want == "" && (err != nil || key != good):
				t.Errorf("got %q, %v; want the key", key, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path)):
				t.Errorf("got %v; want %q with the path", err, c.want)
			}
		})
	}
}

// TestReadFolder refuses what is no file.
func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := secret.Read(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v; want an error with the path", err)
	}
}
