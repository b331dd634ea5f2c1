// Package queue keeps sealed documents and the log that decides who owns a
// document number. It carries bytes and keys; it knows no customs documents.
//
// The contract suite in queuetest proves these promises, the same ones for every
// implementation:
//
//   - [Admitter.Admit] returns a nil error only when the body and the log entry
//     are durable and the owner of the key is decided. The first entry of a key
//     in the log owns the key; every later Admit of that key returns that first
//     entry, whatever it submits.
//   - If Admit fails, the entry may or may not be in the log, and it is safe to
//     admit the same submission again.
//   - [Dispatcher.Dispatch] calls its handler with owning entries only, in log
//     order, at least once; the events that the handler returns are durable
//     before the entries count as dispatched.
//   - [Appender.Append] returns nil only when its events are durable, all of them
//     or none.
//   - [Feed.Follow] returns every owning entry and every event in one order that
//     never changes, so that a projection of it can be deleted and rebuilt.
//   - [Elections.RunAsLeader] elects one leader at a time for each task, over all
//     nodes that share the queue, and elects the next one when that one is gone.
//   - [Settings.ChangeSetting] gives a shared setting another value for the entries
//     that are admitted from then on, and every node finds the same value for each.
//   - [Bodies.Body] returns the bytes admitted, unaltered, for as long as they are
//     kept.
//   - [Keeper.Keep] returns a nil error only when the bytes are durable, and
//     [Keeper.Kept] returns them, unaltered, on every node until their time and never
//     after it.
//   - [BodyAdder.AddBody] returns a nil error only when the body is durable, and changes
//     neither the log nor the record.
package queue
