// Package ledger keeps accounts of quantities: what a licence or a certificate lets
// others draw, what is reserved by documents that cite it, and what is consumed. It knows
// no record and no file. [Account.Reserve] says what a draw would do, as a [Posting] or as
// refusals; [Totals.Post] does it, and asks nothing, so that the same postings give the
// same accounts whatever the rules are by then.
//
// A position is all that one document draws on an account. It replaces the position that
// the document had before, so that a later version of the document, or the same once
// more, draws nothing twice. An account keeps the totals of its positions and not the
// positions themselves, so that a draw costs the same however many there were before.
package ledger
