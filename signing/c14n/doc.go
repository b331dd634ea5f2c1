// Package c14n writes the canonical form of XML, without comments: Canonical XML 1.0
// (W3C, 15 March 2001) and Exclusive XML Canonicalization 1.0 (W3C, 18 July 2002).
//
// A [TreeWriter] writes a document that was read into a tree. It reads no markup
// again: it copies what is canonical already in long runs, and leaves one element
// out, as the enveloped-signature transform asks. A [Writer] writes an element
// while it is read for the first time: it takes the events of a strict.Scanner, one
// after another. Tests hold the two to the same bytes.
package c14n
