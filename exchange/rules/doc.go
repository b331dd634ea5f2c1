// Package rules holds business rules: what a schema cannot say about a trade
// document. A rule looks at one document, at the time when it came in and at
// nothing else, so that the same document with the same time of receipt is judged
// the same way everywhere and for ever. It reads no clock and no time zone of the
// machine: days are counted in the country whose document it is.
//
// Every rule has a permanent code, a severity, the clause it comes from, the
// dates between which it is in force, and a message in English and Chinese.
// Rules stand one a file in the package of their source (ata, licence, sps,
// origin, declaration, general); package all joins them.
package rules
