// Package values reads the value that one element of a document contains: a day, a
// number, an amount of money, a boolean, a code of the Harmonized System, the list or
// the scheme that a code is from. It is read in the same way for facts and for rules,
// and a value that cannot be read is reported as such, never guessed. The paths at which
// a kind of document has its values are not known here: package facts has them.
package values
