// Package lifecycle keeps the lives of documents: in which state each is, since when and
// by which exchange. The states of a document are apart from those of its deliveries. It
// knows no record and no file.
package lifecycle
