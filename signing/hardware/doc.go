// Package hardware signs with keys that live in a hardware module, over
// PKCS #11 2.40. It needs cgo, and so it is only built with the tag pkcs11:
//
//	go build -tags pkcs11 ./...
//
// The daemon without the tag needs no cgo. What there is without it is the Line,
// in which slow hardware is kept busy.
package hardware
