package verify

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"beibu/exchange/proof"
)

// spoken finds the constant phrases that a program prints.
var spoken = regexp.MustCompile(`(?:[sS]ay\((?:lang, )?|fact\()("(?:[^"\\]|\\.)*")`)

// Each phrase is in Chinese, with the same values in the same order, and the table
// has no phrase that is not used.
func TestPhrases(t *testing.T) {
	used := map[string]bool{proof.Envelope: true, proof.SignedReceipt: true, proof.SignedDocument: true, proof.SignedBalance: true}
	for _, file := range []string{"verify.go", filepath.Join("..", "..", "beibu-verify", "main.go")} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range spoken.FindAllStringSubmatch(string(text), -1) {
			phrase, err := strconv.Unquote(found[1])
			if err != nil {
				t.Fatal(err)
			}
			used[phrase] = true
		}
	}
	if len(used) < 20 {
		t.Fatalf("only %d phrases were found", len(used))
	}
	for phrase := range used {
		if chinese[phrase] == "" {
			t.Errorf("not in Chinese: %q", phrase)
		}
	}
	value := regexp.MustCompile(`%[a-z]`)
	for phrase, translated := range chinese {
		if !used[phrase] {
			t.Errorf("not used: %q", phrase)
		}
		want, got := value.FindAllString(phrase, -1), value.FindAllString(translated, -1)
		if strings.Join(want, "") != strings.Join(got, "") {
			t.Errorf("%q has the values %v, and its Chinese %v", phrase, want, got)
		}
	}
	if got := Say("zh", "%s: holds", "a"); got != "a：核验通过" {
		t.Errorf("got %q", got)
	}
}
