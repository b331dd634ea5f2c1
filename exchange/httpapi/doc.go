// Package httpapi is the door of the exchange: the HTTP API by which parties
// submit, fetch and acknowledge, and operators watch and replay. It knows the
// domain and turns its answers into statuses and JSON, in one place each: wire.go
// holds the JSON types and problem.go every failure.
//
// What always holds:
//
//   - A caller is known, by API key or client certificate, before a byte of a
//     document is read.
//   - A party sees what it sent and what was consigned to it, and nothing else.
//   - 202 and 200 to a submission mean that the document is durable; any other
//     status promises nothing, and sending the same document again is safe.
//   - No request holds more memory than the limit on a document allows, and all
//     documents together no more than the limit on memory: see room.
//   - No party takes all the places or all the memory: there is room for others.
//   - A party with a quota is told how it stands, and gets no more than that.
//   - The cause of a failure of ours is logged and never shown.
package httpapi
