// Package traces records what becomes of documents as spans of OpenTelemetry and sends
// them to a collector, by OTLP over HTTP. It wraps the seams of the exchange from
// outside, so that without a collector nothing is recorded and nothing is paid.
//
// The spans of one document are one trace, also over several daemons and with those of
// its sender and its receivers: package trace carries it in the log.
//
//   - submit: from the first byte of the document to the answer.
//   - admit: the wait for the log's decision, in submit.
//   - dispatch: from the acceptance until the receivers are due, by the daemon that
//     dispatches.
//   - deliver: one attempt to deliver to one receiver, from its beginning until it is
//     acknowledged, refused or given up, by the daemon that records the end. Those of
//     replays are below the first.
//   - hand over: one try of a courier, in deliver.
//
// It promises:
//
//   - A collector that is slow or gone delays nothing and fails nothing. Spans that it
//     does not take are dropped, and the log says so. A stop waits for it for 3 s.
//   - No span has a document number, a word of a document, or the words of a receiver.
package traces
