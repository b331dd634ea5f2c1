package httpapi_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// credential returns one whose API key is its name, for what limits say.
func (w *world) credential(name string, roles access.Role, l access.Limits) access.Credential {
	w.t.Helper()
	scope, err := access.NewScope(l, w.current.Load().Parties, []string{"ata-carnet", "sps-certificate"})
	if err != nil {
		w.t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(name))
	return access.Credential{Name: name, Grants: []access.Grant{{Roles: roles, Scope: scope}}, KeySHA256: hex.EncodeToString(digest[:])}
}

// roleKeys puts a credential for each role of staff in force, with the role's name as its
// key, and returns the roles.
func (w *world) roleKeys() map[string]access.Role {
	w.t.Helper()
	roles, all := make(map[string]access.Role), credentials()
	for _, one := range w.roleCredentials() {
		roles[one.Name] = one.Grants[0].Roles
		all = append(all, one)
	}
	w.swapAccess(all...)
	return roles
}

// roleCredentials returns a credential for each role of staff, with the role's name as its
// key.
func (w *world) roleCredentials() []access.Credential {
	w.t.Helper()
	var all []access.Credential
	for _, name := range access.StaffRoles.Names() {
		role, _ := access.ParseStaffRole(name)
		all = append(all, w.credential(name, role, access.Limits{}))
	}
	return all
}

// Every operation that is documented refuses the roles that the table of permissions
// does not give its action, and no others, before it reads anything else. The answer
// names the roles that may.
func TestRolesOfEveryOperation(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	roles, actions := w.roleKeys(), w.server.Actions()
	for _, o := range w.description.operations() {
		action, ok := actions[o.method+" "+o.path]
		if !ok {
			t.Errorf("%s %s has no action", o.method, o.path)
		}
		path := strings.NewReplacer("{id}", "x", "{kind}", "x", "{file}", "x", "{code}", "x", "{key}", "x").Replace(o.path)
		for name, role := range roles {
			a := w.do(request{method: o.method, path: path, as: name})
			var p answer.Problem
			if a.status == http.StatusForbidden {
				_ = json.Unmarshal(a.body, &p)
			}
			refused := strings.Contains(p.Detail, "takes one of the roles "+strings.Join(action.Roles().Names(), ", ")) || strings.Contains(p.Detail, "speaks for no party")
			if may := action.IsPublic() || role&action.Roles() != 0; refused == may {
				t.Errorf("%s %s by %s: %d %s, want allowed %t", o.method, o.path, name, a.status, a.body, may)
			}
		}
	}
}

// Observers and auditors change nothing but their own views: they may ask for nothing else
// than what a GET reads, and for the form of a name in an address.
func TestObserversAndAuditorsOnlyRead(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for pattern, action := range w.server.Actions() {
		reads := strings.HasPrefix(pattern, http.MethodGet+" ") || pattern == "POST /v1/holders" || strings.Contains(pattern, " /v1/views")
		if only := action.Roles() & (access.ObserverRole | access.AuditorRole); only != 0 && !reads {
			t.Errorf("%s is open to %v", pattern, only.Names())
		}
	}
}

// Callers learn as whom their credentials speak, and what they permit.
func TestSelf(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	limits := access.Limits{Countries: []string{"VN"}, Kinds: []string{"ata-carnet"}}
	w.swapAccess(append(credentials(), w.credential("audits", access.AuditorRole|access.ObserverRole, limits))...)
	for as, want := range map[string]httpapi.Self{
		port:     {Name: port, Party: port, Roles: []string{"party"}, Grants: []httpapi.Grant{}},
		operator: {Name: operator, Operator: true, Roles: access.StaffRoles.Names(), Grants: []httpapi.Grant{{Roles: access.StaffRoles.Names()}}},
		"audits": {Name: "audits", Roles: []string{"observer", "auditor"}, Grants: []httpapi.Grant{{Roles: []string{"observer", "auditor"}, Scope: limits}}},
	} {
		got := read[httpapi.Self](t, w.do(request{path: "/v1/self", as: as}), http.StatusOK)
		if may := slices.Contains(got.May, "read audit"); may == (as == port) || slices.Contains(got.May, "suspend party") != (as == operator) {
			t.Errorf("%s may %v", as, got.May)
		}
		got.May = nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", as, diff)
		}
	}
}

// What is not in the scope of a credential is not found, in no list, and out of reach of
// what acts.
func TestScopeHoldsEverywhere(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	parties := w.current.Load().Parties
	_, found := parties.Get("window-vn")
	if !found {
		t.Fatal("there is no window-vn")
	}
	w.swapAccess(append(credentials(),
		w.credential("in", access.StaffRoles, access.Limits{Parties: []string{port}}),
		w.credential("behind", access.StaffRoles, access.Limits{Parties: []string{receiver}}),
		w.credential("out", access.StaffRoles, access.Limits{Parties: []string{stranger}}),
		w.credential("kind", access.StaffRoles, access.Limits{Kinds: []string{"sps-certificate"}}))...)
	sent := w.submit(carnet(t, "CN-1"))
	held := w.submit(carnet(t, "HOLD-1"))
	w.awaitIndex()
	w.reject(sent.ExchangeID, exchange.Cause{Code: "x"})
	for _, c := range []struct {
		as         string
		list       int
		show, held int
		decide     int
		plan       int
		suspend    int
	}{
		{"behind", 1, 200, 404, 404, 200, 404},
		{"out", 0, 404, 404, 404, 403, 200},
		{"kind", 0, 404, 404, 404, 200, 404},
		{"in", 2, 200, 200, 200, 403, 404}, // the last, since it releases what is held
	} {
		if page := read[httpapi.Page](t, w.do(request{path: "/v1/exchanges", as: c.as}), http.StatusOK); len(page.Exchanges) != c.list {
			t.Errorf("%s lists %d exchanges, want %d", c.as, len(page.Exchanges), c.list)
		}
		for what, want := range map[string]struct {
			request
			status int
		}{
			"shows":    {request{path: "/v1/exchanges/" + sent.ExchangeID}, c.show},
			"receipt":  {request{path: "/v1/exchanges/" + sent.ExchangeID + "/receipt"}, c.show},
			"document": {request{path: "/v1/exchanges/" + held.ExchangeID + "/document?reason=seen"}, c.held},
			"decides":  {request{path: "/v1/exchanges/" + held.ExchangeID + "/release", body: `{"reason":"checked"}`}, c.decide},
			"suspends": {request{path: "/v1/parties/" + stranger + "/suspension", body: `{"reason":"key lost"}`}, c.suspend},
			"plans":    {request{path: "/v1/replays/plans", body: `{"receivers":["` + receiver + `"]}`}, c.plan},
		} {
			want.as = c.as
			if a := w.do(want.request); a.status != want.status {
				t.Errorf("%s %s: %d %.200s, want %d", c.as, what, a.status, a.body, want.status)
			}
		}
	}
	for as, want := range map[string]int{"in": 0, "out": 1, "kind": 1, operator: 1} {
		if page := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=party", as: as}), http.StatusOK); len(page.Events) != want {
			t.Errorf("%s reads %d events, want %d", as, len(page.Events), want)
		}
	}
	plan := read[httpapi.Plan](t, w.do(request{path: "/v1/replays/plans", as: "kind", body: `{"receivers":["` + receiver + `"]}`}), http.StatusOK)
	if want := []httpapi.LeftOut{{Reason: "out-of-scope", Deliveries: 1}}; plan.Eligible != 0 || !slices.Equal(plan.LeftOut, want) {
		t.Errorf("a plan takes %d deliveries of another kind, and leaves out %v", plan.Eligible, plan.LeftOut)
	}
}

// The scope holds for refusals, their details and examinations.
func TestScopeOfRefusals(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.swapAccess(append(credentials(),
		w.credential("in", access.StaffRoles, access.Limits{Parties: []string{port}, Kinds: []string{"ata-carnet"}}),
		w.credential("out", access.StaffRoles, access.Limits{Parties: []string{stranger}}),
		w.credential("kind", access.StaffRoles, access.Limits{Kinds: []string{"sps-certificate"}}))...)
	bad := string(carnet(t, "BAD-1"))
	w.do(request{path: "/v1/documents", as: port, body: bad})
	w.awaitIndex()
	all := read[httpapi.RefusalPage](t, w.do(request{path: "/v1/refusals", as: operator}), http.StatusOK)
	if len(all.Refusals) != 1 {
		t.Fatalf("%+v", all)
	}
	for as, want := range map[string]struct{ list, show, examine int }{
		"in": {1, http.StatusOK, http.StatusOK}, "out": {0, http.StatusNotFound, http.StatusForbidden}, "kind": {0, http.StatusNotFound, http.StatusForbidden},
	} {
		if page := read[httpapi.RefusalPage](t, w.do(request{path: "/v1/refusals", as: as}), http.StatusOK); len(page.Refusals) != want.list {
			t.Errorf("%s lists %d refusals, want %d", as, len(page.Refusals), want.list)
		}
		if a := w.do(request{path: "/v1/refusals/" + all.Refusals[0].ID, as: as}); a.status != want.show {
			t.Errorf("%s is shown the refusal: %d, want %d", as, a.status, want.show)
		}
		if a := w.do(request{path: "/v1/refusals/examine?sender=" + port, as: as, body: bad}); a.status != want.examine {
			t.Errorf("%s examines: %d %.200s, want %d", as, a.status, a.body, want.examine)
		}
	}
}
