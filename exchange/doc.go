// Package exchange is the domain: one document's journey from the party that
// sends it to the parties that must have it.
//
// The way in is Intake.Accept: gate and schema, business rules, routes, seal,
// and the log, which decides who owns the document's number. The way out is
// Dispatch.Run, which puts each owner before its receivers, and a courier, which
// hands it over. The record of both is the queue's; a Journal is an index
// folded from it, and Replay begins failed deliveries again.
//
// A delivery lives like this (ETSI EN 319 522-3 names):
//
//	SubmissionAcceptance ─▶ ContentConsignment ─▶ ContentHandover ─▶ ConsignmentAcceptance
//	        │ held                 ▲   │                │
//	        ▼                      │   └──────┬─────────┤
//	  SubmissionHeld ──released────┤          ▼         ▼
//	        │              replay  ├── ContentHandoverFailure (expired)
//	        ▼                      └── ConsignmentRejection   (refused)
//	SubmissionRejection
//
// What always holds:
//
//   - An accepted document is durable before its sender hears of it.
//   - One identity (sender, kind, number, version) has one content for ever.
//   - The same document sent again gets the same exchange id and the same
//     receipt, byte for byte.
//   - Every accepted document reaches each of its receivers at least once, is
//     given up with a cause, or waits for a person; nothing is silent.
//   - A receiver that sees an exchange id twice sees the same bytes twice.
//   - A delivery that was acknowledged is never sent again.
//   - The bytes received are never altered.
//
// The package knows no HTTP and no store, and judges by no clock: a document is
// judged as of its time of receipt. Adapters stand in the
// folders below it, and times come in as values.
package exchange
