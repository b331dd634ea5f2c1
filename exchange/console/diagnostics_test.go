package console_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/console"
)

// node is how the daemon of a world does.
func node(context.Context) console.Node {
	return console.Node{
		Version: "v0.1.2", Store: exchange.Text{EN: "a file", ZH: "文件"}, Lag: 7,
		Parts: []console.Part{{Name: exchange.Text{EN: "Index", ZH: "索引"}}, {Name: exchange.Text{EN: "Queue", ZH: "队列"}, OK: true}},
	}
}

// The staff see what the daemon depends on; parties do not.
func TestDiagnostics(t *testing.T) {
	w := newWorld(t)
	p := w.visit(watcher).get("/console/diagnostics")
	for _, want := range []string{"v0.1.2", "7 changes", "Index does not answer", "Queue ok"} {
		if !strings.Contains(p.text, want) {
			t.Errorf("%q is missing: %d %s", want, p.status, p.text)
		}
	}
	if p := w.visit(port).get("/console/diagnostics"); p.status != http.StatusForbidden {
		t.Errorf("a party: %d", p.status)
	}
}
