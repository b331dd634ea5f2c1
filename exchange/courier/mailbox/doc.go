// Package mailbox is the way of parties that fetch their deliveries: they take them
// under a lease, and acknowledge each when they have it.
//
// What it promises:
//
//   - A delivery under a lease is given to nobody else until the lease ends,
//     by time or by an acknowledgement, at whichever node either asks.
//   - Every hand-over is in the record before the receiver gets the document.
//   - A delivery that the index shows as acknowledged is not given again.
//   - What was handed over again and again in one attempt, and never acknowledged,
//     comes after all others, so that it holds up none of them.
//   - Leases stand in the record. A crash leaves them in force, and what was
//     under lease is given again when it is over: the exchange id and the bytes
//     are the same.
package mailbox
