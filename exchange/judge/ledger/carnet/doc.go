// Package carnet keeps the accounts of ATA carnets: the place of each item of the general
// list, and the transaction under which it is there. It knows no record and no file. [Carnet.Open] and
// [Carnet.Move] say what a document would do, as a [Posting] or as refusals;
// [Carnet.Post] does it, and asks nothing.
//
// An item is at home, on its way between customs territories, in a territory under the
// transaction by which it was imported or is in transit, or it has ended there: it went into
// home use, was warehoused or destroyed. [kinds] says from where to where each movement
// takes it. So nothing is imported that did not leave, nothing comes back that is somewhere
// else, and no balance is below zero.
package carnet
