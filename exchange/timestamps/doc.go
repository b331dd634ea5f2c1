// Package timestamps asks a time-stamping authority (RFC 3161) when the seals of
// accepted exchanges existed at the latest, and keeps its answers, so that an
// envelope can be had at level XAdES B-T (ETSI EN 319 132-1 §6.3).
//
// What always holds:
//
//   - Nobody waits for the authority: it is asked after the log has decided, in
//     the background. While it is down or slow, documents are taken in as ever,
//     and what it has not stamped yet is asked for again until it has.
//   - What was kept of an envelope is never altered: the same exchange id means
//     the same bytes. Answers are kept apart, in a file of their own, and an
//     envelope with time stamps is another thing, made when it is asked for.
//   - No answer is kept that does not hold, or is by an authority that is not
//     trusted.
//
// Each daemon keeps the answers that it was given itself. Where several share a
// log, each asks for itself, and their envelopes at level B-T differ in the
// stamps and in nothing else.
package timestamps
