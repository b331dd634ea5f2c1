package journal

import (
	"beibu/exchange"
	"beibu/exchange/projection"
)

// Definition returns what the index is to package projection.
func Definition() projection.Definition { return definition() }

// ListQuery returns the SQL of a page of exchanges, and its arguments.
func ListQuery(q exchange.Query) (text string, args []any) {
	s := list(q, exchange.MaxPage+1)
	return s.text(), s.args
}

// LeaseQuery returns the SQL for deliveries by the ends of their leases, and its arguments.
func LeaseQuery(q exchange.LeaseQuery) (text string, args []any) {
	s := leases(q)
	return s.text(), s.args
}

// FailingQuery returns the SQL for deliveries that are failing, and its arguments.
func FailingQuery(q exchange.FailingQuery) (text string, args []any) {
	s := failing(q)
	return s.text(), s.args
}

// DueQuery returns the SQL for ordinary deliveries in a state, and its arguments.
func DueQuery(q exchange.DeliveryQuery, state exchange.State) (text string, args []any) {
	s := due(q, false, state)
	return s.text(), s.args
}
