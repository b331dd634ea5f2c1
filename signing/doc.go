// Package signing signs and verifies XML: the seal that the exchange puts on
// an envelope, and the signatures of senders inside documents. It accepts one
// narrow profile of XML Signature (W3C, 11 April 2013) with XAdES B-B
// properties (ETSI EN 319 132-1) and refuses everything else with a code.
//
// What it hands out was verified: Envelope and Verified cannot be had for
// bytes that were not. Keys are never taken from what is being verified; a
// certificate found there only names one of those that are trusted.
//
// The package reads no clock and keeps no log. It knows no exchanges.
package signing
