// Package sqlite keeps a queue in one SQLite file: the default, with no server
// beside it.
//
// One goroutine writes. What waits when it comes round becomes one
// transaction with one fsync, and nobody is answered before it; what comes
// while the disk works waits for the next. Reading has connections of its own
// and never waits for the writer.
//
// The tables: log holds the owning entries and event what happened, numbered
// from one counter, so that both together are the record; body holds the
// sealed envelopes under the numbers of their entries; owner finds an entry by
// its key; progress remembers how far dispatch and the owner table have come.
package sqlite
