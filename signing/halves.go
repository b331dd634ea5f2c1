package signing

import (
	"errors"
	"slices"
)

// XML Signature writes an elliptic curve signature as two numbers of fixed
// length (XMLDSig 1.1 §6.4.3); Go's signers and hardware write ASN.1 DER.
// Numbers here are below 2^384, so every length fits one byte.

// maxDER is the longest DER form: two numbers of 48 bytes, each with a zero
// before it, and the headers.
const maxDER = 2*(2+1+48) + 3

// errNotDER says that a signer returned something else than a signature.
var errNotDER = errors.New("read signature: not two numbers in DER")

// derFromFixed appends the DER form of r‖s to dst. It returns false if the
// value has not twice the size.
func derFromFixed(dst, fixed []byte, size int) ([]byte, bool) {
	if len(fixed) != 2*size || size > 48 {
		return nil, false
	}
	r, s := minimal(fixed[:size]), minimal(fixed[size:])
	dst = append(dst, 0x30, byte(4+derLength(r)+derLength(s))) //nolint:gosec // below 128
	for _, number := range [...][]byte{r, s} {
		dst = append(dst, 0x02, byte(derLength(number))) //nolint:gosec // at most 49
		if number[0]&0x80 != 0 {
			dst = append(dst, 0)
		}
		dst = append(dst, number...)
	}
	return dst, true
}

// minimal drops leading zeros, but not the last byte.
func minimal(number []byte) []byte {
	for len(number) > 1 && number[0] == 0 {
		number = number[1:]
	}
	return number
}

func derLength(number []byte) int { return len(number) + int(number[0]>>7) }

// fixedFromDER reads SEQUENCE { INTEGER r, INTEGER s }, in DER and nothing
// looser, and appends r‖s to dst.
func fixedFromDER(dst, der []byte, size int) ([]byte, error) {
	if size > 48 || len(der) < 2 || der[0] != 0x30 || int(der[1]) != len(der)-2 || der[1] >= 0x80 {
		return nil, errNotDER
	}
	var zeros [2 * 48]byte
	dst = append(dst, zeros[:2*size]...)
	fixed := dst[len(dst)-2*size:]
	rest := der[2:]
	for half := range 2 {
		number, after, ok := derNumber(rest)
		if !ok || len(number) > size {
			return nil, errNotDER
		}
		copy(fixed[(half+1)*size-len(number):], number)
		rest = after
	}
	if len(rest) != 0 {
		return nil, errNotDER
	}
	return dst, nil
}

// derNumber reads one INTEGER that is not negative and as short as it can be.
func derNumber(b []byte) (number, rest []byte, ok bool) {
	if len(b) < 3 || b[0] != 0x02 || b[1] == 0 || b[1] >= 0x80 || int(b[1]) > len(b)-2 {
		return nil, nil, false
	}
	number, rest = b[2:2+int(b[1])], b[2+int(b[1]):]
	if number[0]&0x80 != 0 {
		return nil, nil, false
	}
	if number[0] == 0 {
		if len(number) > 1 && number[1]&0x80 == 0 {
			return nil, nil, false
		}
		number = number[1:]
	}
	return slices.Clip(number), rest, true
}
