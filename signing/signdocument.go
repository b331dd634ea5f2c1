package signing

import (
	"cmp"
	"encoding/base64"
	"fmt"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

// The parts of a sender's ds:Signature that are the same in all.
const (
	signatureOpen = `<ds:Signature` + declareDS + `><ds:SignedInfo>`
	valueOpen     = `<ds:SignatureValue>`
	keyOpen       = `</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>`
	keyClose      = `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`
	digestClose   = `</ds:DigestValue></ds:Reference></ds:SignedInfo>`

	signatureSize = 2 << 10 // what a signature takes beside its certificate and value
)

// SignDocument returns a party's own document with its signature inside, as
// Verify takes it: in a UBL document in an extension, else last in the root.
// The method is that of the document and of SignedInfo; customs systems after
// GACC 202205 ask for inclusive form. The bytes around the signature are not
// altered.
func SignDocument(document []byte, key Key, method c14n.Method) ([]byte, error) {
	algorithm, err := key.algorithm()
	if err != nil {
		return nil, err
	}
	r := senders.Get().(*senderReader)
	defer r.putBack()
	d := draft{key: key, form: senderForm{
		infoMethod: method, method: method, digest: documentDigest(algorithm), algorithm: algorithm,
	}}
	d.write(document, r.place(document))
	if objection, err := r.readWhole(d.out, method); objection != nil || err != nil {
		return nil, fmt.Errorf("sign document: %w", r.unsignable(document, method, cmp.Or[error](err, objection)))
	}
	return d.sign(r)
}

// readWhole reads a document that is, or could be, signed in a canonical form.
func (r *senderReader) readWhole(document []byte, method c14n.Method) (objection *Refusal, err error) {
	r.found = strict.Node{}
	tree, err := strict.Parse(document, strict.Limits{})
	if err != nil {
		return nil, fromReader(err)
	}
	r.reset(tree, method)
	if err := r.examine(); err != nil {
		return nil, err
	}
	return r.objectionIn(method), nil
}

// documentDigest is the digest of the document: that of the signature itself,
// so that neither is the weaker one.
func documentDigest(a *Algorithm) *Digest {
	if a.digest != nil {
		return a.digest
	}
	return referenceDigest(a)
}

// unsignable says what is wrong with a document by its own lines: err is about
// the draft.
func (r *senderReader) unsignable(document []byte, method c14n.Method, err error) error {
	objection, own := r.readWhole(document, method)
	switch {
	case own != nil:
		return own
	case r.found.Exists():
		return refusal(CodeSecond, "the document is signed already").at(document, r.found.Start())
	case objection != nil:
		return objection
	}
	return err
}

// A draft is a signed document but for the digest and the value of the
// signature, whose values are zeros still: the form of SignedInfo depends on
// what is around it, so it can be had from a whole document alone.
type draft struct {
	key           Key
	form          senderForm
	out           []byte
	digest, value [2]int // places in out
}

// write writes the draft.
func (d *draft) write(document []byte, p place) {
	value := base64.StdEncoding.EncodedLen(valueSize(d.key.Signer.Public()))
	certificate := base64.StdEncoding.EncodedLen(len(d.key.Certificate.Raw))
	out := make([]byte, 0, len(document)+len(p.before)+len(p.after)+len(p.name)+signatureSize+value+certificate)
	out = append(out, document[:p.at]...)
	out = append(out, p.before...)
	out = append(out, signatureOpen...)
	out = d.form.append(out)
	d.digest[1] = len(out) - len(digestClose)
	d.digest[0] = d.digest[1] - base64.StdEncoding.EncodedLen(d.form.digest.size)
	out = append(out, valueOpen...)
	d.value[0] = len(out)
	out = appendZeros(out, valueSize(d.key.Signer.Public()))
	d.value[1] = len(out)
	out = append(out, keyOpen...)
	out = base64.StdEncoding.AppendEncode(out, d.key.Certificate.Raw)
	out = append(out, keyClose...)
	out = append(out, p.after...)
	out = append(out, p.name...)
	if len(p.name) > 0 {
		out = append(out, '>')
	}
	d.out = append(out, document[p.from:]...)
}

// sign puts digest and value in their places. The draft was read by r.
func (d *draft) sign(r *senderReader) ([]byte, error) {
	base64.StdEncoding.Encode(d.out[d.digest[0]:d.digest[1]], r.digest(&d.form))
	info := r.parts.info
	copy(info[len(info)-len(digestClose)-(d.digest[1]-d.digest[0]):], d.out[d.digest[0]:d.digest[1]])
	var err error
	if r.signed, err = d.form.algorithm.sign(r.signed[:0], d.key.Signer, info, d.key.UserID); err != nil {
		return nil, fmt.Errorf("use key %s: %w", d.key.ID, err)
	}
	if base64.StdEncoding.EncodedLen(len(r.signed)) != d.value[1]-d.value[0] {
		return nil, fmt.Errorf("use key %s: a signature of %d bytes is not one by its public key", d.key.ID, len(r.signed))
	}
	base64.StdEncoding.Encode(d.out[d.value[0]:d.value[1]], r.signed)
	return d.out, nil
}

// append writes the SignedInfo of a sender's signature in exclusive form,
// without its start tag, and with zeros for a digest.
func (f *senderForm) append(dst []byte) []byte {
	for _, part := range [...]string{
		`<ds:CanonicalizationMethod Algorithm="`, f.infoMethod.URI(), `"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="`, f.algorithm.URI,
		`"></ds:SignatureMethod><ds:Reference URI="`, f.uri, `"><ds:Transforms><ds:Transform Algorithm="` + envelopedURI + `"></ds:Transform><ds:Transform Algorithm="`,
		f.method.URI(), `"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="`, f.digest.URI, `"></ds:DigestMethod><ds:DigestValue>`,
	} {
		dst = append(dst, part...)
	}
	return append(appendZeros(dst, f.digest.size), digestClose...)
}

// appendZeros writes so many bytes of zero in base64.
func appendZeros(dst []byte, size int) []byte {
	var zeros [maximumRSA / 8]byte
	return base64.StdEncoding.AppendEncode(dst, zeros[:size])
}
