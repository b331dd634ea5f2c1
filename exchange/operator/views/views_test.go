package views_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator/views"
)

// at is when views are saved.
var at = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// bench returns the use cases over a record with an index, and a sealed name.
func bench(t *testing.T) (v views.Views, holder string) {
	t.Helper()
	parties, routes := exchangetest.Shipped(t)
	r := exchangetest.NewRecord(t)
	holders, err := sealed.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if holder, err = holders.Seal("Golden Durian", at); err != nil {
		t.Fatal(err)
	}
	return views.Views{
		Index: r, Recorder: &exchange.Recorder{Appender: r, Feed: r, Fold: r},
		Checker: views.Checker{
			Known:    exchange.Filters{InForce: &exchange.InForce{Parties: parties, Routes: routes, Checks: exchangetest.Checks(t)}, Journal: r},
			Refusals: r, Holders: holders, All: true,
		},
	}, holder
}

var (
	ann  = views.Viewer{Owner: "person 1", Name: "ann", Audiences: []string{views.Staff, "operator"}, MayShare: true}
	bob  = views.Viewer{Owner: "person 2", Name: "bob", Audiences: []string{views.Staff, "observer"}}
	port = views.Viewer{Owner: "credential beihai-customs", Name: "beihai-customs"}
)

func codeOf(err error) string {
	failure, ok := errors.AsType[*exchange.Error](err)
	switch {
	case err == nil:
		return ""
	case !ok:
		return err.Error()
	case failure.Code != "":
		return failure.Code
	}
	return failure.Kind.String()
}

func draft(name, shared string) views.Draft {
	return views.Draft{Name: name, List: views.Exchanges, Filter: views.Filter{"kind": "ata-carnet"}, Shared: shared}
}

// seen are the names of the views that somebody sees.
func seen(t *testing.T, v views.Views, who views.Viewer) string {
	t.Helper()
	all, err := v.List(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range all {
		names = append(names, one.Name)
	}
	return strings.Join(names, ", ")
}

// A view is its owner's alone, unless it is shared. A party's people see none of the staff.
func TestWhoSeesViews(t *testing.T) {
	v, _ := bench(t)
	for _, one := range []struct {
		who          views.Viewer
		name, shared string
		code         string
	}{
		{ann, "  my   carnets ", "", ""},
		{ann, "for all", views.Staff, ""},
		{ann, "for operators", "operator", ""},
		{ann, "for auditors", "auditor", "view-audience"},
		{bob, "for all", views.Staff, "forbidden"},
		{bob, "bob's", "", ""},
		{port, "ours", "", ""},
		{port, "for all", views.Staff, "forbidden"},
	} {
		got, err := v.Save(t.Context(), one.who, draft(one.name, one.shared), at)
		if codeOf(err) != one.code {
			t.Errorf("%s saves %q for %q: %+v, %v", one.who.Name, one.name, one.shared, got, err)
		}
	}
	for _, test := range []struct {
		who  views.Viewer
		want string
	}{{ann, "for all, for operators, my carnets"}, {bob, "bob's, for all"}, {port, "ours"}} {
		if got := seen(t, v, test.who); got != test.want {
			t.Errorf("%s sees %q, want %q", test.who.Name, got, test.want)
		}
	}
}

// A view is renamed by its owner, and deleted by its owner or, if it is shared, by who may
// share views.
func TestChangeViews(t *testing.T) {
	v, _ := bench(t)
	save := func(who views.Viewer, name, shared string) string {
		one, err := v.Save(t.Context(), who, draft(name, shared), at)
		if err != nil {
			t.Fatal(err)
		}
		return one.ID
	}
	first, second, shared := save(ann, "first", ""), save(ann, "second", ""), save(ann, "shared", views.Staff)
	if one, err := v.Rename(t.Context(), ann, first, "third", at); err != nil || one.Name != "third" {
		t.Errorf("%+v, %v", one, err)
	}
	carl := views.Viewer{Owner: "person 3", Name: "carl", Audiences: []string{views.Staff}, MayShare: true}
	for name, got := range map[string]error{
		"view-exists": errOf(v.Rename(t.Context(), ann, second, "third", at)),
		"view-name":   errOf(v.Rename(t.Context(), ann, second, "\u200b", at)),
		"not-found":   errOf(v.Rename(t.Context(), bob, second, "mine", at)),
		"forbidden":   errOf(v.Rename(t.Context(), bob, shared, "mine", at)),
	} {
		if codeOf(got) != name {
			t.Errorf("%v, want %s", got, name)
		}
	}
	if _, err := v.Delete(t.Context(), bob, shared, at); codeOf(err) != "forbidden" {
		t.Errorf("bob deletes what ann shares: %v", err)
	}
	if _, err := v.Delete(t.Context(), carl, shared, at); err != nil {
		t.Error(err)
	}
	if _, err := v.Delete(t.Context(), ann, first, at); err != nil {
		t.Error(err)
	}
	if got := seen(t, v, ann); got != "second" {
		t.Errorf("left are %q", got)
	}
	if _, err := v.Save(t.Context(), ann, draft("second", ""), at); codeOf(err) != "view-exists" {
		t.Errorf("saved twice: %v", err)
	}
	for i := range views.MaxViews - 1 {
		save(ann, strings.Repeat("x", i+1), "")
	}
	if _, err := v.Save(t.Context(), ann, draft("one more", ""), at); codeOf(err) != "view-limit" {
		t.Errorf("one too many: %v", err)
	}
}

func errOf[T any](_ T, err error) error { return err }

// A filter is one that its list takes: no other name, and no value that does not exist.
func TestCheck(t *testing.T) {
	v, holder := bench(t)
	for _, test := range []struct {
		list   views.List
		filter string
		code   string
	}{
		{views.Exchanges, "party=beihai-customs&sender=window-vn&kind=ata-carnet&number=A&state=ContentHandover&failing=true&answered=partly-rejected", ""},
		{views.Exchanges, "since=2026-11-20T08:00:00%2B08:00&until=2026-11-21T00:00:00Z&hs=0810&vehicle=A1&container=B2&licence=C&carnet=D&transportDocument=E", ""},
		{views.Exchanges, "holder=" + holder, ""},
		{views.Exchanges, "holder=Golden+Durian", "parameter"},
		{views.Exchanges, "party=nobody", "unknown-party"},
		{views.Exchanges, "kind=letter", "unknown-kind"},
		{views.Exchanges, "rule=NONE-1", "unknown-rule"},
		{views.Exchanges, "cause=NONE", "unknown-cause"},
		{views.Exchanges, "cause=expired", ""},
		{views.Exchanges, "state=Lost", "unknown-state"},
		{views.Exchanges, "since=yesterday", "parameter"},
		{views.Exchanges, "vehicle=--", "parameter"},
		{views.Exchanges, "failing=no", "parameter"},
		{views.Exchanges, "answered=maybe", "parameter"},
		{views.Exchanges, "way=http", "parameter"},
		{views.Exchanges, "cursor=5", "parameter"},
		{views.Exchanges, "", "parameter"},
		{views.Exchanges, "number=" + strings.Repeat("9", 2_000), "parameter"},
		{views.Refusals, "sender=beihai-customs&way=topic&digest=" + strings.Repeat("0", 64), ""},
		{views.Refusals, "way=pigeon", "parameter"},
		{views.Refusals, "digest=00", "parameter"},
		{views.Refusals, "code=none", "unknown-code"},
		{views.Refusals, "hs=08", "parameter"},
		{views.Failures, "receiver=window-vn&by=sender", ""},
		{views.Failures, "by=rule", ""},
		{views.Failures, "by=sender,rule", ""},
		{views.Failures, "by=receiver,rule", "parameter"},
		{views.Failures, "by=colour", "parameter"},
		{views.Audit, "subject=party:window-vn&since=2026-11-20T08:00:00Z", ""},
		{views.Audit, "subject=view", ""},
		{views.Audit, "subject=party:nobody", "unknown-party"},
		{views.Audit, "subject=refusal", "parameter"},
		{views.Runs, "status=paused", ""},
		{views.Runs, "status=lost", "unknown-state"},
		{"deliveries", "status=paused", "parameter"},
	} {
		filter, err := views.ParseFilter(test.filter)
		if err == nil {
			err = v.Checker.Check(t.Context(), test.list, filter)
		}
		if got := codeOf(err); got != test.code {
			t.Errorf("%s?%s: %q, want %q: %v", test.list, test.filter, got, test.code, err)
		}
		if again, _ := views.ParseFilter(filter.Encode()); again.Encode() != filter.Encode() {
			t.Errorf("%q is read as %q", filter.Encode(), again.Encode())
		}
	}
	for _, text := range []string{"a=1&a=2", "a=%zz"} {
		if _, err := views.ParseFilter(text); codeOf(err) != "parameter" {
			t.Errorf("%q: %v", text, err)
		}
	}
	// What causes and codes there are is not for everybody to know.
	v.Checker.All = false
	for list, filter := range map[views.List]views.Filter{views.Exchanges: {"cause": "NONE"}, views.Refusals: {"code": "none"}} {
		if err := v.Checker.Check(t.Context(), list, filter); err != nil {
			t.Errorf("%s: %v", list, err)
		}
	}
}
