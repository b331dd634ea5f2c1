// Package views keeps filters of lists under names. A view is in the record, so every node
// has it; the index is folded from there, and decides which of two that collide exists.
package views

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// A View is the filter of a list under a name.
type View struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	List   List      `json:"list"`
	Filter string    `json:"filter"`           // a query, as [Filter.Encode] writes it
	Owner  string    `json:"owner"`            // as in [Viewer]
	By     string    `json:"by"`               // the name of the owner when it was saved
	Shared string    `json:"shared,omitempty"` // the audience that sees it too, or ""
	At     time.Time `json:"at"`               // when it was saved
}

// Staff is the audience of all who have a role at the exchange. The other audiences are
// the roles.
const Staff = "staff"

// A Viewer is somebody who has views.
type Viewer struct {
	Owner     string   // who it is, which stays the same
	Name      string   // for the record
	Audiences []string // whose views it sees; none, if it has no role at the exchange
	MayShare  bool
}

// The bounds of views.
const (
	MaxViews = 50 // of one owner
	MaxName  = 80 // characters
)

// An Index has the views of the record.
type Index interface {
	// Views returns the views of an owner and those that are shared with an audience, by
	// list and name.
	Views(ctx context.Context, owner string, audiences []string) ([]View, error)
}

// Views are the use cases, by the configuration in force.
type Views struct {
	Index    Index
	Recorder *exchange.Recorder
	Checker  Checker
}

// List returns the views that somebody sees.
func (v Views) List(ctx context.Context, who Viewer) ([]View, error) {
	return v.Index.Views(ctx, who.Owner, who.Audiences)
}

// Find returns a view that somebody sees. It fails with an [*exchange.Error] of kind
// NotFound.
func (v Views) Find(ctx context.Context, who Viewer, id string) (View, error) {
	all, err := v.List(ctx, who)
	if err != nil {
		return View{}, err
	}
	at := slices.IndexFunc(all, func(one View) bool { return one.ID == id })
	if at < 0 {
		return View{}, &exchange.Error{
			Op: "find view", Kind: exchange.NotFound, Err: exchange.Because("there is no such view, or none that you may see", "没有该视图，或您无权查看"),
		}
	}
	return all[at], nil
}

// A Draft is a view that is to be saved.
type Draft struct {
	Name   string
	List   List
	Filter Filter
	Shared string // an audience, or ""
}

// Save saves a view. It fails with an [*exchange.Error]: of kind BadRequest or Invalid if a
// part of it cannot be, with code view-exists if the owner has one of the name, view-limit
// if it has too many, and of kind Forbidden if it may not be shared so.
func (v Views) Save(ctx context.Context, who Viewer, d Draft, at time.Time) (View, error) {
	name, err := nameOf(d.Name)
	if err == nil {
		err = mayShare(who, d.Shared)
	}
	if err == nil {
		err = v.Checker.Check(ctx, d.List, d.Filter)
	}
	if err != nil {
		return View{}, err
	}
	one := View{ID: uuid.NewString(), Name: name, List: d.List, Filter: d.Filter.Encode(), Owner: who.Owner, By: who.Name, Shared: d.Shared, At: queue.Stored(at)}
	if err := v.fits(ctx, who, one); err != nil {
		return View{}, err
	}
	if err := v.record(ctx, Event{Name: ViewSaved, ID: one.ID, At: one.At, Actor: who.Name, View: &one}); err != nil {
		return View{}, err
	}
	return v.result(ctx, who, one)
}

// Rename gives a view of somebody's own another name. It fails as Save does.
func (v Views) Rename(ctx context.Context, who Viewer, id, name string, at time.Time) (View, error) {
	name, err := nameOf(name)
	if err != nil {
		return View{}, err
	}
	one, err := v.own(ctx, who, id, false)
	if err != nil {
		return View{}, err
	}
	one.Name = name
	if err := v.fits(ctx, who, one); err != nil {
		return View{}, err
	}
	if err := v.record(ctx, Event{Name: ViewRenamed, ID: id, At: queue.Stored(at), Actor: who.Name, To: name}); err != nil {
		return View{}, err
	}
	return v.result(ctx, who, one)
}

// Delete deletes a view of somebody's own, or one that is shared, if they may share views.
func (v Views) Delete(ctx context.Context, who Viewer, id string, at time.Time) (View, error) {
	one, err := v.own(ctx, who, id, who.MayShare)
	if err != nil {
		return View{}, err
	}
	return one, v.record(ctx, Event{Name: ViewDeleted, ID: id, At: queue.Stored(at), Actor: who.Name})
}

// own returns a view that somebody may change: their own, or also one of others that they
// see.
func (v Views) own(ctx context.Context, who Viewer, id string, others bool) (View, error) {
	one, err := v.Find(ctx, who, id)
	if err == nil && one.Owner != who.Owner && !others {
		err = &exchange.Error{Op: "change view", Kind: exchange.Forbidden, Err: exchange.Because("the view is that of another person", "该视图属于其他人")}
	}
	return one, err
}

// fits fails if an owner cannot have a view in addition to the others.
func (v Views) fits(ctx context.Context, who Viewer, one View) error {
	all, err := v.Index.Views(ctx, who.Owner, nil)
	if err != nil {
		return err
	}
	switch all = slices.DeleteFunc(all, func(other View) bool { return other.ID == one.ID }); {
	case slices.ContainsFunc(all, one.Collides):
		return errExists(one)
	case len(all) >= MaxViews:
		return &exchange.Error{
			Op: "save view", Kind: exchange.Stale, Code: "view-limit", Err: exchange.Because("one person has at most %d views; delete one first", "每人最多 %d 个视图，请先删除一个", MaxViews),
		}
	}
	return nil
}

// Collides reports whether two views of an owner have one name on one list.
func (v View) Collides(other View) bool { return v.List == other.List && v.Name == other.Name }

func errExists(one View) error {
	return &exchange.Error{
		Op: "save view", Kind: exchange.Stale, Code: "view-exists",
		Err: exchange.Because("you have a view %q of this list already", "该列表已有您的视图 %q", one.Name),
	}
}

// result returns a view as the index has it. If another node was faster with one that
// collides, that one counts.
func (v Views) result(ctx context.Context, who Viewer, wanted View) (View, error) {
	all, err := v.Index.Views(ctx, who.Owner, nil)
	for _, one := range all {
		if one.ID == wanted.ID && one.Name == wanted.Name {
			return one, nil
		}
	}
	if err == nil {
		err = errExists(wanted)
	}
	return View{}, err
}

func (v Views) record(ctx context.Context, e Event) error {
	raw, err := e.record()
	if err != nil {
		return err
	}
	return v.Recorder.Append(ctx, raw)
}

// nameOf returns a name as it is kept: without blanks around it and with single ones in it.
func nameOf(text string) (string, error) {
	name := strings.Join(strings.Fields(text), " ")
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", &exchange.Error{
			Op: "save view", Kind: exchange.BadRequest, Code: "view-name",
			Err: exchange.Because("a view has a name of 1 to %d characters that can be seen", "视图名称应为 1 至 %d 个可见字符", MaxName),
		}
	}
	return name, nil
}

// mayShare fails if somebody may not share a view with an audience.
func mayShare(who Viewer, audience string) error {
	switch {
	case audience == "":
		return nil
	case !who.MayShare:
		return &exchange.Error{Op: "share view", Kind: exchange.Forbidden, Err: exchange.Because("your roles do not permit to share views", "您的角色无权共享视图")}
	case !slices.Contains(who.Audiences, audience):
		list := strings.Join(who.Audiences, ", ")
		return &exchange.Error{
			Op: "share view", Kind: exchange.Invalid, Code: "view-audience",
			Err: exchange.Because("a view is shared with one of %s: all staff, or those with a role of yours", "视图可共享给：%s，即全体工作人员，或与您角色相同的人员", list),
		}
	}
	return nil
}
