package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/cmd/internal/demo"
)

const docs = "deploy/docs"

// pages returns the README and every page of the documentation, by path from the
// top of the project.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	read := func(name string) {
		page, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(page)
	}
	for _, name := range []string{"README.md", "CHANGELOG.md"} {
		read(name)
	}
	err := fs.WalkDir(os.DirFS("../.."), docs, func(name string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(name) == ".md" {
			read(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The README is read in five minutes.
func TestReadmeIsShort(t *testing.T) {
	const most = 900
	words := regexp.MustCompile(`[\pL\pN][^\s|]*`).FindAllString(pages(t)["README.md"], -1)
	if len(words) > most {
		t.Errorf("README.md has %d words, of %d at most", len(words), most)
	}
}

var (
	linkPattern    = regexp.MustCompile(`(?:\]\(|src="|href=")([^)"\s]+)`)
	headingPattern = regexp.MustCompile(`(?m)^(#+) (.+)$`)
	fencePattern   = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")
)

// The smallest configurations for production are small. The commands of their page
// have the daemon check them.
func TestSmallestConfigurations(t *testing.T) {
	const most = 25
	shown := 0
	for _, b := range blocksOf(pages(t)[docs+"/deploy.md"]) {
		if b.language != "yaml" {
			continue
		}
		shown++
		if lines := strings.Count(b.text, "\n"); lines > most {
			t.Errorf("the configuration at line %d has %d lines, of %d at most", b.line, lines, most)
		}
		if b.value("file") == "" {
			t.Errorf("the configuration at line %d is not written to a file, so nothing checks it", b.line)
		}
	}
	if shown == 0 {
		t.Error("no configuration is shown")
	}
}

// Every link leads to a file of the project, and to a heading in it if it names one.
func TestDocumentationLinks(t *testing.T) {
	for name, page := range pages(t) {
		for _, match := range linkPattern.FindAllStringSubmatch(fencePattern.ReplaceAllString(page, ""), -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			target, heading, _ := strings.Cut(match[1], "#")
			file := filepath.Join("../..", filepath.Dir(name), target)
			if target == "" {
				file = filepath.Join("../..", name)
			}
			text, err := os.ReadFile(file)
			if info, statErr := os.Stat(file); statErr == nil && info.IsDir() {
				err = nil
			}
			switch {
			case err != nil:
				t.Errorf("%s: link to %s: %v", name, match[1], err)
			case heading != "" && !slices.Contains(anchors(string(text)), heading):
				t.Errorf("%s: link to %s: there is no such heading", name, match[1])
			}
		}
	}
}

// anchors returns the names by which links reach the headings of a page.
func anchors(page string) []string {
	var all []string
	for _, match := range headingPattern.FindAllStringSubmatch(fencePattern.ReplaceAllString(page, ""), -1) {
		name := strings.ToLower(strings.ReplaceAll(match[2], " ", "-"))
		all = append(all, regexp.MustCompile(`[^\pL\pN_-]`).ReplaceAllString(name, ""))
	}
	return all
}

// Every page can be reached from the README.
func TestDocumentationIsReachable(t *testing.T) {
	all := pages(t)
	seen := map[string]bool{"README.md": true}
	for queue := []string{"README.md"}; len(queue) > 0; queue = queue[1:] {
		for _, match := range linkPattern.FindAllStringSubmatch(all[queue[0]], -1) {
			target, _, _ := strings.Cut(match[1], "#")
			name := filepath.ToSlash(filepath.Join(filepath.Dir(queue[0]), target))
			if _, page := all[name]; page && !seen[name] {
				seen[name], queue = true, append(queue, name)
			}
		}
	}
	for name := range all {
		if !seen[name] {
			t.Errorf("no link leads to %s", name)
		}
	}
}

// A page in Chinese has the headings and the commands of its page in English.
func TestChinesePage(t *testing.T) {
	all := pages(t)
	for name, page := range all {
		chinese, ok := strings.CutPrefix(name, docs+"/zh/")
		if !ok {
			continue
		}
		english := docs + "/" + chinese
		if chinese == "README.md" {
			english = chinese
		}
		t.Run(chinese, func(t *testing.T) { twins(t, all[english], page) })
	}
}

func twins(t *testing.T, english, chinese string) {
	t.Helper()
	levels := func(page string) (all []string) {
		for _, match := range headingPattern.FindAllStringSubmatch(fencePattern.ReplaceAllString(page, ""), -1) {
			all = append(all, match[1])
		}
		return all
	}
	if en, zh := levels(english), levels(chinese); !slices.Equal(en, zh) {
		t.Errorf("headings: %v, in Chinese %v", en, zh)
	}
	code := func(page string) (all []string) {
		for _, b := range blocksOf(page) {
			text := regexp.MustCompile(`(?m) *# .*$`).ReplaceAllString(b.text, "")
			if b.language == "xml" { // what it says may be in Chinese
				text = regexp.MustCompile(`>[^<]*<`).ReplaceAllString(text, "><")
			}
			all = append(all, fmt.Sprintf("%s %q\n%s", b.language, b.settings, text))
		}
		return all
	}
	if en, zh := code(english), code(chinese); !slices.Equal(en, zh) {
		t.Errorf("blocks differ:\n%q\nin Chinese:\n%q", en, zh)
	}
}

// What the README shows of the demo is what the demo prints, in its order, except
// for ids, times, ports and folders.
func TestReadmeShowsTheDemo(t *testing.T) {
	var printed strings.Builder
	if err := demo.Run(t.Context(), demo.Options{Out: &printed}); err != nil {
		t.Fatal(err)
	}
	varies := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\d\d:\d\d:\d\d|127\.0\.0\.1:\d+|\S*beibu-demo-\d+`)
	got := varies.ReplaceAllString(printed.String(), "…")
	shown := 0
	for _, b := range blocksOf(pages(t)["README.md"]) {
		if b.language != "text" {
			continue
		}
		rest := got
		for line := range strings.Lines(b.text) {
			want := varies.ReplaceAllString(strings.TrimSuffix(line, "\n"), "…")
			if want == "…" || want == "" {
				continue
			}
			_, after, found := strings.Cut(rest, want+"\n")
			if !found {
				t.Fatalf("the demo does not print, or not in this order:\n%s\nIt prints:\n%s", want, got)
			}
			rest, shown = after, shown+1
		}
	}
	if shown != 12 {
		t.Errorf("the README shows %d lines of the demo, not 12", shown)
	}
}
