package access_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
)

// staff are all roles of the exchange's own people.
const staff = "observer operator approver party-manager security-officer auditor"

// granted says who may do what, once more and by hand: a change of the table of
// permissions must be made here too. An action without a row fails the test.
var granted = map[access.Action]string{
	access.ReadPublic:      "anybody party " + staff,
	access.ReadCatalogue:   "party " + staff,
	access.ReadRoutes:      "party " + staff,
	access.ReadDiagnostics: staff,
	access.ReadExchanges:   "party observer operator approver security-officer auditor",
	access.SubmitDocument:  "party",
	access.CheckDocument:   "party operator",
	access.ReceiveDelivery: "party",
	access.ReplayDelivery:  "party operator",
	access.DecideHeld:      "operator",
	access.SuspendParty:    "party-manager security-officer",
	access.TestEndpoint:    "party operator party-manager",
	access.ReadAudit:       "security-officer auditor",
	access.ReadRuns:        "party observer operator approver security-officer auditor",
	access.ApproveReplay:   "approver",
	access.ReadStatus:      "party observer operator approver party-manager security-officer auditor",
	access.ReadRefusals:    "party observer operator approver security-officer auditor",
	access.ExamineRefusal:  "party operator",
	access.ReadPersonal:    "party operator security-officer",
	access.KeepViews:       "party " + staff,
	access.ShareViews:      "operator approver party-manager security-officer auditor",
	access.RateService:     "party",
	access.ReadRatings:     "party observer operator approver security-officer auditor",
	access.HandleRating:    "party operator approver",
	access.AnswerRating:    "party",
	access.ModerateRating:  "operator",
	access.DecideAppeal:    "approver",
}

// principals are one for each role.
func principals(t *testing.T) map[string]access.Principal {
	t.Helper()
	all := map[string]access.Principal{"anybody": {}, "party": {Name: "k", Party: "p"}}
	for name := range strings.FieldsSeq(staff) {
		role, ok := access.ParseStaffRole(name)
		if !ok {
			t.Fatalf("there is no role %s", name)
		}
		all[name] = access.Principal{Name: "k", Grants: access.Everywhere(role)}
	}
	return all
}

func TestPermissions(t *testing.T) {
	names := make(map[string]bool)
	for _, action := range access.Actions() {
		want, ok := granted[action]
		if !ok || action.Roles() == 0 || action.String() == "" || names[action.String()] {
			t.Errorf("action %d, %q: has no row, no role or another's name", action, action)
			continue
		}
		names[action.String()] = true
		allowed := strings.Fields(want)
		for role, who := range principals(t) {
			err := who.May(action)
			if may := slices.Contains(allowed, role); (err == nil) != may || err != nil && exchange.KindOf(err) != exchange.Forbidden {
				t.Errorf("%s by %s: %v, want allowed %t", action, role, err, may)
			}
			if slices.Contains(who.Permitted(), action.String()) != (err == nil) {
				t.Errorf("what %s may do has not %s: %v", role, action, who.Permitted())
			}
		}
		if everyone := (access.Principal{Name: "k", Party: "p", Grants: access.Everywhere(access.StaffRoles)}); everyone.May(action) != nil {
			t.Errorf("all roles together may not %s", action)
		}
		if action.IsPublic() != slices.Contains(allowed, "anybody") {
			t.Errorf("%s is public: %t", action, action.IsPublic())
		}
	}
}

// The table in the documentation is the table of permissions.
func TestDocumentedPermissions(t *testing.T) {
	text, err := os.ReadFile("../../deploy/docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	columns := append([]string{"anybody", "party"}, access.StaffRoles.Names()...)
	if header := "| action | " + strings.Join(columns, " | ") + " |"; !strings.Contains(string(text), header) {
		t.Errorf("there is no row %s", header)
	}
	everybody := principals(t)
	for _, action := range access.Actions() {
		row := "| " + action.String()
		for _, role := range columns {
			row += " |"
			if everybody[role].May(action) == nil {
				row += " yes"
			}
		}
		if row += " |"; !strings.Contains(string(text), row+"\n") {
			t.Errorf("there is no row %s", row)
		}
	}
}

// A refusal names the roles that may, and those that the caller has.
func TestRefusalNamesRoles(t *testing.T) {
	observer, _ := access.ParseStaffRole("observer")
	auditor, _ := access.ParseStaffRole("auditor")
	err := access.Principal{Name: "k", Grants: access.Everywhere(observer | auditor)}.May(access.SuspendParty)
	if err == nil || !strings.Contains(err.Error(), "party-manager, security-officer; this credential has observer, auditor") {
		t.Errorf("%v", err)
	}
	if _, ok := access.ParseStaffRole("party"); ok {
		t.Error("party is a role that a configuration can give")
	}
}
