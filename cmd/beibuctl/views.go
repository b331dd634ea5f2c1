package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/views"
)

// viewsCommand keeps filters of lists under names.
type viewsCommand struct {
	List   listViews  `cmd:"" help:"List your views, and those that are shared with you."`
	Show   showView   `cmd:"" help:"Show a view, and whether its list takes the filter now."`
	Save   saveView   `cmd:"" help:"Save the filter of a list under a name."`
	Rename renameView `cmd:"" help:"Give a view of your own another name."`
	Delete deleteView `cmd:"" help:"Delete a view."`
}

// viewed is the filter of a list that a saved view begins with.
type viewed struct {
	View string `placeholder:"NAME" help:"Use the filter of this saved view, by name or id. A filter that is given as well replaces that of the view; one without a value, such as --kind=, removes it."`

	line *kong.Context // the command line
}

// AfterApply keeps the command line, which has the flags that were given: also those
// without a value, and those that say what is so by default.
func (c *viewed) AfterApply(line *kong.Context) error { //nolint:unparam // kong wants an error
	c.line = line
	return nil
}

// flagsOf are the flags of filters whose names are not those of the API.
var flagsOf = map[string]string{"transportDocument": "transport-document", "failing": "failed"}

// isGiven reports whether the command line has a filter, by its name in the API.
func (c *viewed) isGiven(filter string) bool {
	name := cmp.Or(flagsOf[filter], filter)
	return slices.ContainsFunc(c.line.Path, func(part *kong.Path) bool { return part.Flag != nil && part.Flag.Name == name })
}

// add adds to a query the filters of the view that the command line does not have.
func (c *viewed) add(ctx context.Context, caller *client.Client, list views.List, query url.Values) error {
	if c.View == "" {
		return nil
	}
	one, err := findView(ctx, caller, c.View, list)
	if err != nil {
		return err
	}
	filter, err := views.ParseFilter(one.Filter)
	for name, value := range filter {
		if !c.isGiven(name) {
			query.Set(name, value)
		}
	}
	return err
}

// findView returns the view with a name or id, of a list if one is given. One's own comes
// before those of others.
func findView(ctx context.Context, caller *client.Client, name string, list views.List) (httpapi.View, error) {
	all, err := client.Get[httpapi.ViewList](ctx, caller, "/v1/views", nil)
	if err != nil {
		return httpapi.View{}, err
	}
	var own, others []httpapi.View
	for _, one := range all.Views {
		switch {
		case list != "" && one.List != list || one.ID != name && one.Name != name:
		case one.Own:
			own = append(own, one)
		default:
			others = append(others, one)
		}
	}
	switch found := append(own, others...); {
	case len(found) == 0:
		return httpapi.View{}, fmt.Errorf("there is no view %q; views list shows all", name)
	case len(own) == 1 || len(found) == 1:
		return found[0], nil
	}
	return httpapi.View{}, fmt.Errorf("there is more than one view %q; views list shows their ids", name)
}

type listViews struct{}

// Run lists the views. JSON is one view a line.
func (c *listViews) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all, err := client.Get[httpapi.ViewList](ctx, caller, "/v1/views", nil)
	if err != nil {
		return err
	}
	t := s.newTable("LIST", "NAME", "FILTER", "SHARED", "SAVED BY", "VIEW")
	for _, one := range all.Views {
		if s.asJSON() {
			if err := s.json(one); err != nil {
				return err
			}
			continue
		}
		t.Row(string(one.List), one.Name, one.Filter, one.Shared, one.SavedBy, one.ID)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// savedView names a view on the command line.
type savedView struct {
	Name string `arg:"" help:"Name or id of the view."`
	List string `placeholder:"LIST" help:"Of this list, if views of several have the name: exchanges, refusals, failures, audit or runs."`
}

func (c *savedView) find(ctx context.Context, s *session) (*client.Client, httpapi.View, error) {
	caller, err := s.client()
	if err != nil {
		return nil, httpapi.View{}, err
	}
	one, err := findView(ctx, caller, c.Name, views.List(c.List))
	return caller, one, err
}

type showView struct{ savedView }

// Run shows a view. Its exit code says whether the list takes the filter.
func (c *showView) Run(ctx context.Context, s *session) error {
	caller, one, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if one, err = client.Get[httpapi.View](ctx, caller, "/v1/views/"+url.PathEscape(one.ID), nil); err != nil {
		return err
	}
	if err := s.printView(one); err != nil {
		return err
	}
	if one.Problem == nil {
		return nil
	}
	if !s.asJSON() {
		detail := one.Problem.Detail
		if s.Lang == "zh" {
			detail = one.Problem.ZH.Detail
		}
		s.note("the list does not take this filter any more: %s", detail)
	}
	return errFaults
}

func (s *session) printView(one httpapi.View) error {
	if s.asJSON() {
		return s.json(one)
	}
	facts := terminal.NewTable(s.word("view"), terminal.Clean(one.ID))
	fact := func(name, value string) {
		if value != "" {
			facts.Row(s.word(name), value)
		}
	}
	fact("name", one.Name)
	fact("list", string(one.List))
	fact("filter", one.Filter)
	fact("shared", one.Shared)
	fact("saved by", one.SavedBy)
	fact("saved", stamp(one.SavedAt))
	return s.printf("%s", facts)
}

type saveView struct {
	Name   string `arg:"" help:"Name of the view, 1 to 80 characters."`
	List   string `arg:"" help:"Of this list: exchanges, refusals, failures, audit or runs."`
	Filter string `arg:"" help:"Filters of the list as in an address, such as 'kind=ata-carnet&state=ConsignmentRejection'."`
	Shared string `placeholder:"AUDIENCE" help:"Share it: with staff, or with a role of yours."`
}

// Validate refuses a list that there is not.
func (c *saveView) Validate() error {
	if !slices.Contains(views.Lists(), views.List(c.List)) {
		return fmt.Errorf("there is no list %q; the lists are %s", c.List, strings.Trim(fmt.Sprint(views.Lists()), "[]"))
	}
	return nil
}

// Run saves the view and shows it.
func (c *saveView) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	one, err := client.Post[httpapi.View](ctx, caller, "/v1/views", httpapi.ViewDraft{Name: c.Name, List: views.List(c.List), Filter: c.Filter, Shared: c.Shared})
	if err != nil {
		return err
	}
	return s.printView(one)
}

type renameView struct {
	savedView
	To string `arg:"" help:"Its new name."`
}

// Run renames the view and shows it.
func (c *renameView) Run(ctx context.Context, s *session) error {
	caller, one, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if one, err = client.Post[httpapi.View](ctx, caller, "/v1/views/"+url.PathEscape(one.ID)+"/name", httpapi.ViewName{Name: c.To}); err != nil {
		return err
	}
	return s.printView(one)
}

type deleteView struct{ savedView }

// Run deletes the view and shows what it was.
func (c *deleteView) Run(ctx context.Context, s *session) error {
	caller, one, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if one, err = client.Delete[httpapi.View](ctx, caller, "/v1/views/"+url.PathEscape(one.ID), nil); err != nil {
		return err
	}
	return s.printView(one)
}
