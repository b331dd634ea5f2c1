// Package declaration holds the rules of customs declarations (DEC-…): what an
// import, export or transit declaration of UBL 2.4 must keep to by itself.
//
// Chinese practice is meant where the declaration is made to a Chinese customs
// office, which is read from the address of the customs party. Where only
// practice speaks, a rule warns, unless arithmetic alone decides.
package declaration
