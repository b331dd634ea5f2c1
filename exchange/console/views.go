package console

import (
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/views"
)

// A viewsBar is what a list shows above its filters: the views that the caller has of it.
type viewsBar struct {
	List      views.List
	Filter    string // the filter of the page, as a view has it; "" if there is none
	Own       []views.View
	Shared    []views.View // by others
	Current   *views.View  // that has the filter of the page, or nil
	Mine      bool         // Current is the caller's
	MayShare  bool
	Audiences []choice
	Wrong     bool // the list does not take the filter
}

// views returns the use cases of views.
func (s *Server) views(v *visit) views.Views {
	all := v.who.CoversAll(access.ReadExchanges) && v.who.CoversAll(access.ReadRefusals)
	return views.Views{
		Index: s.Views, Recorder: s.Recorder,
		Checker: views.Checker{Known: exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}, Refusals: s.Refusals, Holders: s.Holders, All: all},
	}
}

// addViews adds the views of a list to its fields, once these were read.
func (s *Server) addViews(v *visit, list views.List, f *fields) error {
	if !v.may(access.KeepViews) {
		return nil
	}
	who := v.who.Viewer()
	all, err := s.views(v).List(v.ctx(), who)
	if err != nil {
		return err
	}
	bar := &viewsBar{List: list, Filter: filterOfView(list, f).Encode(), MayShare: who.MayShare, Wrong: !f.OK()}
	for _, audience := range who.Audiences {
		bar.Audiences = append(bar.Audiences, choice{audience, v.lang.text(audienceText(audience))})
	}
	for _, one := range all {
		if one.List != list {
			continue
		}
		if one.Filter == bar.Filter && (bar.Current == nil || one.Owner == who.Owner) {
			bar.Current, bar.Mine = &one, one.Owner == who.Owner
		}
		if one.Owner == who.Owner {
			bar.Own = append(bar.Own, one)
		} else {
			bar.Shared = append(bar.Shared, one)
		}
	}
	f.Views = bar
	return nil
}

// audienceText returns with whom a view is shared, for people.
func audienceText(audience string) exchange.Text {
	if audience == views.Staff {
		return exchange.Text{EN: "all staff", ZH: "全体工作人员"}
	}
	role, _ := access.ParseStaffRole(audience)
	return exchange.Text{EN: audience, ZH: role.Chinese()}
}

// filterOfView returns the filters of a page as a view has them: by the names that the API
// has, and with times as RFC 3339 writes them.
func filterOfView(list views.List, f *fields) views.Filter {
	filter := make(views.Filter)
	for name, values := range f.values {
		value := values[0]
		switch {
		case value == "" || name == "cursor" || name == "after":
			continue
		case name == "since" || name == "until":
			if at := fieldsOf(f.values).time(name); !at.IsZero() {
				value = at.UTC().Format(time.RFC3339)
			}
		case name == "failing":
			value = "true"
		}
		filter[name] = value
	}
	if id, named := filter["id"]; named && list == views.Audit {
		filter["subject"] += ":" + id
		delete(filter, "id")
	}
	return filter
}

// addressOf returns the address of a list with the filter of a view.
func addressOf(one views.View) (string, error) {
	filter, err := views.ParseFilter(one.Filter)
	if err != nil {
		return "", err
	}
	if kind, id, named := strings.Cut(filter["subject"], ":"); named && one.List == views.Audit {
		filter["subject"], filter["id"] = kind, id
	}
	return root + string(one.List) + "?" + filter.Encode(), nil
}

// openView answers GET /console/views/{id} with the list. If the list does not take the
// filter any more, it says so at the field.
func (s *Server) openView(v *visit) error {
	one, err := s.views(v).Find(v.ctx(), v.who.Viewer(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	address, err := addressOf(one)
	if err != nil {
		return err
	}
	return v.redirect(address)
}

// saveView answers POST /console/views.
func (s *Server) saveView(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	filter, err := views.ParseFilter(form.Get("filter"))
	if err != nil {
		return err
	}
	draft := views.Draft{Name: form.Get("name"), List: views.List(form.Get("list")), Filter: filter, Shared: form.Get("shared")}
	saved, err := s.views(v).Save(v.ctx(), v.who.Viewer(), draft, v.began)
	if err != nil {
		return err
	}
	address, err := addressOf(saved)
	if err != nil {
		return err
	}
	return v.redirect(address)
}

// renameView answers POST /console/views/{id}/name.
func (s *Server) renameView(v *visit) error {
	form, err := v.form()
	if err == nil {
		_, err = s.views(v).Rename(v.ctx(), v.who.Viewer(), v.r.PathValue("id"), form.Get("name"), v.began)
	}
	if err != nil {
		return err
	}
	return v.redirect(v.back(root))
}

// deleteView answers POST /console/views/{id}/delete.
func (s *Server) deleteView(v *visit) error {
	if _, err := v.form(); err != nil {
		return err
	}
	if _, err := s.views(v).Delete(v.ctx(), v.who.Viewer(), v.r.PathValue("id"), v.began); err != nil {
		return err
	}
	return v.redirect(v.back(root))
}
