package signing

import (
	"bytes"
	"encoding/base64"
	"strings"

	"beibu/signing/c14n"
)

// A senderForm is what may differ between the SignedInfo elements that the
// profile allows (XMLDSig 1.1 §4.4). All else is fixed.
type senderForm struct {
	infoMethod c14n.Method // of SignedInfo
	method     c14n.Method // of the document
	digest     *Digest
	algorithm  *Algorithm
	uri        string // of the one reference: "" or "#id"
	value      []byte // of the reference's digest
}

var methods = [...]c14n.Method{c14n.Exclusive, c14n.Inclusive}

// methodByURI finds a canonical form.
func methodByURI(uri string) (c14n.Method, bool) {
	for _, m := range methods {
		if m.URI() == uri {
			return m, true
		}
	}
	return 0, false
}

// A formReader compares the canonical form of SignedInfo with the allowed
// forms, from its start to its end. Every byte is either a constant or looked
// up in a table, so nothing in it is interpreted.
type formReader struct {
	rest    []byte
	prefix  string // of the names, with its colon
	aliases map[string]string
}

// readForm reads the canonical form of a SignedInfo whose names have prefix.
func readForm(info []byte, prefix string, aliases map[string]string) (f senderForm, err error) {
	r := formReader{rest: withoutBlanks(info), prefix: prefix, aliases: aliases}
	apex := tagEnd(r.rest)
	if apex < 0 || !r.literal("<~SignedInfo") {
		return f, r.wrong(CodeForm, "SignedInfo is not of the form that the profile has")
	}
	r.rest = r.rest[apex-len(prefix)-len("<SignedInfo"):]
	uri, ok := r.empty("CanonicalizationMethod")
	if err := r.refuseMethod(uri); err != nil {
		return f, err
	}
	if !ok {
		return f, r.wrong(CodeForm, "CanonicalizationMethod must come first and hold nothing")
	}
	if f.infoMethod, ok = methodByURI(uri); !ok {
		return f, r.wrong(CodeMethod, "SignedInfo must be in exclusive or inclusive canonical form 1.0 without comments")
	}
	if err := r.signatureMethod(&f); err != nil {
		return f, err
	}
	return f, r.reference(&f)
}

// tagEnd returns the end of the start tag at the start of a canonical form, or
// -1. Canonical form quotes with '"' alone, and a value may hold a '>': the name
// of a namespace that is declared there is anybody's choice.
func tagEnd(canonical []byte) int {
	quoted := false
	for i, c := range canonical {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '>' && !quoted:
			return i + 1
		}
	}
	return -1
}

// withoutBlanks drops white space between tags, which many programs write to
// indent. The signature covers it all the same.
func withoutBlanks(info []byte) []byte {
	out := make([]byte, 0, len(info))
	for i := 0; i < len(info); i++ {
		out = append(out, info[i])
		if info[i] != '>' {
			continue
		}
		if blank := len(info[i+1:]) - len(bytes.TrimLeft(info[i+1:], " \t\n")); blank > 0 && i+1+blank < len(info) && info[i+1+blank] == '<' {
			i += blank
		}
	}
	return out
}

func (r *formReader) wrong(code, reason string) error { return refusal(code, reason) }

// literal reads a constant, in which "~" stands for the prefix.
func (r *formReader) literal(s string) bool {
	rest := r.rest
	for more := true; more; {
		var part string
		if part, s, more = strings.Cut(s, "~"); !cutPrefix(&rest, part) || more && !cutPrefix(&rest, r.prefix) {
			return false
		}
	}
	r.rest = rest
	return true
}

// cutPrefix takes a prefix off, if it is there.
func cutPrefix(b *[]byte, prefix string) bool {
	if len(*b) < len(prefix) || string((*b)[:len(prefix)]) != prefix {
		return false
	}
	*b = (*b)[len(prefix):]
	return true
}

// until reads up to a byte, and that byte.
func (r *formReader) until(end byte) ([]byte, bool) {
	i := bytes.IndexByte(r.rest, end)
	if i < 0 {
		return nil, false
	}
	text := r.rest[:i]
	r.rest = r.rest[i+1:]
	return text, true
}

// uris are the identifiers that good signatures have, so that none is copied.
var uris = knownURIs()

func knownURIs() map[string]string {
	known := map[string]string{envelopedURI: envelopedURI}
	for _, m := range methods {
		known[m.URI()] = m.URI()
	}
	for _, a := range algorithms {
		known[a.URI] = a.URI
	}
	for _, d := range digests {
		known[d.URI] = d.URI
	}
	return known
}

// uriFrom returns a text as a string.
func uriFrom(text []byte) string {
	if uri, known := uris[string(text)]; known {
		return uri
	}
	return string(text)
}

// empty reads an element with nothing but an Algorithm, which it returns.
func (r *formReader) empty(local string) (uri string, ok bool) {
	if !r.literal("<~") || !r.literal(local) || !r.literal(` Algorithm="`) {
		return "", false
	}
	text, ok := r.until('"')
	uri = uriFrom(text)
	if alias, known := r.aliases[uri]; known {
		uri = alias
	}
	return uri, ok && r.literal("></~") && r.literal(local) && r.literal(">")
}

// optionalID reads an attribute Id, if there is one. Its value means nothing
// here: [senderReader.identifiers] has seen that no other element has it.
func (r *formReader) optionalID() bool {
	if !r.literal(` Id="`) {
		return true
	}
	_, ok := r.until('"')
	return ok
}

func (r *formReader) signatureMethod(f *senderForm) error {
	uri, ok := r.empty("SignatureMethod")
	algorithm, err := algorithmByURI(uri)
	switch {
	case uri == "":
		return r.wrong(CodeForm, "SignatureMethod must follow")
	case err != nil:
		return err
	case !ok:
		return r.wrong(CodeForm, "SignatureMethod must hold nothing")
	}
	f.algorithm = algorithm
	return nil
}

func (r *formReader) reference(f *senderForm) error {
	if !r.literal("<~Reference") || !r.optionalID() || !r.literal(` URI="`) {
		return r.wrong(CodeForm, "one Reference must follow, with the attribute URI and at most an Id")
	}
	text, ok := r.until('"')
	if f.uri = string(text); !ok || !r.literal(`><~Transforms>`) {
		return r.wrong(CodeForm, "Transforms must come first in the Reference")
	}
	if err := r.transforms(f); err != nil {
		return err
	}
	uri, ok := r.empty("DigestMethod")
	if !ok {
		return r.wrong(CodeForm, "DigestMethod must follow and hold nothing")
	}
	var err error
	if f.digest, err = digestByURI(uri); err != nil {
		return err
	}
	if !r.literal("<~DigestValue>") {
		return r.wrong(CodeForm, "DigestValue must follow")
	}
	text, _ = r.until('<')
	f.value, err = base64.StdEncoding.Strict().DecodeString(string(appendPacked(nil, text)))
	if err != nil || !r.literal("/~DigestValue></~Reference>") {
		return r.wrong(CodeForm, "DigestValue must be base64 and come last")
	}
	if r.literal("<~Reference") {
		return r.wrong(CodeReferences, "the signature must refer to the document alone")
	}
	if !r.literal("</~SignedInfo>") || len(r.rest) > 0 {
		return r.wrong(CodeForm, "SignedInfo must end after one Reference")
	}
	return nil
}

// transforms reads enveloped-signature, then at most a canonical form. Without
// one the document is in inclusive form (XMLDSig 1.1 §4.4.3.2).
func (r *formReader) transforms(f *senderForm) error {
	uri, ok := r.empty("Transform")
	if err := r.refuseTransform(uri); err != nil {
		return err
	}
	if !ok || uri != envelopedURI {
		return r.wrong(CodeTransform, "the first transform must be enveloped-signature")
	}
	f.method = c14n.Inclusive
	if r.literal("</~Transforms>") {
		return nil
	}
	uri, ok = r.empty("Transform")
	if err := r.refuseTransform(uri); err != nil {
		return err
	}
	if err := r.refuseMethod(uri); err != nil {
		return err
	}
	method, known := methodByURI(uri)
	if !ok || !known || !r.literal("</~Transforms>") {
		return r.wrong(CodeTransform, "only exclusive or inclusive canonical form 1.0, without comments and parameters, may follow")
	}
	f.method = method
	return nil
}

// refuseMethod checks a canonical form that was just named, for what comes
// close to the profile.
func (r *formReader) refuseMethod(uri string) error {
	if strings.HasSuffix(uri, "WithComments") {
		return r.wrong(CodeComments, "a canonical form with comments is not one of the profile")
	}
	if inner, ok := bytes.CutPrefix(r.rest, []byte("><")); ok && bytes.Contains(inner[:max(tagEnd(inner), 0)], []byte("InclusiveNamespaces ")) {
		return r.wrong(CodePrefixes, "a canonical form with a list of prefixes is not one of the profile")
	}
	return nil
}

func (r *formReader) refuseTransform(uri string) error {
	switch uri {
	case "http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2002/06/xmldsig-filter2":
		return r.wrong(CodeXPath, "an XPath transform can leave out anything")
	case "http://www.w3.org/TR/1999/REC-xslt-19991116":
		return r.wrong(CodeXSLT, "an XSLT transform is a program of the sender's")
	}
	return nil
}

// guessMethod looks for the canonical form of SignedInfo that a document's signature
// names, so that it is written once. A wrong guess costs a second time.
func guessMethod(document []byte) c14n.Method {
	_, info, _ := bytes.Cut(document, []byte("SignedInfo"))
	own, _, _ := bytes.Cut(info[:min(len(info), 4<<10)], []byte("Reference"))
	if bytes.Contains(own, []byte(exclusiveURI)) {
		return c14n.Exclusive
	}
	return c14n.Inclusive
}
