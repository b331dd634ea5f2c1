package journal

import (
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/exchange/operator/replay"
	"beibu/exchange/projection"
)

// Definition returns what the index is to package projection.
func Definition() projection.Definition { return definition() }

// ListQueries returns the SQL of a page of exchanges, a statement for each step in which
// it is found, and their arguments.
func ListQueries(q exchange.Query) (texts []string, args [][]any) {
	add := func(text string, values ...any) { texts, args = append(texts, text), append(args, values) }
	if !q.Since.IsZero() || !q.Until.IsZero() {
		add(hoursBetween, int64(1), int64(2))
	}
	s := list(q, 1, math.MaxInt64)
	if groups, without := groupsOf(q); len(groups) > 0 && q.Failing == 0 {
		for _, from := range slices.Concat(append(groups, without)...) {
			if from.rows != "" {
				add(from.rows, from.of, int64(1))
				continue
			}
			add(findTerms, from.first.role, from.first.name, from.last.name)
			add(nextFiled, slot(1, 0), slot(1, 9), 1)
		}
		s = named(q, []int64{1})
	}
	add(s.text(), s.args...)
	return texts, args
}

// RefusalQueries returns the SQL of a page of refusals, a statement for each step, and
// their arguments.
func RefusalQueries(q exchange.RefusalQuery) (texts []string, args [][]any) {
	s := listRefusals(q, 1, math.MaxInt64)
	if groups := groupsOfRefusals(q); len(groups) > 0 && !byOwn(q) {
		for _, from := range slices.Concat(groups...) {
			if from.rows != "" {
				texts, args = append(texts, from.rows), append(args, []any{from.of, int64(1)})
				continue
			}
			texts, args = append(texts, nextFiled), append(args, []any{slot(1, 0), slot(1, 9), 1})
		}
		s = namedRefusals(q, []int64{1})
	}
	return append(texts, s.text()), append(args, s.args)
}

// RefusalQuery returns the SQL for one refusal.
func RefusalQuery() string { return refusalByID }

// KeyOf returns the key of a term in table lookup.
func KeyOf(t lookup.Term) int64 { return keyOf(t) }

// CausesQuery returns the SQL for the causes that there were.
func CausesQuery() string { return causes }

// ExchangeQuery returns the SQL for one exchange, and CurrentQuery that for one without
// its timeline.
func ExchangeQuery() string { return wholeByID }
func CurrentQuery() string  { return currentByID }

// TimelineQuery returns the SQL for the older steps of one exchange.
func TimelineQuery() string { return stepsBefore }

// DeliveriesOfQuery returns the SQL for the deliveries of exchanges to a receiver.
func DeliveriesOfQuery() string { return deliveriesOf }

// FoldQueries returns the SQL by which the fold finds rows.
func FoldQueries() []string {
	return []string{
		findJourney, findTerm, termName, findVersion, findNumber, findHead, findFreed, findOut(), endTurn, freeTurn, holdBack, letPass, nextLease, heldNumbers, nextOfHeld, fmt.Sprintf(outOfHeld, handed()), moveJourney, delistDelivery, addLater, findRun, moveRun, hasItem, moveItem, countsOfRun, findOpenItems(),
		repliesTo, countReplies, findRefusal, repeatRefusal, anyRefusal, findOpen, closeRefusal, findBreaker, openBreaker, shutBreaker, dropHours, oldestOpen, hoursOfSide, findFiring, resolveAlert, takenUpTo, noticesAfter, findView, viewsOfOwner, sharedViews, moveView, dropView,
	}
}

// KeptBytesQuery returns the SQL that adds up the bytes of a sender that are kept.
func KeptBytesQuery() string { return keptBytes }

// ActiveRunsQuery returns the SQL for the runs that are not over.
func ActiveRunsQuery() string { return activeRuns }

// RunListQuery returns the SQL for a page of runs, and its arguments.
func RunListQuery(q replay.RunQuery) (text string, args []any) {
	s := runList(q, 10)
	return s.text(), s.args
}

// RunItemsQuery returns the SQL for items of a run, and its arguments.
func RunItemsQuery(q replay.ItemQuery) (text string, args []any) {
	s := runItems(q)
	return s.text(), s.args
}

// Unpack reads what [PackDeliveries] has packed.
func Unpack(b []byte, accepted int64, id uuid.UUID) ([]exchange.Delivery, error) {
	return unpackDeliveries(b, accepted, id, "")
}

// PackDeliveries packs deliveries.
func PackDeliveries(accepted int64, all []exchange.Delivery) []byte {
	return packDeliveries(nil, accepted, all)
}

// UnpackSteps reads packed steps of an exchange.
func UnpackSteps(b []byte, x *exchange.Exchange) error { return unpackSteps(b, x) }

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
	s := due(q, false, state, false)
	return s.text(), s.args
}

// FailureQueries returns the SQL of the counts of what has failed, and their arguments.
func FailureQueries(q exchange.FailureQuery) (texts []string, args [][]any) {
	for _, s := range failures(q) {
		texts, args = append(texts, s.text()), append(args, s.args)
	}
	return texts, args
}

// RetriesQuery returns the SQL of the counts of what is carried again.
func RetriesQuery(q exchange.FailureQuery) (text string, args []any) {
	s := retries(q)
	return s.text(), s.args
}

// WaitingQuery returns the SQL of the count of what waits for the receiver of a failure.
func WaitingQuery(q exchange.FailureQuery, f exchange.Failure) (text string, args []any) {
	s := waiting(q, f)
	return s.text(), s.args
}

// RulesQuery returns the SQL for the codes of all faults that documents had.
func RulesQuery() string { return namesOfRole }

// ConsignedQueries returns the SQL that finds what was consigned to a receiver, and the
// arguments.
func ConsignedQueries() (texts []string, args [][]any) {
	return []string{findTerm, filedFrom, laterBetween, laterAfter, namedConsigned},
		[][]any{{roleReceiver, "a"}, {slot(1, 0), slot(1, 9), filedAhead}, {"a", int64(1), int64(2)}, {"a", int64(1), 10}, {"[1]"}}
}
