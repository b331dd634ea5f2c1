package deploy_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// metrics are those that programs export, by their names.
type metrics map[string]metric

type metric struct {
	labels    []string
	histogram bool
}

// everyScrape are the labels that Prometheus gives to all that it scrapes.
var everyScrape = []string{"job", "instance"}

var (
	metricName = regexp.MustCompile(`^beibu(_[a-z]+)+$`)
	labelName  = regexp.MustCompile(`^[a-z_]+$`)
	makers     = regexp.MustCompile(`(?i)^(new)?(counter|gauge|histogram|desc)(vec|func)?$`)
)

// readMetrics returns the metrics that the programs export: those that the source code
// makes, and those of client_golang that a dashboard may name. A metric is made by a call
// that gets its name, and then its labels, as arguments or as a []string.
func readMetrics(t *testing.T) metrics {
	t.Helper()
	found := make(metrics)
	for name := range strings.FieldsSeq("process_cpu_seconds_total process_resident_memory_bytes process_open_fds go_memstats_heap_inuse_bytes go_goroutines") {
		found[name] = metric{}
	}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				found.add(call)
			}
			return true
		})
		return nil
	})
	if err != nil || len(found) < 40 {
		t.Fatalf("%d metrics, %v", len(found), err)
	}
	return found
}

// add adds the metric that a call makes, if it makes one.
func (m metrics) add(call *ast.CallExpr) {
	function := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		function = f.Name
	case *ast.SelectorExpr:
		function = f.Sel.Name
	}
	if !makers.MatchString(function) {
		return
	}
	name, labels := "", []string{}
	for _, argument := range call.Args {
		for _, text := range textsIn(argument) {
			switch {
			case name == "" && metricName.MatchString(text):
				name = text
			case name != "" && labelName.MatchString(text):
				labels = append(labels, text)
			}
		}
	}
	if name != "" {
		m[name] = metric{labels, strings.Contains(strings.ToLower(function), "histogram")}
	}
}

// textsIn returns the strings of an argument, without those of calls and functions in it.
func textsIn(argument ast.Expr) []string {
	var all []string
	ast.Inspect(argument, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr, *ast.FuncLit:
			return false
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				all = append(all, text)
			}
		}
		return true
	})
	return all
}

// find returns the labels of a metric as queries name it: a histogram by its parts.
func (m metrics) find(name string) (labels []string, known bool) {
	if one, known := m[name]; known && !one.histogram {
		return slices.Concat(one.labels, everyScrape), true
	}
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if one := m[strings.TrimSuffix(name, part)]; one.histogram && strings.HasSuffix(name, part) {
			return slices.Concat(one.labels, everyScrape, []string{"le"}), true
		}
	}
	return nil, false
}

var (
	selectors = regexp.MustCompile(`\b((?:beibu|process|go)_[a-z_]+)(?:\{([^}]*)\})?`)
	matchers  = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)\s*"`)
	groupings = regexp.MustCompile(`\bby \(([^)]*)\)`)
)

// faults returns what is wrong with a query: metrics that no program exports, and labels
// that they do not have.
func (m metrics) faults(query string) []string {
	var all []string
	found := selectors.FindAllStringSubmatch(query, -1)
	if len(found) == 0 {
		all = append(all, "it names no metric")
	}
	by := groupedBy(query)
	for _, selector := range found {
		labels, known := m.find(selector[1])
		if !known {
			all = append(all, "there is no metric "+selector[1])
			continue
		}
		wanted := slices.Clone(by)
		for _, matcher := range matchers.FindAllStringSubmatch(selector[2], -1) {
			wanted = append(wanted, matcher[1])
		}
		for _, label := range wanted {
			if !slices.Contains(labels, label) {
				all = append(all, fmt.Sprintf("%s has no label %s", selector[1], label))
			}
		}
	}
	return all
}

// groupedBy returns the labels that are left of what a query returns.
func groupedBy(query string) []string {
	var all []string
	for _, by := range groupings.FindAllStringSubmatch(query, -1) {
		for label := range strings.SplitSeq(by[1], ",") {
			all = append(all, strings.TrimSpace(label))
		}
	}
	return all
}

// The check of queries finds what is wrong with them.
func TestQueriesAreChecked(t *testing.T) {
	all := readMetrics(t)
	for query, want := range map[string][]string{
		`max by (receiver) (beibu_delivery_breaker_open{job="x"}) == 1`:                                       nil,
		`sum by (le, route) (rate(beibu_http_request_duration_seconds_bucket{instance=~"a|b"}[5m]))`:          nil,
		`rate(beibu_timestamps_total{outcome="taken"}[5m]) + beibu_metrics_source_age_seconds{source="x"}`:    nil,
		`sum(rate(process_cpu_seconds_total[5m]))`:                                                            nil,
		`max by (receiver) (beibu_delivery_breaker_opened) == 1`:                                              {"there is no metric beibu_delivery_breaker_opened"},
		`max by (party) (beibu_delivery_breaker_open) == 1`:                                                   {"beibu_delivery_breaker_open has no label party"},
		`beibu_alert_firing{kind="run-stopped"}`:                                                              {"beibu_alert_firing has no label kind"},
		`sum by (le) (rate(beibu_http_requests_total_bucket[5m]))`:                                            {"there is no metric beibu_http_requests_total_bucket"},
		`sum by (le) (rate(beibu_http_requests_total[5m]))`:                                                   {"beibu_http_requests_total has no label le"},
		`beibu_keys_valid_until_timestamp_seconds{use="seal", kind!="x"} - beibu_alert_notices_total{to="a"}`: {"beibu_keys_valid_until_timestamp_seconds has no label kind", "beibu_alert_notices_total has no label to"},
		`sum(rate(beibu_http_request_duration_seconds[5m]))`:                                                  {"there is no metric beibu_http_request_duration_seconds"},
		`time() > 5`: {"it names no metric"},
	} {
		if got := all.faults(query); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", query, got, want)
		}
	}
}
