// Package paths lists the paths at which kinds of documents keep their facts: their
// number, the countries and ports of the journey, the codes of the goods. It is data,
// in one form for the built-in kinds (builtin.yaml) and for those of schema packs
// (the key facts of a manifest), and knows nothing of how a document is read.
//
// A fact has one path, or a list of paths that are tried in order. A path has local
// names below the root: Declaration/FunctionalReferenceID. A "*" takes any element. A
// path may end in an attribute in no namespace: @guid, Order/@number.
//
// In brackets behind a name is what an element must be like. A and B are a
// child, a path of children, or an attribute of it, written @A; values compare
// without case and white space:
//
//	[A=x|y]     A has one of the values
//	[A,B=x|y]   A or B has one of the values
//	[A?=x|y]    A has one of the values, or is not given
//	[A!=x|y]    A has none of the values
//	[locode]    the scheme of the identifier is UN/LOCODE, or is not named
//	[first A]   the elements are tried by the number in A, the lowest first
//	[last A]    the same, the highest first
//
// So Shipment/ShipmentStage[OnCarriageIndicator!=true|1][last ID]/UnloadingPortLocation/ID[locode]
// is the port at which the goods leave the last main carriage, in whichever order the
// stages are in the file. Of the codes at hs, those of another list than the Harmonized
// System are passed over without a test.
package paths
