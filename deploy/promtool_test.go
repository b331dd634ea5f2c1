package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"beibu/signing/signingtest"
	"beibu/testdata"
)

// promtool has the program of Prometheus do something, and returns what it says.
func promtool(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), signingtest.Tool(t, "promtool"), arguments...).CombinedOutput()
	return string(out), err
}

// Prometheus reads the rules, and they fire for the series of prometheus/tests.yaml as
// these say.
func TestRulesFire(t *testing.T) {
	for _, arguments := range [][]string{{"check", "rules", "prometheus/rules.yaml"}, {"test", "rules", "prometheus/tests.yaml"}} {
		if out, err := promtool(t, arguments...); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, out)
		}
	}
}

// The tests of the rules fail if a rule never fires, if daemons are no longer counted as
// one, and if a limit, a comparison or a time changes.
func TestRulesAreTested(t *testing.T) {
	if !testdata.Long() {
		t.Skip("SKIPPED: takes ten seconds; set BEIBU_LONG=1")
	}
	text, err := os.ReadFile("prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	for _, r := range readRules(t) {
		mutant(t, whole, "expr: "+r.Expr+"\n", "expr: ("+r.Expr+") < -1e18\n")
		if strings.Contains(r.Expr, "by (") {
			mutant(t, whole, "expr: "+r.Expr+"\n", "expr: "+strings.ReplaceAll(r.Expr, "by (", "by (instance, ")+"\n")
		}
	}
	for _, change := range [][2]string{
		{"(beibu_delivery_breaker_open) == 1", "(beibu_delivery_breaker_open) >= 0"},
		{"(beibu_deliveries_failing) > 0\n        for: 5m", "(beibu_deliveries_failing) > 0\n        for: 4m"},
		{"(beibu_deliveries_failing) > 0\n        for: 5m", "(beibu_deliveries_failing) > 0\n        for: 6m"},
		{">= 12 * 3600", "> 12 * 3600"},
		{"<= 30 * 86400", "< 30 * 86400"},
		{"<= 86400", "< 86400"},
		{"for: 15m", "for: 14m"},
		{"for: 15m", "for: 16m"},
		{"[2h]", "[1h]"},
		{"[2h]", "[3h]"},
		{" unless sum by (address) (increase(beibu_alert_notices_total[15m])) > 0", ""},
	} {
		mutant(t, whole, change[0], change[1])
	}
}

// mutant fails if the tests of the rules pass although the rules say something else.
func mutant(t *testing.T, rules, from, to string) {
	t.Helper()
	if !strings.Contains(rules, from) {
		t.Errorf("the rules have no %q", from)
		return
	}
	t.Run(to, func(t *testing.T) {
		t.Parallel()
		tests, err := os.ReadFile("prometheus/tests.yaml")
		if err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		for name, content := range map[string]string{"rules.yaml": strings.Replace(rules, from, to, 1), "tests.yaml": string(tests)} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := promtool(t, "test", "rules", filepath.Join(folder, "tests.yaml")); err == nil {
			t.Errorf("%q instead of %q: the tests of the rules pass\n%s", to, from, out)
		}
	})
}

// Each alert of the rules is expected in tests.yaml at one time at least, and not at
// another.
func TestEveryRuleIsTested(t *testing.T) {
	text, err := os.ReadFile("prometheus/tests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tests []struct {
			Alerts []struct {
				Name string `yaml:"alertname"`
				Want []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		} `yaml:"tests"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var fires, silent []string
	for _, test := range file.Tests {
		for _, a := range test.Alerts {
			if len(a.Want) > 0 {
				fires = append(fires, a.Name)
			} else {
				silent = append(silent, a.Name)
			}
		}
	}
	for _, r := range readRules(t) {
		if !slices.Contains(fires, r.Alert) || !slices.Contains(silent, r.Alert) {
			t.Errorf("tests.yaml does not have %s both fire and not fire", r.Alert)
		}
	}
}

// Prometheus reads every query of the dashboard, with values for the variables of Grafana.
func TestDashboardQueries(t *testing.T) {
	type recording struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var all []recording
	variables := strings.NewReplacer("$__rate_interval", "5m", "$job", "beibu", "$instance", "a")
	for _, p := range readDashboard(t).Panels {
		for i, target := range p.Targets {
			expr := variables.Replace(target.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("%q: a variable without a value in %s", p.Title, target.Expr)
			}
			all = append(all, recording{fmt.Sprintf("panel_%d:query_%d", p.ID, i), expr})
		}
	}
	check := func(all []recording) (string, error) {
		text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": all}}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "dashboard.yaml")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return promtool(t, "check", "rules", file)
	}
	if out, err := check(all); err != nil || !strings.Contains(out, fmt.Sprintf("%d rules found", len(all))) {
		t.Errorf("promtool: %v\n%s", err, out)
	}
	if out, err := check(append(all, recording{"broken", "sum by (le) (rate(x[5m])"})); err == nil {
		t.Errorf("promtool takes a query with a parenthesis that is open\n%s", out)
	}
}
