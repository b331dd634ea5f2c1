package access

import "beibu/exchange"

// A Role is a set of roles, as bits. A principal has Anybody, PartyRole if it
// acts for a party, and OperatorRole if it is an operator; it may have both.
type Role uint8

// The roles.
const (
	Anybody Role = 1 << iota
	PartyRole
	OperatorRole
)

// An Action is something that callers ask for.
type Action uint8

// The actions, each with a row in the table of permissions.
const (
	ReadPublic      Action = iota // the description of the API, rules, public keys
	ReadCatalogue                 // kinds, schemas, parties, version
	ReadRoutes                    // the table of routes
	ReadExchanges                 // what [Principal.View] shows
	SubmitDocument                // for the principal's party
	CheckDocument                 // a check that keeps nothing
	ReceiveDelivery               // read the mailbox, acknowledge
	ReplayDelivery                // within [Principal.ScopeReplay]
	ApproveReplay                 // a run that another person requested
	DecideHeld                    // release or refuse a held exchange
	SuspendParty                  // suspend or resume a party
	ReadAudit                     // events of the record that are about no exchange
	ReadRefusals                  // within [Principal.ScopeRefusals]
	ExamineRefusal                // a dry run, for a sender within [Principal.ScopeRefusals]
	actions                       // how many there are
)

// permissions is the one table of what each role may do. Every surface reads it
// through [Principal.May].
var permissions = [actions]struct {
	name  string
	roles Role
}{
	ReadPublic:      {"read public data", Anybody | PartyRole | OperatorRole},
	ReadCatalogue:   {"read catalogue", PartyRole | OperatorRole},
	ReadRoutes:      {"read routes", OperatorRole},
	ReadExchanges:   {"read exchanges", PartyRole | OperatorRole},
	SubmitDocument:  {"submit document", PartyRole},
	CheckDocument:   {"check document", PartyRole | OperatorRole},
	ReceiveDelivery: {"receive deliveries", PartyRole},
	ReplayDelivery:  {"replay deliveries", PartyRole | OperatorRole},
	ApproveReplay:   {"approve replay", OperatorRole},
	DecideHeld:      {"decide held exchange", OperatorRole},
	SuspendParty:    {"suspend party", OperatorRole},
	ReadAudit:       {"read audit", OperatorRole},
	ReadRefusals:    {"read refusals", PartyRole | OperatorRole},
	ExamineRefusal:  {"examine refused document", PartyRole | OperatorRole},
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

// roles returns the roles of a principal.
func (p Principal) roles() Role {
	r := Anybody
	if p.Party != "" {
		r |= PartyRole
	}
	if p.Operator {
		r |= OperatorRole
	}
	return r
}

// May returns nil if one of the principal's roles allows an action, and else an
// [exchange.Error] of kind Forbidden that says what is missing. Suspensions are not
// its concern: see package admission.
func (p Principal) May(a Action) error {
	switch {
	case p.roles()&a.Roles() != 0:
		return nil
	case a.Roles() == OperatorRole:
		return forbidden(a.String(), exchange.Because("this is for operators", "仅限平台操作员"))
	}
	return forbidden(a.String(), exchange.Because("the credential speaks for no party", "该凭据不代表任何参与方"))
}
