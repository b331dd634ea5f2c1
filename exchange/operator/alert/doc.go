// Package alert finds what somebody has to know at once: a receiver or a sender that
// fails, was switched off or is silent beyond its usual, a backlog that grows old, a
// certificate that ends, a replay run that waits, a break-glass account in use.
//
// A [Leader] compares the [Conditions] of now with the alerts that are firing in the
// record, and records what has changed. A [Notifier] sends what was recorded to one
// address.
//
// What it promises:
//
//   - An alert fires once when its condition begins and resolves once when it has ended,
//     also after a restart and if two leaders act at once: the index counts the first
//     event of each.
//   - What alerts are firing is in the record, so every node knows it.
//   - Every address receives every change, in order, and is asked again until it takes it.
//     What waits for it is in the record and takes no memory. A crash may send a change
//     twice.
//   - Nothing on the path of documents waits for an alert.
package alert
