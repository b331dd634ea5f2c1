package journal

import "beibu/exchange"

// ListQuery returns the SQL of a page of exchanges, and its arguments.
func ListQuery(q exchange.Query) (text string, args []any) {
	s := list(q, maxPage+1)
	return s.text(), s.args
}

// DueQuery returns the SQL for ordinary deliveries in a state, and its arguments.
func DueQuery(q exchange.DeliveryQuery, state exchange.State) (text string, args []any) {
	s := due(q, false, state)
	return s.text(), s.args
}
