package deploy_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A panel is one of the dashboard.
type panel struct {
	ID          int `json:"id"`
	Type, Title string
	GridPos     struct{ H, W, X, Y int } `json:"gridPos"`
	Targets     []struct{ Expr, LegendFormat string }
}

// metricNames returns the names of metrics in the source code, as they are exported.
func metricNames(t *testing.T) map[string]bool {
	t.Helper()
	name := regexp.MustCompile(`^beibu(_[a-z]+)+$`)
	found := make(map[string]bool)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil && name.MatchString(text) {
					found[text] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil || len(found) < 30 {
		t.Fatalf("%d metrics, %v", len(found), err)
	}
	return found
}

// processMetrics are those of client_golang that the dashboard may name.
var processMetrics = strings.Fields("process_cpu_seconds_total process_resident_memory_bytes process_open_fds go_memstats_heap_inuse_bytes go_goroutines")

var (
	metricInQuery = regexp.MustCompile(`\b(beibu|process|go)_[a-z_]+`)
	byLabels      = regexp.MustCompile(`by \(([a-z, ]+)\)`)
	inLegend      = regexp.MustCompile(`\{\{([a-z]+)\}\}`)
)

// Every metric that the dashboard names exists, and every label in a legend is one by
// which the query counts.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile("grafana/beibu.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels     []panel
		Templating struct {
			List []struct{ Name, Definition string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	known := metricNames(t)
	exists := func(what, query string) {
		for _, metric := range metricInQuery.FindAllString(query, -1) {
			if plain := strings.TrimSuffix(metric, "_bucket"); !known[plain] && !slices.Contains(processMetrics, metric) {
				t.Errorf("%s: there is no metric %s", what, metric)
			}
		}
	}
	for _, v := range board.Templating.List {
		exists(v.Name, v.Definition)
	}
	queries, ids := 0, make(map[int]bool)
	for i, p := range board.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || !strings.Contains(p.Title, " · ") {
			t.Errorf("panel %d %q: %+v", p.ID, p.Title, p.GridPos)
		}
		ids[p.ID] = true
		for _, other := range board.Panels[:i] {
			if a, b := p.GridPos, other.GridPos; a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%q is over %q", p.Title, other.Title)
			}
		}
		for _, target := range p.Targets {
			queries++
			exists(p.Title, target.Expr)
			if strings.Count(target.Expr, "(") != strings.Count(target.Expr, ")") || !strings.Contains(target.Expr, `{job=~"$job", instance=~"$instance"`) {
				t.Errorf("%q: %s", p.Title, target.Expr)
			}
			for _, label := range inLegend.FindAllStringSubmatch(target.LegendFormat, -1) {
				by := byLabels.FindStringSubmatch(target.Expr)
				if by == nil || !slices.Contains(strings.Split(by[1], ", "), label[1]) {
					t.Errorf("%q: the legend has %s, and the query is %s", p.Title, label[1], target.Expr)
				}
			}
		}
	}
	if queries < 30 {
		t.Errorf("%d queries", queries)
	}
}
