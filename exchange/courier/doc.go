// Package courier carries deliveries to their receivers. A [Courier] has one loop for
// each receiver: it reads what is due, carries it by the receiver's [Carrier], records
// the outcome, and schedules what failed.
//
// What it promises:
//
//   - A delivery is recorded as handed over only when its carrier has returned nil
//     for it. One that cannot be carried is carried again, with the same bytes, until
//     it arrives or its time is over; then it is recorded as failed, with the cause.
//   - Nothing is carried before what comes before it and is not set aside: express
//     first, then the oldest by the record.
//   - A crash between carrying and recording carries a delivery again, with the same
//     bytes.
//   - A failure is followed by a wait that follows from its schedule, with a jitter that
//     follows from the receiver and the delivery (see [Schedule]). A receiver that
//     says when to come back (see [Error]) is not asked before.
//   - A parcel that fails by itself, while the receiver answers, does not hold up the
//     others: it is set aside and has a schedule of its own.
//   - Of one document number (sender, kind, number) one delivery is carried at a time, in
//     the order of the record: the next once the one before has arrived and, if the
//     receiver acknowledges itself, is acknowledged, refused or given up. It delays no
//     other number, however many of one wait.
//   - After [Courier.BreakAfter] failures in a row the circuit breaker of the receiver is
//     open: one delivery at a time is carried until one arrives. That it opened and that
//     it closed are events of the party in the record, once each, so a restart or another
//     node continues with it. No receiver waits for another.
//
// Package mailbox is for receivers that fetch instead: there the receiver is the loop.
package courier
