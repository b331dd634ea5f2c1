// Package strict reads XML as the exchange accepts it and nothing looser:
// UTF-8, XML 1.0 well-formedness and namespaces exactly, no DTD, no processing
// instruction, no content outside the root, bounded depth, width and size.
//
// It never resolves anything and never alters the bytes: a [Tree] is a set of
// places in them. What it refuses it names as a [Fault], in English and Chinese. All
// limits of a document are here.
package strict
