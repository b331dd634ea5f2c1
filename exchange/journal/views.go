package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"beibu/exchange/operator/views"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// Journal is a [views.Index].
var _ views.Index = (*Journal)(nil)

const (
	findView     = `SELECT body FROM view WHERE id = ?`
	viewsOfOwner = `SELECT body FROM view INDEXED BY view_owner WHERE owner = ?`
	sharedViews  = `SELECT body FROM view INDEXED BY view_shared WHERE shared = ? AND shared <> ''`
	addView      = `INSERT INTO view (id, owner, shared, body) VALUES (?, ?, ?, ?)`
	moveView     = `UPDATE view SET body = ? WHERE id = ?`
	dropView     = `DELETE FROM view WHERE id = ?`
)

// view folds an event of a view, and reports whether it changed something. Of two views of
// an owner with one name the first counts, and so do the first [views.MaxViews].
func (b *batch) view(raw *queue.Event) (moved bool, err error) {
	e, err := views.FromEvent(*raw)
	if err != nil {
		return false, err
	}
	old, err := readViews(b.w.Query, findView, e.ID)
	if err != nil {
		return false, err
	}
	if e.Name == views.ViewSaved && e.View != nil && len(old) == 0 {
		one := *e.View
		one.ID = e.ID
		return b.saveView(one, addView, one.ID, one.Owner, one.Shared)
	}
	if len(old) == 0 {
		return false, nil
	}
	switch e.Name { //nolint:exhaustive // other events are of a later version
	case views.ViewRenamed:
		one := old[0]
		one.Name = e.To
		return b.saveView(one, moveView)
	case views.ViewDeleted:
		return true, b.w.Exec(dropView, e.ID)
	}
	return false, nil
}

// saveView writes a view, unless its owner has no room for it. The arguments of a new one
// come before its body, and the id of another behind it.
func (b *batch) saveView(one views.View, text string, before ...any) (moved bool, err error) {
	others, err := readViews(b.w.Query, viewsOfOwner, one.Owner)
	others = slices.DeleteFunc(others, func(other views.View) bool { return other.ID == one.ID })
	if err != nil || len(others) >= views.MaxViews || slices.ContainsFunc(others, one.Collides) {
		return false, err
	}
	body, err := json.Marshal(one)
	if err != nil {
		return false, fmt.Errorf("write view %s: %w", one.ID, err)
	}
	if len(before) == 0 {
		return true, b.w.Exec(text, body, one.ID)
	}
	return true, b.w.Exec(text, append(before, body)...)
}

// readViews reads the views that a statement finds.
func readViews(query func(text string, visit func(sqlitefile.Row) error, args ...any) error, text string, args ...any) (all []views.View, err error) {
	err = query(text, func(row sqlitefile.Row) error {
		var one views.View
		err := json.Unmarshal(row.Blob(0), &one)
		all = append(all, one)
		return err
	}, args...)
	return all, err
}

// Views is views.Index's.
func (j *Journal) Views(ctx context.Context, owner string, audiences []string) ([]views.View, error) {
	query := func(text string, visit func(sqlitefile.Row) error, args ...any) error {
		return j.Query(ctx, text, visit, args...)
	}
	all, err := readViews(query, viewsOfOwner, owner)
	for _, audience := range audiences {
		shared, more := readViews(query, sharedViews, audience)
		err = cmp.Or(err, more)
		all = append(all, slices.DeleteFunc(shared, func(one views.View) bool { return one.Owner == owner })...)
	}
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	slices.SortFunc(all, func(a, b views.View) int {
		return cmp.Or(strings.Compare(string(a.List), string(b.List)), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}
