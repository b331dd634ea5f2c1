// Package journal keeps the index of what happened: an exchange.Journal folded
// from the record of a queue into a SQLite file of its own.
//
// The file is no evidence and holds nothing that the record does not: it can be
// thrown away and is made again. So it is never waited for on disk, and a file
// that is damaged, of another version or of another record is set aside and
// folded anew. What it shows at a sequence depends on the record up to there
// alone, however the record was cut into batches and how often it was told.
//
// One goroutine writes, with a connection of its own; queries have others and
// never wait for it.
//
// The tables: exchange holds each exchange by the sequence of its entry in the
// record, hour which of them were accepted when, delivery the state of each of
// their deliveries, timeline the steps that moved them, and progress how far the
// fold has come. An event that moves nothing, because it
// was told twice or came too late, leaves no trace.
package journal
