// Package sqlite keeps a queue in one SQLite file: the default, with no server
// beside it.
//
// One goroutine writes. It writes all jobs that wait as one transaction with one fsync,
// and answers no caller before that. Jobs that arrive meanwhile wait for the next
// transaction. Readers have connections of their own and never wait for the writer.
//
// The table log contains the owning entries, and event the events. One counter numbers
// both, so that both together are the record. The table body contains the sealed
// envelopes by the numbers of their entries, compressed. The table owner finds an entry by its
// key. The table progress contains how far dispatch and the owner table are.
//
// Bytes that are kept for a time ([Store.Keep]) are in a second file beside the first.
// No copy of the queue has them, and a minute after their time they are in no file.
package sqlite
