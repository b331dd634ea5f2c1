package signing

import (
	"errors"
	"fmt"

	"beibu/signing/strict"
)

// Codes of refusals. They are stable: clients and tests match them. Bytes that
// are no XML to the exchange keep the code of the reader, such as "xml.dtd".
const (
	CodeMissing     = "signature.missing"       // no signature if one is required
	CodeShape       = "signature.shape"         // an element that has no place there, or is not there
	CodePlace       = "signature.place"         // a signature elsewhere than last in the root
	CodeSecond      = "signature.second"        // more than one signature
	CodeUnwanted    = "signature.unwanted"      // a signature if the policy takes none
	CodeObject      = "signature.object"        // an Object in a sender's signature
	CodeForm        = "signature.form"          // SignedInfo is none of the forms that the profile allows
	CodeReferences  = "signature.references"    // more than one reference
	CodeURI         = "signature.uri"           // a reference to anything but the document
	CodeTransform   = "signature.transform"     // a transform that the profile does not have
	CodeXPath       = "signature.xpath"         // an XPath transform
	CodeXSLT        = "signature.xslt"          // an XSLT transform
	CodeMethod      = "signature.c14n"          // a canonical form that the profile does not have
	CodeComments    = "signature.c14n-comments" // a canonical form with comments
	CodePrefixes    = "signature.c14n-prefixes" // a canonical form with a list of prefixes
	CodeAlgorithm   = "signature.algorithm"     // an algorithm or digest that is not known
	CodeSHA1        = "signature.sha1"          // SHA-1
	CodeMD5         = "signature.md5"           // MD5
	CodeSHA224      = "signature.sha224"        // a digest of less than 256 bits
	CodeHMAC        = "signature.hmac"          // a message authentication code
	CodeDSA         = "signature.dsa"           // DSA
	CodePSS         = "signature.pss"           // RSA with PSS padding
	CodeKeyType     = "signature.key-type"      // an algorithm that the signer's key is not for
	CodeWeakKey     = "signature.weak-key"      // a key by which nobody may sign
	CodePolicy      = "signature.policy"        // an algorithm that the party may not use for this kind
	CodeTruncated   = "signature.truncated"     // a value shorter than its algorithm makes it
	CodeDuplicateID = "signature.id"            // an identifier that is used twice
	CodeComment     = "signature.comment"       // a comment in what is signed
	CodeType        = "signature.xsi-type"      // xsi:type, which exclusive form does not cover
	CodeDigest      = "signature.digest"        // what was signed was changed
	CodeValue       = "signature.value"         // the signature is not that of the key
	CodeUntrusted   = "signature.untrusted"     // nobody trusted signed
	CodeExpired     = "signature.expired"       // a registered key signed that no longer counts
	CodeNotYet      = "signature.not-yet"       // a registered key signed that does not count yet
	CodeCertificate = "signature.certificate"   // the certificate is broken, or not valid at the time
	CodeChain       = "signature.chain"         // the certificate leads to no authority of the party
	CodeRevoked     = "signature.revoked"       // the certificate was revoked
	CodeStatus      = "signature.status"        // whether it was revoked is not known
	CodeProperties  = "signature.properties"    // the XAdES properties do not fit the signature
	CodeTimestamp   = "signature.timestamp"     // a time stamp that does not hold
	CodeEnvelope    = "envelope.shape"          // not an envelope of the exchange
	CodeHeader      = "envelope.header"         // a header that says what it cannot mean
	CodeDocument    = "envelope.document"       // the document is not the one that the header describes
)

// A Refusal says why signed bytes are not taken, and where.
type Refusal struct {
	Code   string // stable, such as "signature.digest"
	Reason string // for people, in English
	Line   int    // from 1, or 0 if the refusal has no place
	Column int    // in bytes, from 1
}

func (r *Refusal) Error() string {
	if r.Line == 0 {
		return r.Reason
	}
	return fmt.Sprintf("line %d, column %d: %s", r.Line, r.Column, r.Reason)
}

// refusal is one without a place.
func refusal(code, reason string) *Refusal { return &Refusal{Code: code, Reason: reason} }

// at gives a refusal its place in b.
func (r *Refusal) at(b []byte, offset int) *Refusal {
	r.Line, r.Column = strict.Position(b, offset)
	return r
}

// placed gives err a place in b if it is a refusal that has none.
func placed(err error, b []byte, offset int) error {
	if r, ok := errors.AsType[*Refusal](err); ok && r.Line == 0 {
		r.Line, r.Column = strict.Position(b, offset)
	}
	return err
}

// fromReader turns a fault of the reader into a refusal with the same code.
func fromReader(err error) error {
	if fault, ok := errors.AsType[*strict.Fault](err); ok {
		return &Refusal{Code: fault.Code, Reason: fault.Reason, Line: fault.Line, Column: fault.Column}
	}
	return err
}
