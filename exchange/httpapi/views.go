package httpapi

import (
	"errors"
	"net/http"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/operator/views"
)

// ViewList answers GET /v1/views.
type ViewList struct {
	Views []View `json:"views"` // by list and name
}

// View is the filter of a list under a name.
type View struct {
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	List    views.List  `json:"list"`
	Filter  string      `json:"filter"` // a query of the list
	SavedBy string      `json:"savedBy"`
	SavedAt answer.Time `json:"savedAt"`
	Own     bool        `json:"own"`              // it is the caller's, who may rename it
	Shared  string      `json:"shared,omitempty"` // with whom: staff, or a role
	// Problem says why the list refuses the filter now; absent if it does not. In no list.
	Problem *answer.Problem `json:"problem,omitempty"`
}

// ViewDraft is a view that POST /v1/views saves.
type ViewDraft struct {
	Name   string     `json:"name"`
	List   views.List `json:"list"`
	Filter string     `json:"filter"`
	Shared string     `json:"shared,omitempty"`
}

// ViewName is what POST /v1/views/{id}/name gives.
type ViewName struct {
	Name string `json:"name"`
}

// views returns the use cases of views for a caller.
func (s *Server) views(c *call) views.Views {
	all := c.caller.CoversAll(access.ReadExchanges) && c.caller.CoversAll(access.ReadRefusals)
	return views.Views{
		Index: s.savedViews, Recorder: s.finder.Recorder,
		Checker: views.Checker{Known: s.filters(c), Refusals: s.refusals, Holders: s.holders, All: all},
	}
}

// listViews answers GET /v1/views.
func (s *Server) listViews(c *call) error {
	p := parametersOf(c.request)
	if err := p.err(); err != nil {
		return err
	}
	who := c.caller.Viewer()
	all, err := s.views(c).List(c.request.Context(), who)
	if err != nil {
		return err
	}
	list := ViewList{Views: make([]View, 0, len(all))}
	for _, one := range all {
		list.Views = append(list.Views, wireView(one, who))
	}
	return c.json(http.StatusOK, list)
}

// showView answers GET /v1/views/{id}: also whether the list takes the filter now.
func (s *Server) showView(c *call) error {
	who, known := c.caller.Viewer(), s.views(c)
	one, err := known.Find(c.request.Context(), who, c.request.PathValue("id"))
	if err != nil {
		return err
	}
	shown := wireView(one, who)
	filter, err := views.ParseFilter(one.Filter)
	if err == nil {
		err = known.Checker.Check(c.request.Context(), one.List, filter)
	}
	if failure, ok := errors.AsType[*exchange.Error](err); ok && (failure.Kind == exchange.Invalid || failure.Kind == exchange.BadRequest) {
		p, _ := answer.ProblemOf(err, c.id)
		shown.Problem, err = &p, nil
	}
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, shown)
}

// saveView answers POST /v1/views.
func (s *Server) saveView(c *call) error {
	var draft ViewDraft
	if err := s.readJSON(c, &draft); err != nil {
		return err
	}
	filter, err := views.ParseFilter(draft.Filter)
	if err != nil {
		return err
	}
	who := c.caller.Viewer()
	saved, err := s.views(c).Save(c.request.Context(), who, views.Draft{Name: draft.Name, List: draft.List, Filter: filter, Shared: draft.Shared}, time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireView(saved, who))
}

// renameView answers POST /v1/views/{id}/name.
func (s *Server) renameView(c *call) error {
	var to ViewName
	if err := s.readJSON(c, &to); err != nil {
		return err
	}
	who := c.caller.Viewer()
	renamed, err := s.views(c).Rename(c.request.Context(), who, c.request.PathValue("id"), to.Name, time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireView(renamed, who))
}

// deleteView answers DELETE /v1/views/{id} with the view that there was.
func (s *Server) deleteView(c *call) error {
	p := parametersOf(c.request)
	if err := p.err(); err != nil {
		return err
	}
	who := c.caller.Viewer()
	deleted, err := s.views(c).Delete(c.request.Context(), who, c.request.PathValue("id"), time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireView(deleted, who))
}

func wireView(v views.View, who views.Viewer) View {
	return View{
		ID: v.ID, Name: v.Name, List: v.List, Filter: v.Filter, SavedBy: v.By, SavedAt: answer.TimeOf(v.At), Own: v.Owner == who.Owner, Shared: v.Shared,
	}
}
