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
//   - Leases are in the record. They remain in force after a crash. When a lease is
//     over, its delivery is given again with the same exchange id and bytes.
package mailbox
