// Package qrcode draws signed statements as QR codes (ISO/IEC 18004), so that who has only
// a camera takes them along and verifies them elsewhere.
package qrcode

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"rsc.io/qr"
)

// margin is the white border that a reader needs, in modules.
const margin = 4

// A Code is a QR code.
type Code struct {
	code *qr.Code
	// Whole says that it has the statement itself. Otherwise it has its digest, as
	// [Digest] writes it.
	Whole bool
}

// Of returns the code of a statement. One that is larger than a code holds, 2,953 bytes, has
// its digest in the code.
func Of(statement string) (Code, error) {
	code, err := qr.Encode(statement, qr.L)
	if err == nil {
		return Code{code, true}, nil
	}
	code, err = qr.Encode(Digest(statement), qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("draw code: %w", err)
	}
	return Code{code, false}, nil
}

// Digest returns what the code of a statement has that is too large for it.
func Digest(statement string) string {
	sum := sha256.Sum256([]byte(statement))
	return "beibu-balance sha-256 " + hex.EncodeToString(sum[:])
}

// Side returns how many modules wide and high the code is, with its border.
func (c Code) Side() int { return c.code.Size + 2*margin }

// dark reports whether a module is dark, counted with the border.
func (c Code) dark(x, y int) bool { return c.code.Black(x-margin, y-margin) }

// Path returns the dark modules as the path of an SVG image of Side by Side.
func (c Code) Path() string {
	var b strings.Builder
	for y := range c.Side() {
		for x := 0; x < c.Side(); x++ {
			from := x
			for x < c.Side() && c.dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return b.String()
}

// Text returns the code for a terminal, dark on light, two rows of modules in one of text.
func (c Code) Text() string {
	var b strings.Builder
	for y := 0; y < c.Side(); y += 2 {
		b.WriteString("\x1b[30;47m")
		for x := range c.Side() {
			switch upper, lower := c.dark(x, y), c.dark(x, y+1); {
			case upper && lower:
				b.WriteRune('█')
			case upper:
				b.WriteRune('▀')
			case lower:
				b.WriteRune('▄')
			default:
				b.WriteRune(' ')
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}
