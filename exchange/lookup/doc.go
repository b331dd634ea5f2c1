// Package lookup makes the keys by which people find a document: the codes of its
// goods, the vehicles and containers that carry them, the transport documents, carnets
// and licences that it is or cites, and its holder.
//
// People write these in many ways, so a key is the value in one form, and what is
// searched for is brought into the same form. The name of a holder is personal data: its
// key is a digest of the name.
package lookup
