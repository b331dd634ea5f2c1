// Package kafka keeps a queue in Apache Kafka, for daemons that share one.
//
// Three topics, whose names begin with a prefix: body holds the sealed
// envelopes, log a small record for each attempt to submit, both spread by
// key over the same number of partitions; events, of one partition, is the
// record. The first record of a key in log owns it. Every node hears the whole
// of log outside any consumer group and answers an Admit when it has heard the
// decision, so that no answer hangs on a rebalance, a clock or another node. A
// fourth topic, settings, records the number of partitions, because another number
// would assign keys to other partitions and decide their owners again. It also
// records the settings that all nodes share ([Options].Shared).
//
// Dispatch is shared by a consumer group. It writes each owning entry to
// events, with what the handler says of it, before it commits: this is when
// the record tells the entry. Kafka appends twice what a client or a zombie
// sends twice, so whoever reads events leaves out what it has been told
// before, by a rule that stands on the events alone and is the same
// everywhere.
//
// There is no topic for each receiver. What is to be handed to whom is in events,
// beside what became of it, and every node folds both into its index, so that a
// receiver may ask any node, express deliveries go first whatever waits, one that
// is refused holds up no other, and a replay moves nothing. A topic for each
// receiver could do none of that, and would be one more append for each delivery.
// A slow receiver delays only itself, since the courier of each receiver has an
// election of its own ([Queue.RunAsLeader]).
//
// What a node knows it keeps in memory: some forty bytes for each key in log,
// another sixty for each that is not dispatched yet, so that it can be asked for
// (Decided), and next to nothing of events. A file may keep it too, so that a
// node that opens again hears only what is new; without one that fits, it hears
// both from their beginnings. It is ready when it has caught up.
//
// The writer holds a message until the brokers have answered for it, whether or
// not its caller still waits. How many bytes it may hold is bounded; beyond
// that every write is answered queue.ErrUnavailable at once.
//
// None of these topics knows transactions or compaction, so offsets run
// without a gap. A gap or a step back is a fault: the partition is stopped and
// the queue answers queue.ErrUnavailable until somebody has looked.
package kafka
