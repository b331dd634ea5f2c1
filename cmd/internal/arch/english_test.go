package arch_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// dialect holds words that a reader cannot search for, because the field has
// another word for the same thing, and what to write for each.
var dialect = []struct{ words, instead string }{
	{"tell tells told telling untold", "return, report, publish, say, distinguish; pending dispatch"},
	{"hear hears heard hearing", "receive, consume; consumer lag"},
	{"anew", "again"},
	{"stand stands stood", "is, exists, contains, is written"},
	{"settle settles settled settling", "decide, wait, validate, record"},
	{"remember remembers remembered", "save, snapshot, cache"},
	{"recall recalls recalled", "load a snapshot"},
	{"station stations", "checkpoint"},
	{"bell bells", "notifier"},
	{"gait", "rate limit"},
	{"crew crews", "supervisor"},
	{"begun", "started"},
	{"ought", "should, must"},
	{"disagreement disagreements", "setting mismatch"},
}

// phrases are sequences of words of the same dialect.
var phrases = []struct{ phrase, instead string }{
	{"goes on", "continues"},
	{"go on", "continue"},
	{"looks at", "reads, checks"},
	{"has its turn", "is scheduled"},
	{"come to grief", "fail"},
	{"in hand", "reserved, in progress"},
	{"for ever", "permanently, without end"},
}

// beforeWhere are the words after which "where" is about a place. After any other
// word, and at the beginning of a clause, it is a condition, and that is "if".
var beforeWhere = strings.Fields(`about across and anywhere at by everywhere exactly from in into is know knows
	known of or place places point position see seen show shown shows said say says than that to under
	are file out folder directory line port country city path element field page
	what when who how why not puts asks
	returns offers facts be come allowed found`)

// published are names of fields of the API. They are not changed, since programs read
// them.
var published = []*regexp.Regexp{}

// TestPlainEnglish reads the comments, the texts and the declared names of every
// Go file, and the pages and configuration that people read.
func TestPlainEnglish(t *testing.T) {
	for dir, files := range sources(t) {
		t.Run(dir, func(t *testing.T) {
			for _, file := range files {
				for _, s := range sayings(t, file) {
					for _, breach := range breaches(unpublished(s.text)) {
						t.Errorf("%s:%d: %s", file, s.line, breach)
					}
				}
			}
		})
	}
}

// unpublished returns a text without the parts that are published.
func unpublished(text string) string {
	for _, part := range published {
		text = part.ReplaceAllString(text, "")
	}
	return text
}

// TestEveryPublishedTextExists keeps the list of published texts true.
func TestEveryPublishedTextExists(t *testing.T) {
	list, err := os.ReadFile(path.Join(root, "exchange/httpapi/openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range published {
		if !part.Match(list) {
			t.Errorf("no field has the text %q: take it from the list", part)
		}
	}
}

func TestBreaches(t *testing.T) {
	for text, want := range map[string]int{
		"It fails if the key is missing.":           0,
		"It fails where the key is missing.":        1,
		"Where the key is missing, it fails.":       1,
		"The path says where the key is.":           0,
		"Fails with ErrX, where nothing is kept.":   1,
		"It tells the caller; it was told twice.":   2,
		"A standard stands here.":                   1,
		"The daemon goes on.":                       1,
		"It is begun anew.":                         2,
		"SELECT x FROM t WHERE x = 1":               0,
		"an understanding of standing orders":       0,
		"`where` is a word of SQL, as is \"where\"": 0,
		"toldTwice": 1, "crewOf": 1, "Bell": 1, "label": 0, "standard": 0,
	} {
		if got := breaches(words(text)); len(got) != want {
			t.Errorf("%q: %q, want %d", text, got, want)
		}
	}
}

// A saying is a piece of text that people read.
type saying struct {
	text string
	line int
}

// sources returns the files to read, by folder.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && file != ".":
			return fs.SkipDir
		}
		switch path.Ext(file) {
		case ".go", ".md", ".yaml", ".txtar":
			found[path.Dir(file)] = append(found[path.Dir(file)], file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sayings returns what people read of a file: of a Go file its comments, its
// texts and the names that it declares; of another file each line.
func sayings(t *testing.T, file string) []saying {
	t.Helper()
	content, err := os.ReadFile(path.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	if path.Ext(file) != ".go" {
		var all []saying
		for i, line := range bytes.Split(content, []byte("\n")) {
			all = append(all, saying{string(line), i + 1})
		}
		return all
	}
	if strings.HasSuffix(file, "cmd/internal/arch/english_test.go") {
		return nil // it holds the words
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, content, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var all []saying
	add := func(at token.Pos, text string) {
		all = append(all, saying{text, set.Position(at).Line})
	}
	for _, group := range parsed.Comments {
		add(group.Pos(), strings.Join(strings.Fields(group.Text()), " "))
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				add(n.Pos(), n.Value)
			}
		case *ast.Ident:
			if n.Obj != nil && n.Obj.Pos() == n.Pos() {
				add(n.Pos(), words(n.Name))
			}
		case *ast.FuncDecl:
			add(n.Pos(), words(n.Name.Name))
		}
		return true
	})
	return all
}

// words splits a name of Go into its words. Other text it returns as it is.
func words(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return name
	}
	return camel.ReplaceAllString(name, "$1 $2")
}

var (
	camel = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	word  = regexp.MustCompile("[\\p{L}`'\"_]+|[.;:,()]")
)

// breaches returns what a text says in the dialect.
func breaches(text string) []string {
	if !strings.ContainsFunc(text, unicode.IsLower) {
		return nil // a constant, a code
	}
	var found []string
	list := word.FindAllString(text, -1)
	for i, w := range list {
		if len(list) > 1 && (w == "where" || w == "Where") {
			if i == 0 || !slices.Contains(beforeWhere, strings.ToLower(list[i-1])) {
				found = append(found, fmt.Sprintf("%q: a condition is \"if\"", around(list, i)))
			}
			continue
		}
		if i+1 < len(list) && list[i+1] == "for" && strings.HasPrefix(w, "stand") {
			continue // a prefix stands for a namespace
		}
		for _, d := range dialect {
			if slices.Contains(strings.Fields(d.words), strings.ToLower(w)) {
				found = append(found, fmt.Sprintf("%q: write %s", around(list, i), d.instead))
			}
		}
	}
	plain := " " + strings.ToLower(strings.Join(list, " ")) + " "
	for _, p := range phrases {
		for range strings.Count(plain, " "+p.phrase+" ") {
			found = append(found, fmt.Sprintf("%q: write %s", p.phrase, p.instead))
		}
	}
	return found
}

// around returns a word with its neighbours.
func around(list []string, i int) string {
	return strings.Join(list[max(0, i-3):min(len(list), i+4)], " ")
}
