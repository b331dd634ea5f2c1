// Package general holds the rules that hold for documents of all kinds: codes
// that are in their lists, dates and figures that can be, parties that are
// named, numbers that check out. It also holds those of answers, which are about
// documents of all kinds. Codes follow the rows of the rule table where there is
// one: GEN-04 is row G4, GEN-18 row D18.
package general
