// Package kafka keeps a queue in Apache Kafka, for several daemons.
//
// There are five topics, whose names begin with a prefix. Body contains the sealed
// envelopes. Log contains a small record for each attempt to submit. Both have the
// same number of partitions, and the key assigns a message to one of them. Events
// has one partition and is the record: the total order of all that happened.
// Settings records the number of partitions, because with another number keys would
// be assigned to other partitions and their owners decided again. It also records
// the settings that all nodes share ([Options].Shared). A record of log
// without a key changes such a setting ([Queue.ChangeSetting]), for the entries
// behind it in its partition. Kept has what is kept for a time ([Queue.Keep]): a message
// says until when it may be read, no node returns it later, and the brokers remove it
// within [Options].Kept, an hour and what they need to notice.
//
// The first record of a key in log owns the key. Every node consumes the whole of
// log, outside any consumer group, and returns from [Queue.Admit] when it has
// consumed the decision. So no answer depends on a rebalance, a clock or another
// node.
//
// Dispatch and the followers of the record in a node read what it has consumed from
// memory, and fetch only what is not kept there any more. So a node fetches each
// record once, however many read it.
//
// A consumer group shares the work of [Queue.Dispatch]. A node publishes each owning
// entry to events, together with the events that the handler returns for it, before
// it commits the offset, which it does about once a second. What events contains is
// dispatched, also if no node has committed it. If a client or a zombie repeats a message, Kafka appends it
// twice. Every consumer of events therefore drops duplicates, by a rule that depends
// on the content of events alone and gives the same result on every node: of a
// partition of log, it drops what is not above the newest offset that is published.
// So a node writes an entry to events only when the brokers have acknowledged all
// owning entries before it in the partition, or in the same request with them. Then
// events never has a gap, whatever requests fail, repeat or come late.
//
// There is no topic for each receiver. Events contains what is to be delivered and
// the outcome of each delivery, and every node folds both into its index. So a
// receiver may ask any node, express deliveries come first, a delivery that is
// refused does not block the others, and a replay moves nothing. A topic for each
// receiver has none of these properties, and needs one more append for each
// delivery. A slow receiver delays only itself, because the courier of each receiver
// has an election of its own ([Queue.RunAsLeader]).
//
// A node keeps the state of its consumers in memory: about forty bytes for each key
// in log, about sixty more for each entry that is pending dispatch ([Queue.Decided]),
// little for events, and a fixed amount for what it consumed last. It saves that state in a snapshot file
// ([Options].Snapshot), so that the next start consumes only what is new. Without a
// snapshot that fits the topics, a start consumes log and events from their
// beginnings. A node is ready when it has caught up.
//
// The writer keeps a message until the brokers have acknowledged it, also if its
// caller gave up. The bytes that it may keep are bounded ([Options].Unanswered);
// above the bound every write fails with [queue.ErrUnavailable] at once.
//
// No topic uses transactions or compaction, so the offsets of a partition are
// contiguous. If an offset is missing or comes back ([ErrGap]), the queue stops and
// returns [queue.ErrUnavailable] until an operator has found the cause.
package kafka
