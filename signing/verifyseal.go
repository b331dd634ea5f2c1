package signing

import (
	"bytes"
	"time"
)

// verifySeal checks one signature on an envelope: its form, the digests of
// content and properties, and the value.
func (o *opener) verifySeal(p sealParts, trust Trust) (Seal, error) {
	signer, err := trust.signer(p.certificate)
	if err != nil {
		return Seal{}, err
	}
	algorithm, err := namedAlgorithm(p.info)
	if err != nil {
		return Seal{}, err
	}
	seal := Seal{ID: p.id, Algorithm: algorithm.Name, Certificate: signer.Certificate}
	reference := referenceDigest(algorithm)
	if err := seal.readProperties(p, reference); err != nil {
		return Seal{}, err
	}
	if err := o.checkInfo(p, algorithm, reference); err != nil {
		return Seal{}, err
	}
	options := sm2Options{userID: signer.UserID, der: signer.AllowDER}
	if err := algorithm.verify(signer.Certificate.PublicKey, p.info, p.value, options); err != nil {
		return Seal{}, err
	}
	if err := seal.readTimestamp(p, trust); err != nil {
		return Seal{}, err
	}
	if signer.Name != "" {
		if err := signer.check(seal.proven()); err != nil {
			return Seal{}, err
		}
		seal.Signer = signer.Name
	}
	return seal, nil
}

// clockSkew is how far the clock of an authority may be behind the signer's.
const clockSkew = time.Minute

// readTimestamp verifies the time stamp of a seal, if it has one.
func (s *Seal) readTimestamp(p sealParts, trust Trust) error {
	if p.stamp == nil {
		return nil
	}
	stamp, err := readTimestamp(p.stamp, p.valueForm, trust.authorities)
	if err != nil || !stamp.trusted {
		return err
	}
	if s.SigningTime.After(stamp.time.Add(clockSkew)) {
		return refusal(CodeTimestamp, "the signing time is later than the time stamp")
	}
	s.Timestamp = stamp.time
	return nil
}

// proven is the time at which the certificate has to count: the trusted one,
// if there is one, else the one that the signer names.
func (s *Seal) proven() time.Time {
	if s.Timestamp.IsZero() {
		return s.SigningTime
	}
	return s.Timestamp
}

// namedAlgorithm finds the row of the algorithm that SignedInfo names. The name
// is only used to choose the one form to compare with.
func namedAlgorithm(info []byte) (*Algorithm, error) {
	_, rest, _ := bytes.Cut(info, []byte(`<ds:SignatureMethod Algorithm="`))
	uri, _, found := bytes.Cut(rest, []byte{'"'})
	if !found {
		return nil, refusal(CodeForm, "SignedInfo is not of the form that a seal has")
	}
	return algorithmByURI(string(uri))
}

// readProperties checks that the signed properties are of the one form, and
// takes the signing time from them.
func (s *Seal) readProperties(p sealParts, reference *Digest) error {
	f := sealProperties{id: p.id, reference: reference}
	var start, rest [1 << 10]byte
	f.certificate = reference.Sum(p.certificate)
	inner, ok := bytes.CutPrefix(p.properties, f.appendStart(start[:0]))
	if ok {
		inner, ok = bytes.CutSuffix(inner, f.appendRest(rest[:0]))
	}
	if !ok {
		return refusal(CodeProperties, "the signed properties are not of the form that a seal has, or name another certificate")
	}
	if s.SigningTime, ok = parseTime(string(inner)); !ok {
		return refusal(CodeProperties, "SigningTime must be a time in UTC, as short as it can be")
	}
	return nil
}

// checkInfo compares SignedInfo with the one form that it may have.
func (o *opener) checkInfo(p sealParts, algorithm *Algorithm, reference *Digest) error {
	content := o.sha256
	if reference == &digestSM3 {
		content = o.sm3
	}
	if content == nil { // the digest's name was written with references, to have nothing digested
		return refusal(CodeForm, "SignedInfo is not written as a seal is")
	}
	f := sealInfo{id: p.id, algorithm: algorithm, reference: reference, content: content, properties: reference.Sum(p.properties)}
	var buffer [2 << 10]byte
	if bytes.Equal(p.info, f.append(buffer[:0])) {
		return nil
	}
	if sameButDigests(p.info, f.append(buffer[:0])) {
		return refusal(CodeDigest, "the content or the properties were changed after they were signed")
	}
	return refusal(CodeForm, "SignedInfo is not of the form that a seal has")
}

// sameButDigests reports whether two forms of SignedInfo differ in nothing but
// the text of their digests. It only chooses the words of a refusal.
func sameButDigests(a, b []byte) bool {
	const open, end = "<ds:DigestValue>", "</ds:DigestValue>"
	for {
		headA, restA, inA := bytes.Cut(a, []byte(open))
		headB, restB, inB := bytes.Cut(b, []byte(open))
		if !bytes.Equal(headA, headB) || inA != inB {
			return false
		}
		if !inA {
			return true
		}
		_, a, _ = bytes.Cut(restA, []byte(end))
		_, b, _ = bytes.Cut(restB, []byte(end))
	}
}
