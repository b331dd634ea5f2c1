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
// child, a path of children, an attribute of it, written @A, or an attribute of
// children, written A/@B; values compare without case and white space:
//
//	[has A]     A has any value
//	[A=x|y]     A has one of the values
//	[A==x|y]    the same, but values compare with case
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
//
// Of some facts a document has any number: [Lines] of goods, [References] to other
// documents, [Parties], [Vehicles], [Containers], [TransportDocuments], [Offices], [Answers], [Countries] and [Movements]. Such a
// list has one entry or several. Of an entry, the key at is the path of the elements, and the other paths
// are those of their parts, below the element; "." is the element itself:
//
//	lines: {at: GoodsItem, number: SequenceNumeric, hs: Code, quantity: Quantity}
//	references:
//	  - {kind: import-licence, at: "Document[TypeCode=911]", number: ID}
//	  - {at: Document, number: ID, type: TypeCode}
//
// An element is of the first entry that selects it. [Parts] lists the parts of each
// list. An entry of references may have a role, what they are for, and a kind, the
// kind of document that they refer to. Without a kind it follows from the code of
// UNCL 1001 at type. An entry of parties has a role, and one of
// vehicles may have a mode of transport.
//
// An answer is about the documents of the references inside its element that have no
// role. One that has a line is about that line, and is inside the answer about the whole document. Its entry
// may name the list of codes that do not name theirs.
//
// The key issuedBy names the role of the party that issues documents of the kind, if it is
// not issuer: who else may send them, the map of parties says.
//
// The key personal lists what is about a person, so that people see it only if they have
// the right and a reason. Its paths are the ends of paths, at any depth:
//
//	personal: [Contact, HolderParty/PartyName/Name, "@email"]
//
// hides all of each Contact, the names of the holder, and each attribute email. A kind
// that does not have the key is hidden whole; an empty list hides nothing.
package paths
