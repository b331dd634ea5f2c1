// Package replay sends failed deliveries again, under the same exchange ids and with
// the same bytes, to the receivers that they were routed to. A plan as routed now goes by
// the routes in force instead, and also sends exchanges to receivers that are new, each in
// an envelope of its own.
//
// A [Planner] makes a plan: what a query matches, what of it is eligible, what is left
// out and why. Nothing is changed. [Runs] requests a run of exactly that plan, with a
// reason. If the plan is large, crosses a border or is routed now, another person approves
// it. A
// [Leader] executes the runs: in steps of 1, 5, 50 and the rest, at a rate, and it stops
// if a delivery fails again for the same cause.
//
// What it promises:
//
//   - A run is in the record with every item, so that any node continues it: the death
//     of a node loses no item and sends none twice.
//   - A delivery that was acknowledged is never sent again.
//   - Of one document number, an item is started only when the item of the version
//     before it has its outcome.
//   - Two leaders that act at once do no harm, because an attempt is started only once.
//   - A run as routed now sends nothing elsewhere than its plan says: if the routes have
//     changed, it stops.
//   - A run is finished only when each item was acknowledged, refused again or expired,
//     or was superseded before it was started.
package replay
