// Package rules holds business rules: what a schema cannot say about a trade
// document. A rule looks at one document and at nothing else, so that the same
// document is judged the same way everywhere and for ever.
//
// Every rule has a permanent code, a severity, the clause it comes from, the
// dates between which it is in force, and a message in English and Chinese.
// Rules stand one a file in the package of their source (ata, licence, sps,
// origin, declaration, general); package book binds them together.
package rules
