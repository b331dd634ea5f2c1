// Package timestamps asks a time-stamping authority (RFC 3161) when the seals of
// accepted exchanges existed at the latest, and keeps its answers, so that an
// envelope can be fetched at level XAdES B-T (ETSI EN 319 132-1 §6.3).
//
// What always holds:
//
//   - Nobody waits for the authority: it is asked in the background, after the log
//     has decided. While it is down or slow, documents are accepted as usual, and
//     missing time stamps are asked for again until they are there.
//   - A kept envelope is never altered: the same exchange id means the same bytes.
//     Answers are kept in a file of their own. An envelope with time stamps is made
//     from both when a caller asks for it.
//   - An answer is kept only if it verifies and is by a trusted authority.
//
// Each daemon keeps the answers that it received itself. If several daemons share a
// log, each asks for itself, and their envelopes at level B-T differ in the stamps
// alone.
package timestamps
