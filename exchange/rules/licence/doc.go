// Package licence holds the rules of import and export licences (LIC-…): what
// a licence of urn:beibu:schema:trade-licence:1 must keep to by itself. What
// takes two documents to see, such as a declaration that draws more than is
// left, is not here.
//
// The rules follow the Chinese licence measures as traders' guides give them.
// Where only practice speaks, a rule warns, unless arithmetic alone decides.
package licence
