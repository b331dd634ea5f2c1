package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// always are in every archive, whether a page links to them or not.
var always = []string{"LICENSE", "README.md", "CHANGELOG.md", "deploy/beibud.service", "deploy/beibud.yaml", "deploy/parties.yaml"}

var link = regexp.MustCompile(`(?:\]\(|src="|href=")([^)"#\s]+)`)

// documentation returns the pages and every file that a page links to, under the
// names that they have in the project, so that all links work.
func documentation(root string) ([]file, error) {
	var all []file
	seen, project := map[string]bool{}, os.DirFS(root)
	for queue := slices.Clone(always); len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if seen[name] {
			continue
		}
		seen[name] = true
		content, err := fs.ReadFile(project, name)
		if err != nil {
			return nil, fmt.Errorf("read documentation: %w", err)
		}
		all = append(all, file{name: name, mode: 0o644, content: content})
		if path.Ext(name) != ".md" {
			continue
		}
		for _, match := range link.FindAllSubmatch(content, -1) {
			if target := string(match[1]); !strings.Contains(target, "://") {
				queue = append(queue, path.Join(path.Dir(name), target))
			}
		}
	}
	return all, nil
}
