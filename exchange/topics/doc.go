// Package topics is the way in for documents that parties write to topics of their
// own in Kafka: an [Inbox] takes them in and writes replies.
//
// What it promises:
//
//   - A document that comes by topic is checked and answered as over HTTP, one after
//     the other within a partition. It counts as done when its reply is on all replicas
//     of the topic for replies; before that it is taken in again, which makes no second
//     exchange.
//   - A party that has used its quota up gets no reply: its documents wait in its topic
//     until it may send more. Each document is counted once, unless it is taken in again
//     after a crash.
//   - What was not promised (503, or another attempt in flight) is not replied to. It is
//     tried again, and what is behind it waits.
//
// The topics are the parties', so less is required of them than of the log's own: they
// may be compacted and may have gaps. Transactions are not understood: a document in a
// transaction that was aborted is taken in all the same.
package topics
