package signing

import (
	"bytes"
	"slices"

	"beibu/signing/strict"
)

// keyNames are the elements that KeyInfo may hold, at any depth. What they say
// is not used, but for the certificates, one of which names a key.
var keyNames = map[string]bool{
	"KeyName": true, "KeyValue": true, "RSAKeyValue": true, "Modulus": true, "Exponent": true,
	"ECKeyValue": true, "NamedCurve": true, "PublicKey": true,
	"X509Data": true, "X509Certificate": true, "X509SubjectName": true, "X509IssuerSerial": true,
	"X509IssuerName": true, "X509SerialNumber": true, "X509SKI": true, "X509Digest": true,
}

func (r *senderReader) keyInfo() error {
	r.own()
	if err := r.onlyID(); err != nil {
		return err
	}
	outside := r.scanner.Depth() - 1
	for {
		if err := r.next(); err != nil {
			return err
		}
		if r.scanner.Kind() == strict.EndElement && r.scanner.Depth() == outside {
			return nil
		}
		if r.scanner.Kind() != strict.StartElement {
			continue
		}
		n := r.scanner.Name()
		local, space := r.bytes[n.Local:n.End], r.scanner.Space(n.Space)
		if !keyNames[string(local)] || string(space) != dsigSpace && string(space) != dsig11Space {
			return r.refuse(CodeShape, "an element that KeyInfo must not hold")
		}
		if err := r.keyAttribute(local); err != nil {
			return err
		}
		if string(local) != "X509Certificate" {
			continue
		}
		der, err := r.base64()
		if err != nil {
			return err
		}
		if len(r.parts.certificates) == manyCertificates {
			return r.refuse(CodeShape, "more certificates than any chain has")
		}
		r.parts.certificates = append(r.parts.certificates, der)
	}
}

// manyCertificates is how many a KeyInfo may hold. Chains have three or four.
const manyCertificates = 32

// keyAttribute refuses attributes within KeyInfo that XMLDSig 1.1 does not have
// there.
func (r *senderReader) keyAttribute(local []byte) error {
	name := ""
	switch string(local) {
	case "NamedCurve":
		name = "URI"
	case "X509Digest":
		name = "Algorithm"
	case "ECKeyValue":
		r.own()
		return r.onlyID()
	}
	_, err := r.attribute(name)
	return err
}

// chooseSigners finds the keys that the signature is to be checked with: those
// whose certificates KeyInfo holds, or all if it holds none. A chain may be in
// any order; who issued it does not count, only who is registered.
func chooseSigners(candidates []Signer, certificates [][]byte) ([]Signer, error) {
	if len(certificates) == 0 {
		return candidates, nil
	}
	var chosen []Signer
	for i := range candidates {
		if holds(certificates, candidates[i].Certificate.Raw) {
			chosen = append(chosen, candidates[i])
		}
	}
	if chosen == nil {
		return nil, refusal(CodeUntrusted, "the certificate in the signature is none of those registered for the sender")
	}
	return chosen, nil
}

func holds(certificates [][]byte, der []byte) bool {
	return slices.ContainsFunc(certificates, func(c []byte) bool { return bytes.Equal(c, der) })
}
