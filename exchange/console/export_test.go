package console

import "strings"

// Pages returns the paths of all pages.
func Pages() []string {
	var all []string
	for _, one := range (&Server{}).screens() {
		method, path, _ := strings.Cut(one.pattern, " ")
		if method == "GET" && one.title.EN != "" {
			all = append(all, path)
		}
	}
	return all
}
