package signing

import (
	"bytes"

	"beibu/signing/strict"
)

// keyNames are the elements that KeyInfo may hold, at any depth. What they say
// is not used, but for the first certificate, which names a key.
var keyNames = map[string]bool{
	"KeyName": true, "KeyValue": true, "RSAKeyValue": true, "Modulus": true, "Exponent": true,
	"ECKeyValue": true, "NamedCurve": true, "PublicKey": true,
	"X509Data": true, "X509Certificate": true, "X509SubjectName": true, "X509IssuerSerial": true,
	"X509IssuerName": true, "X509SerialNumber": true, "X509SKI": true, "X509Digest": true,
}

func (r *senderReader) keyInfo() error {
	if _, err := r.attribute(""); err != nil {
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
		if string(local) == "X509Certificate" && r.parts.certificate == nil {
			var err error
			if r.parts.certificate, err = r.base64(); err != nil {
				return err
			}
		}
	}
}

// keyAttribute refuses attributes within KeyInfo: one could be an identifier.
func (r *senderReader) keyAttribute(local []byte) error {
	name := ""
	switch string(local) {
	case "NamedCurve":
		name = "URI"
	case "X509Digest":
		name = "Algorithm"
	}
	_, err := r.attribute(name)
	return err
}

// chooseSigner finds the key that the signature is to be checked with: the
// one whose certificate KeyInfo holds, or each that counts at the time.
func chooseSigner(candidates []Signer, certificate []byte) ([]Signer, error) {
	if certificate == nil {
		return candidates, nil
	}
	for i := range candidates {
		if bytes.Equal(candidates[i].Certificate.Raw, certificate) {
			return candidates[i : i+1], nil
		}
	}
	return nil, refusal(CodeUntrusted, "the certificate in the signature is none of those registered for the sender")
}
