package access

import (
	"slices"
	"strings"

	"beibu/exchange"
)

// A Role is a set of roles, as bits. A principal has Anybody, PartyRole if it
// acts for a party, and those of StaffRoles that its grants give.
type Role uint16

// The roles.
const (
	Anybody             Role = 1 << iota
	PartyRole                // sends, receives, and replays what it receives
	ObserverRole             // sees, and changes nothing
	OperatorRole             // decides what is held, and replays
	ApproverRole             // is the second person, if one is needed
	PartyManagerRole         // suspends and resumes parties
	SecurityOfficerRole      // the same, for keys that were stolen; reads personal data, for a reason
	AuditorRole              // reads and exports the audit, and changes nothing
	roleEnd
)

// StaffRoles are the roles of the exchange's own people and systems.
const StaffRoles = roleEnd - ObserverRole

// roleNames are the names of roles in configurations and answers, and for people.
var roleNames = []struct {
	role Role
	name string
	zh   string
}{
	{PartyRole, "party", "参与方"},
	{ObserverRole, "observer", "观察员"},
	{OperatorRole, "operator", "操作员"},
	{ApproverRole, "approver", "审批员"},
	{PartyManagerRole, "party-manager", "参与方管理员"},
	{SecurityOfficerRole, "security-officer", "安全管理员"},
	{AuditorRole, "auditor", "审计员"},
}

// ParseStaffRole returns the role of StaffRoles with a name, and false if there is none.
func ParseStaffRole(name string) (Role, bool) {
	for _, r := range roleNames {
		if r.name == name && r.role&StaffRoles != 0 {
			return r.role, true
		}
	}
	return 0, false
}

// Names returns the names of the roles in a set. Anybody has none.
func (r Role) Names() []string {
	names := []string{}
	for _, one := range roleNames {
		if r&one.role != 0 {
			names = append(names, one.name)
		}
	}
	return names
}

// Chinese returns the roles in a set for people.
func (r Role) Chinese() string {
	var names []string
	for _, one := range roleNames {
		if r&one.role != 0 {
			names = append(names, one.zh)
		}
	}
	return strings.Join(names, "、")
}

// An Action is something that callers ask for.
type Action uint8

// The actions, each with a row in the table of permissions.
const (
	ReadPublic      Action = iota // the description of the API, rules, public keys
	ReadCatalogue                 // kinds, schemas, parties, version
	ReadRoutes                    // those of [Principal.Routes]
	ReadDiagnostics               // how this daemon does
	ReadExchanges                 // what [Principal.View] shows
	SubmitDocument                // for the principal's party
	CheckDocument                 // a check that keeps nothing
	ReceiveDelivery               // read the mailbox, acknowledge
	ReplayDelivery                // within [Principal.ScopeReplay]
	ApproveReplay                 // a run that another person requested
	ReadRuns                      // within [Principal.CoversRun]
	DecideHeld                    // release or refuse a held exchange
	SuspendParty                  // suspend or resume a party
	TestEndpoint                  // push a test message to a party, within [Principal.CoversParty]
	ReadAudit                     // events of the record that are about no exchange
	ReadRefusals                  // within what [Principal.Covers]
	ExamineRefusal                // a dry run, within the same
	ReadPersonal                  // data in documents of others, for a reason; those of the principal's party without
	KeepViews                     // save filters of lists under names, for oneself
	ShareViews                    // the same, for others of the staff
	ReadStatus                    // how parties do, and alerts, within [Principal.CoversParty]
	RateService                   // a finished exchange of the principal's party, by its link
	ReadRatings                   // also what is not public, within what [Principal.Covers]
	HandleRating                  // any of the next three
	AnswerRating                  // of the principal's party; and appeal against it
	ModerateRating                // publish or withhold its text, note that its rater cannot be reached
	DecideAppeal                  // against a rating, by another party than the principal's
	actions                       // how many there are
)

// readers may read what became of documents, within what they cover.
const readers = PartyRole | ObserverRole | OperatorRole | ApproverRole | SecurityOfficerRole | AuditorRole

// permissions is the one table of what each role may do. Every surface reads it
// through [Principal.May].
var permissions = [actions]struct {
	name  string
	roles Role
}{
	ReadPublic:      {"read public data", Anybody | PartyRole | StaffRoles},
	ReadCatalogue:   {"read catalogue", PartyRole | StaffRoles},
	ReadRoutes:      {"read routes", PartyRole | StaffRoles},
	ReadDiagnostics: {"read diagnostics", StaffRoles},
	ReadExchanges:   {"read exchanges", readers},
	SubmitDocument:  {"submit document", PartyRole},
	CheckDocument:   {"check document", PartyRole | OperatorRole},
	ReceiveDelivery: {"receive deliveries", PartyRole},
	ReplayDelivery:  {"replay deliveries", PartyRole | OperatorRole},
	ApproveReplay:   {"approve replay", ApproverRole},
	ReadRuns:        {"read replay runs", readers},
	DecideHeld:      {"decide held exchange", OperatorRole},
	SuspendParty:    {"suspend party", PartyManagerRole | SecurityOfficerRole},
	TestEndpoint:    {"test endpoint", PartyRole | OperatorRole | PartyManagerRole},
	ReadAudit:       {"read audit", SecurityOfficerRole | AuditorRole},
	ReadRefusals:    {"read refusals", readers},
	ExamineRefusal:  {"examine refused document", PartyRole | OperatorRole},
	ReadPersonal:    {"read personal data", PartyRole | OperatorRole | SecurityOfficerRole},
	KeepViews:       {"keep views", PartyRole | StaffRoles},
	ShareViews:      {"share views", StaffRoles &^ ObserverRole},
	ReadStatus:      {"read status", PartyRole | StaffRoles},
	RateService:     {"rate service", PartyRole},
	ReadRatings:     {"read ratings", readers},
	HandleRating:    {"handle rating", PartyRole | OperatorRole | ApproverRole},
	AnswerRating:    {"answer rating", PartyRole},
	ModerateRating:  {"moderate rating", OperatorRole},
	DecideAppeal:    {"decide appeal", ApproverRole},
}

// Actions returns every action.
func Actions() []Action {
	all := make([]Action, 0, actions)
	for a := range actions {
		all = append(all, a)
	}
	return all
}

// String returns the action as logs and errors name it.
func (a Action) String() string { return permissions[a].name }

// Roles returns the roles of which one suffices for the action.
func (a Action) Roles() Role { return permissions[a].roles }

// IsPublic reports whether the action needs no credentials.
func (a Action) IsPublic() bool { return a.Roles()&Anybody != 0 }

// AllRoles returns the roles of a principal, Anybody and PartyRole among them.
func (p Principal) AllRoles() Role {
	r := Anybody
	for _, g := range p.Grants {
		r |= g.Roles
	}
	if p.Party != "" {
		r |= PartyRole
	}
	return r
}

// May returns nil if one of the principal's roles allows an action, and else an
// [exchange.Error] of kind Forbidden that names the roles that may. Suspensions are
// not its concern: see package admission.
func (p Principal) May(a Action) error {
	switch {
	case p.AllRoles()&a.Roles() != 0:
		return nil
	case a.Roles() == PartyRole:
		return forbidden(a.String(), exchange.Because("the credential speaks for no party", "该凭据不代表任何参与方"))
	}
	return p.lacks(a)
}

// lacks is the refusal of an action for which the principal has no role.
func (p Principal) lacks(a Action) error {
	return forbidden(a.String(), exchange.Because(
		"to %[1]s takes one of the roles %[2]s; this credential has %[3]s",
		"执行该操作（%[1]s）须具有以下角色之一：%[4]s；该凭据的角色：%[5]s",
		a, strings.Join(a.Roles().Names(), ", "), strings.Join(p.AllRoles().Names(), ", "), a.Roles().Chinese(), p.AllRoles().Chinese(),
	))
}

// Permitted returns the names of all that the principal may do.
func (p Principal) Permitted() []string {
	all := slices.DeleteFunc(Actions(), func(a Action) bool { return p.May(a) != nil })
	names := make([]string, 0, len(all))
	for _, a := range all {
		names = append(names, a.String())
	}
	return names
}
