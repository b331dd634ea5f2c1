// Package version says which build a program is.
package version

import (
	"runtime/debug"
	"strings"
)

// unknown is the version that the toolchain stamps if it was not asked to look at
// the checkout, or found none.
const unknown = "(devel)"

// A Build names a build of a program.
type Build struct {
	Version string // "(devel)" or more, if nothing was stamped
	Commit  string
	Go      string
}

// Own returns what the toolchain stamped into this program.
func Own() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{Version: unknown}
	}
	return of(info)
}

// of reads what was stamped. A build of a commit that has no version is named by
// the first twelve digits of the commit, and "+dirty" if files had changed.
func of(info *debug.BuildInfo) Build {
	v := Build{Version: info.Main.Version, Go: info.GoVersion}
	changed := false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Commit = setting.Value
		case "vcs.modified":
			changed = setting.Value == "true"
		}
	}
	if v.Version != "" && v.Version != unknown {
		return v
	}
	v.Version = unknown
	if v.Commit != "" {
		v.Version = "devel-" + v.Commit[:min(12, len(v.Commit))]
		if changed {
			v.Version += "+dirty"
		}
	}
	return v
}

// Line returns the version of a program as it is printed: what is not known is
// left out.
func Line(program string, v Build) string {
	parts := []string{program, v.Version}
	if v.Commit != "" {
		parts = append(parts, v.Commit)
	}
	if v.Version == unknown {
		parts = append(parts, "built without a commit: go build -buildvcs=true, in a checkout, stamps it")
	}
	return strings.Join(append(parts, "("+v.Go+")"), " ")
}
