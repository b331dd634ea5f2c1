// Package schemas judges trade documents by XML Schema (XSD 1.0). It knows
// kinds of documents and nothing of what becomes of them.
//
// A document passes two checks. The gate is [strict.ParseFaulty]: UTF-8, XML 1.0 and
// its namespaces exactly, no DTD, no processing instruction but the XML
// declaration, nothing outside the root, bounded size, depth and width. Its tree is
// in the report. The schema: the profile of the document's kind, or the schema pack that is used
// in its place. Nothing is ever fetched, and no schema is chosen by a hint in
// the document.
//
// Most valid documents are accepted by tables that are made of the schema. The XSD engine
// judges all others, among them every document with a fault: the tables refuse nothing,
// and no message comes from them. Tests hold the two against each other.
//
// What is wrong comes back as data: violations with permanent codes, a place,
// and a sentence in English and Chinese that says what was expected and what
// was found. Follow-on errors are folded into the one that caused them.
//
// The embedded profiles are ours, in the official namespaces. That of UBL allows
// exactly what the official schema allows; tests hold the two against each
// other. The UBL documents of all kinds are one schema: an element inside
// ext:ExtensionContent is checked wherever that schema declares it, and let
// pass if it does not (UBL 2.4, processContents="lax").
//
// That of SPS certificates has the elements, order, number and data types of the
// official schema, and leaves the values of codes and the names of their lists
// open. Tests hold its data types against UN/CEFACT's; its aggregates, which no
// registry has, were compared by reading. Certificates that come in are judged on
// two levels, since the clients in use depart from the schema: another order of
// known elements, and a note if the schema has none, are warnings that name
// each place. How often an element occurs and what its text is must be right.
package schemas

//go:generate go run ./internal/profile -to files/ubl/2.4 $BEIBU_UBL_JARS
