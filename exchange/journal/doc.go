// Package journal keeps the index of what happened: an [exchange.Journal] that is
// folded from the record of a queue into a SQLite file of its own, as package
// projection does it.
//
// The file is no evidence and holds nothing that the record does not: if it is lost,
// it is made again. What it shows at a sequence depends on the record up to there
// alone.
//
// The tables: exchange has each exchange by the sequence of its entry in the record,
// hour which of them were accepted when, delivery the state of each of their
// deliveries, and timeline the steps that moved them. An event that moves nothing,
// because it is a duplicate or came too late, leaves no trace.
package journal
