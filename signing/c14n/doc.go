// Package c14n writes the canonical form of XML, without comments, while it is
// read: Canonical XML 1.0 (W3C, 15 March 2001) and Exclusive XML
// Canonicalization 1.0 (W3C, 18 July 2002).
//
// A Writer takes the events of a strict.Scanner, one after another, and needs
// no tree and no copy of the document. Events that are kept from it are left
// out of the form, as the enveloped-signature transform asks.
package c14n
