package version

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	const commit = "2988ccbc6034e4244ee04cbdfd399cc624589681"
	for name, c := range map[string]struct {
		main, commit, changed string
		want                  string
	}{
		"a release":                  {"v1.2.3", commit, "false", "beibud v1.2.3 " + commit + " (go1)"},
		"a commit with a version":    {"v0.0.0-20261129233629-2988ccbc6034", commit, "false", "beibud v0.0.0-20261129233629-2988ccbc6034 " + commit + " (go1)"},
		"a commit without a version": {"(devel)", commit, "false", "beibud devel-2988ccbc6034 " + commit + " (go1)"},
		"a changed checkout":         {"", commit, "true", "beibud devel-2988ccbc6034+dirty " + commit + " (go1)"},
		"no commit":                  {"(devel)", "", "", "-buildvcs=true"},
	} {
		info := &debug.BuildInfo{GoVersion: "go1", Main: debug.Module{Version: c.main}, Settings: []debug.BuildSetting{
			{Key: "vcs.modified", Value: c.changed}, {Key: "vcs.revision", Value: c.commit},
		}}
		if got := Line("beibud", of(info)); got != c.want && !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if Own().Go == "" {
		t.Error("nothing is known of this program")
	}
}
