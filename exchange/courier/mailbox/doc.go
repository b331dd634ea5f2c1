// Package mailbox delivers to parties that fetch their deliveries: they fetch them
// under a lease, and acknowledge each when they have it.
//
// What it promises:
//
//   - A delivery under a lease is given to nobody else until the lease ends, by time
//     or by an acknowledgement, whichever node receives the request.
//   - Every hand-over is in the record before the receiver gets the document.
//   - A delivery that the index shows as acknowledged is not given again.
//   - A delivery that was handed over many times in one attempt, and was never
//     acknowledged, comes after all others and delays none of them.
//   - Of one document number (sender, kind, number) at most one delivery to the receiver
//     is out, and the first of those that are open, by the record, is the next. The others
//     wait until it is acknowledged, refused or given up, and delay no other number. A
//     release or a replay of an earlier one waits until the lease of what is out is over.
//   - Leases are in the record. They remain in force after a crash. When a lease is
//     over, its delivery is given again with the same exchange id and bytes.
package mailbox
