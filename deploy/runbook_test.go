package deploy_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"beibu/exchange/operator/alert"
)

// sections returns the titles of a page at the second level.
func sections(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile("docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			all = append(all, title)
		}
	}
	return all
}

// ofRules are the sections of rules that are no alert of the exchange itself.
var ofRules = []string{"notices-not-taken"}

// The runbook has a section for each alert, in both languages and in the same order, and
// one for each other rule.
func TestRunbook(t *testing.T) {
	var want []string
	for _, code := range alert.Codes() {
		want = append(want, string(code))
		if path := (alert.Alert{Code: code}).Runbook(); path != "runbook.md#"+string(code) {
			t.Errorf("%s leads to %s", code, path)
		}
	}
	for page, words := range map[string][2]string{"runbook.md": {"Notices", "What is usual"}, "zh/runbook.md": {"通知", "常态"}} {
		all := slices.Concat(words[:1], ofRules, want, words[1:])
		if got := sections(t, page); !slices.Equal(got, all) {
			t.Errorf("%s has %q, want %q", page, got, all)
		}
	}
}

// A rule is one of Prometheus.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func readRules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile("prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

var (
	codeOf  = regexp.MustCompile(`code="([a-z-]+)"`)
	inWords = regexp.MustCompile(`\$labels\.([a-z_]+)`)
)

// Each rule of Prometheus is of metrics that there are, with labels that they have, and
// leads to a section of the runbook; each alert has a rule.
func TestPrometheusRules(t *testing.T) {
	all, english, chinese := readMetrics(t), sections(t, "runbook.md"), sections(t, "zh/runbook.md")
	covered := make(map[string]bool)
	for _, r := range readRules(t) {
		for _, fault := range all.faults(r.Expr) {
			t.Errorf("%s: %s", r.Alert, fault)
		}
		if !strings.HasPrefix(r.Alert, "Beibu") || r.Annotations["summary"] == "" {
			t.Errorf("%s: %q", r.Alert, r.Annotations["summary"])
		}
		for _, label := range inWords.FindAllStringSubmatch(r.Annotations["summary"], -1) {
			if !slices.Contains(groupedBy(r.Expr), label[1]) {
				t.Errorf("%s: the summary has %s, and the query is %s", r.Alert, label[1], r.Expr)
			}
		}
		section, _ := strings.CutPrefix(r.Annotations["runbook"], "runbook.md#")
		if !slices.Contains(english, section) || !slices.Contains(chinese, section) {
			t.Errorf("%s: the runbook has no section %q", r.Alert, section)
		}
		for _, code := range codeOf.FindAllStringSubmatch(r.Expr, -1) {
			if code[1] != section {
				t.Errorf("%s is of %s and leads to %s", r.Alert, code[1], section)
			}
		}
		if s := r.Labels["severity"]; s != "critical" && s != "warning" && s != "info" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
		covered[section] = true
	}
	for _, code := range alert.Codes() {
		if !covered[string(code)] {
			t.Errorf("no rule is of %s", code)
		}
	}
}
