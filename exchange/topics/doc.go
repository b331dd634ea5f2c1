// Package topics exchanges documents over topics of the parties' own in Kafka:
// a Courier writes deliveries to the topics of receivers, an Inbox takes in
// what senders write to theirs.
//
// What it promises:
//
//   - A delivery is recorded as handed over only when all replicas of the
//     receiver's topic have it. One that cannot be written is written again,
//     until it is there or expires; what cannot be written holds up its own
//     receiver and nobody else.
//   - A crash, or a node that did not know that it was cut off, may write a
//     delivery again: with the same key, headers and bytes.
//   - A document that comes by topic is judged and answered as over HTTP, one
//     after the other within a partition. It counts as done when its reply is
//     on all replicas of the topic for replies; before that it is taken in
//     again, which makes no second exchange.
//   - A party that has used its quota up is told nothing: its documents wait in
//     its topic until it may send more. Each document is counted once, unless it
//     is taken in again after a crash.
//   - What was not promised (503, or another attempt in flight) is not replied
//     to. It is tried again, and what is behind it waits.
//
// The topics are the parties', so less is asked of them than of the log's own:
// they may be compacted and may have gaps. Transactions are not understood: a
// document in a transaction that was aborted is taken in all the same.
package topics
