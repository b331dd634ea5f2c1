package deploy_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
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

// A dashboard is one of Grafana.
type dashboard struct {
	Panels     []panel
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
}

func readDashboard(t *testing.T) (board dashboard) {
	t.Helper()
	text, err := os.ReadFile("grafana/beibu.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	return board
}

var (
	inLegend = regexp.MustCompile(`\{\{([a-z]+)\}\}`)
	// valuesOf is how a variable lists the values of a label.
	valuesOf = regexp.MustCompile(`^label_values\((.+), ([a-z_]+)\)$`)
)

// Every metric that the dashboard names exists and has the labels that are asked for, and
// every label in a legend is one by which the query counts.
func TestDashboard(t *testing.T) {
	board, known := readDashboard(t), readMetrics(t)
	exists := func(what, query string) {
		for _, fault := range known.faults(query) {
			t.Errorf("%s: %s", what, fault)
		}
	}
	for _, v := range board.Templating.List {
		if v.Type != "query" {
			continue
		}
		values := valuesOf.FindStringSubmatch(v.Definition)
		if values == nil {
			t.Errorf("%s: %s", v.Name, v.Definition)
			continue
		}
		exists(v.Name, "count by ("+values[2]+") ("+values[1]+")")
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
			if !strings.Contains(target.Expr, `{job=~"$job", instance=~"$instance"`) {
				t.Errorf("%q: %s", p.Title, target.Expr)
			}
			for _, label := range inLegend.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !slices.Contains(groupedBy(target.Expr), label[1]) {
					t.Errorf("%q: the legend has %s, and the query is %s", p.Title, label[1], target.Expr)
				}
			}
		}
	}
	if queries < 30 {
		t.Errorf("%d queries", queries)
	}
}
