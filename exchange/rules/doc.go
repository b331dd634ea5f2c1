// Package rules holds business rules: what a schema cannot say about a trade
// document. A rule reads one document and the time at which it was received, and
// nothing else, so that the same document with the same time of receipt is judged
// the same way everywhere and always. It reads no clock and no time zone of the
// machine: days are counted in the country whose document it is.
//
// A rule reads the facts of the document (package facts), which are read once for all
// rules, and whatever is no fact at paths. It declares these ([Rule].Reads), so that
// [Set.Check] finds the elements of all rules in one walk of the document, and none
// searches it. A rule for all kinds declares traits of elements instead ([Trait]). A
// rule has no reader of its own for a day, a number, an amount or a code of goods:
// package facts/values has them.
//
// Every rule has a permanent code, a severity, the clause it comes from, the
// dates between which it is in force, and a message in English and Chinese.
//
// The rules of one source are a package (ata, declaration, general, health,
// licence, origin, sps), and package all joins them. Each file of such a package is
// a theme. A table is at its top, `var validityRules = []rules.Rule{…}`: its rows
// have the codes, the messages and the first day in force, which is from package
// law. The functions that the rows name as Check follow in the order of the rows; a
// comment of theirs says why, not what. The file rules.go joins the tables.
package rules
