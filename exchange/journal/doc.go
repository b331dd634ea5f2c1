// Package journal keeps the index of what happened: an [exchange.Journal] that is
// folded from the record of a queue into a SQLite file of its own, as package
// projection does it.
//
// The file is no evidence and holds nothing that the record does not: if it is lost,
// it is made again. What it shows at a sequence depends on the record up to there
// alone.
//
// The tables: exchange has each exchange by the sequence of its entry in the record,
// journey its deliveries and the steps that moved them, timeline those steps that are
// too many for it, answer which exchanges answer which, hour which exchanges were accepted when, delivery the deliveries that
// are not acknowledged, term and filed which exchanges a sender, a kind, a receiver, a
// rule and a code of goods have, lookup which a vehicle, a container or another document
// has, refusal the documents that were refused, event what happened to other subjects. An
// event that moves nothing, because it is a duplicate or came too late, leaves no trace.
//
// The rows are the same bytes however the record was cut into batches.
package journal
