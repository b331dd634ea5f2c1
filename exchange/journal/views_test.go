package journal_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/operator/views"
	"beibu/queue"
)

// view adds an event of a view.
func (r *record) view(id string, name exchange.State, detail map[string]any) {
	r.tb.Helper()
	text, err := json.Marshal(detail)
	if err != nil {
		r.tb.Fatal(err)
	}
	r.changes = append(r.changes, queue.Change{Sequence: r.next(), Event: &queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectView, ID: id}, Name: string(name), At: r.now(), Detail: text,
	}})
}

// saved adds a view of an owner.
func (r *record) saved(id, owner, name, shared string) {
	r.tb.Helper()
	r.view(id, views.ViewSaved, map[string]any{"actor": owner, "view": views.View{
		ID: "another", Name: name, List: views.Exchanges, Filter: "kind=response", Owner: owner, By: owner, Shared: shared, At: queue.Stored(r.now()),
	}})
}

// viewsOf are the views that somebody sees, each as its id and its name.
func viewsOf(t *testing.T, j *journal.Journal, owner string, audiences ...string) string {
	t.Helper()
	all, err := j.Views(t.Context(), owner, audiences)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, one := range all {
		out = append(out, one.ID+" "+one.Name)
	}
	return strings.Join(out, ", ")
}

// The views of an owner and those that are shared come from the record, whatever the
// batches. Of two with one name the first counts, and what changes nothing is not in the
// audit.
func TestViews(t *testing.T) {
	r := &record{tb: t}
	r.saved("1", "a", "held", "")
	r.saved("2", "a", "held", "")                                              // collides
	r.saved("1", "b", "other", "")                                             // the id is taken
	r.saved("3", "b", "held", views.Staff)                                     // of another owner
	r.saved("4", "a", "failed", "operator")                                    //
	r.view("4", views.ViewRenamed, map[string]any{"actor": "a", "to": "held"}) // collides
	r.view("4", views.ViewRenamed, map[string]any{"actor": "a", "to": "bad"})
	r.saved("5", "b", "gone", "")
	r.view("5", views.ViewDeleted, map[string]any{"actor": "b"})
	r.view("5", views.ViewRenamed, map[string]any{"actor": "b", "to": "back"})
	r.view("1", "ViewOfALaterVersion", map[string]any{"actor": "a"})
	whole, cut := r.folded(), open(t)
	for i := range r.changes {
		if err := cut.Fold(t.Context(), r.changes[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for name, j := range map[string]*journal.Journal{"in one batch": whole, "one by one": cut} {
		for _, test := range []struct {
			owner     string
			audiences []string
			want      string
		}{
			{"a", nil, "4 bad, 1 held"},
			{"a", []string{views.Staff, "operator"}, "4 bad, 1 held, 3 held"},
			{"b", []string{views.Staff, "operator"}, "4 bad, 3 held"},
			{"c", []string{views.Staff}, "3 held"},
			{"c", nil, ""},
		} {
			if got := viewsOf(t, j, test.owner, test.audiences...); got != test.want {
				t.Errorf("%s: %s and %v see %s, want %s", name, test.owner, test.audiences, got, test.want)
			}
		}
		page, _, err := j.Audit(t.Context(), exchange.AuditQuery{Kind: queue.SubjectView})
		var audited []string
		for _, e := range page {
			audited = append(audited, e.Subject.ID+" "+string(e.Name)+" "+e.Cause.Actor)
		}
		if got, want := fmt.Sprint(audited), "[1 ViewSaved a 3 ViewSaved b 4 ViewSaved a 4 ViewRenamed a 5 ViewSaved b 5 ViewDeleted b]"; err != nil || got != want {
			t.Errorf("%s: the audit has %s, %v", name, got, err)
		}
	}
}

// An owner has a number of views at most, whichever node saves them.
func TestViewsAreBounded(t *testing.T) {
	r := &record{tb: t}
	for i := range views.MaxViews + 1 {
		r.saved(fmt.Sprint(i), "a", fmt.Sprintf("view %d", i), "")
	}
	r.saved("b", "b", "view", "")
	j := r.folded()
	all, err := j.Views(t.Context(), "a", nil)
	if err != nil || len(all) != views.MaxViews {
		t.Errorf("%d views, %v", len(all), err)
	}
	if got := viewsOf(t, j, "b"); got != "b view" {
		t.Errorf("another owner has %s", got)
	}
}
