package deploy_test

import (
	"io/fs"
	"os"
	"os/exec"
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

// inSources returns the metrics that the programs name, with the text behind each name.
func inSources(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	name := regexp.MustCompile(`"(beibu_[a-z_]+)"`)
	for _, tree := range []string{"../cmd/internal/telemetry", "../exchange"} {
		err := fs.WalkDir(os.DirFS(tree), ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(tree + "/" + path)
			for _, at := range name.FindAllSubmatchIndex(text, -1) {
				all[string(text[at[2]:at[3]])] = string(text[at[1]:min(at[1]+400, len(text))])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

var (
	metricsOf = regexp.MustCompile(`beibu_[a-z_]+`)
	labelsOf  = regexp.MustCompile(`by \(([a-z, ]+)\)`)
	codeOf    = regexp.MustCompile(`code="([a-z-]+)"`)
)

// Each rule of Prometheus is of metrics that there are, with labels that they have, and
// leads to a section of the runbook; each alert has a rule. If promtool is here, it reads
// them too.
func TestPrometheusRules(t *testing.T) {
	metrics, english, chinese := inSources(t), sections(t, "runbook.md"), sections(t, "zh/runbook.md")
	covered := make(map[string]bool)
	for _, r := range readRules(t) {
		used := metricsOf.FindAllString(r.Expr, -1)
		if len(used) == 0 || strings.Count(r.Expr, "(") != strings.Count(r.Expr, ")") || !strings.HasPrefix(r.Alert, "Beibu") || r.Annotations["summary"] == "" {
			t.Errorf("%s: %q", r.Alert, r.Expr)
		}
		for _, metric := range used {
			behind, known := metrics[metric]
			if !known {
				t.Errorf("%s: there is no metric %s", r.Alert, metric)
			}
			for _, by := range labelsOf.FindAllStringSubmatch(r.Expr, -1) {
				for label := range strings.SplitSeq(by[1], ", ") {
					if !strings.Contains(behind, `"`+label+`"`) {
						t.Errorf("%s: %s has no label %s", r.Alert, metric, label)
					}
				}
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
	if _, err := exec.LookPath("promtool"); err != nil {
		t.Log("promtool is not here: the expressions are not parsed")
	} else if out, err := exec.CommandContext(t.Context(), "promtool", "check", "rules", "prometheus/rules.yaml").CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}
