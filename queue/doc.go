// Package queue keeps sealed documents and the log that decides who owns a
// document number. It carries bytes and keys; it knows no customs documents.
//
// The promises, the same for every implementation and proved by the contract
// suite in queuetest:
//
//   - Admit returns a nil error only when the body and the log entry are
//     durable and the owner of the key is decided. The first entry of a key in
//     the log owns it for ever; every later Admit of that key answers that
//     first entry, whatever it carries.
//   - An Admit that fails has promised nothing: the entry may or may not be in
//     the log, and admitting again answers truthfully.
//   - Dispatch hands over owning entries only, in log order, at least once;
//     what its handler returns is durable before the entries count as done.
//   - Append returns nil only when its events are durable, all of them or none.
//   - Follow tells every owning entry and every event in one order that never
//     changes, so that a fold over it can be thrown away and made again.
//   - Hold lets one caller at a time do a duty, of all nodes that share the
//     queue, and lets the next one go on when that one is gone.
//   - Body returns the bytes admitted, unaltered, for as long as they are kept.
package queue
