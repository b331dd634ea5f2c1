package arch_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What Beibu does not accept, it returns to its sender: 退单. 拒收 is what a receiver does
// with a delivery, so a sentence that has this word speaks of one.
var (
	ofReceivers = regexp.MustCompile(`接收方|交付|签收|信箱|自定代码|再次拒收|已拒收`)
	sentences   = regexp.MustCompile("[。|\"“”`\n]")
	refusals    = []struct{ term, chinese string }{{"refusal", "退单"}, {"`SubmissionRejection`", "已退单"}, {"`ConsignmentRejection`", "已拒收"}}
)

// Chinese has one word for a refusal by Beibu and another for one by a receiver, and neither
// is used for the other.
func TestRefusalsInChinese(t *testing.T) {
	page := read(t, "deploy/docs/glossary.md")
	for _, one := range refusals {
		if !strings.Contains(page, "\n| "+one.term+" | "+one.chinese+" |") {
			t.Errorf("the glossary does not call %s %s", one.term, one.chinese)
		}
	}
	seen := 0
	for _, file := range chineseFiles(t) {
		text := read(t, file)
		seen += strings.Count(text, "退单")
		for _, sentence := range sentences.Split(text, -1) {
			switch {
			case strings.Contains(sentence, "退回"), strings.Contains(sentence, "退件"):
				t.Errorf("%s: a document that is not accepted is 退单: %s", file, sentence)
			case strings.Contains(sentence, "拒收") && !ofReceivers.MatchString(sentence):
				t.Errorf("%s: no receiver refuses here, so it is 退单: %s", file, sentence)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d refusals are spoken of", seen)
	}
}

// chineseFiles returns the files that people read in Chinese, or whose strings they do.
func chineseFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, dir := range []string{"cmd", "deploy", "exchange", "queue", "schemas", "signing"} {
		err := fs.WalkDir(os.DirFS(root), dir, func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil || entry.IsDir() || strings.HasSuffix(file, "_test.go"):
			case strings.Contains(" .go .html .md .json .yaml .js ", " "+path.Ext(file)+" "):
				all = append(all, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}
