// Package trace names the trace that a document belongs to, as W3C Trace Context
// level 2 does. It records nothing: what is recorded and where it is sent is for the
// daemon.
//
// It promises that the trace of a document is in the entry of the log and in nothing
// else that is kept, so that every daemon continues the same trace, and that a resend
// changes neither the trace nor the receipt.
package trace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Parent is the span to which what comes next belongs. The zero Parent is none.
type Parent struct {
	Trace   [16]byte
	Span    [8]byte
	Sampled bool // whoever began the trace records it
}

// Header is the name of the header that carries a Parent, in HTTP and in Kafka.
const Header = "traceparent"

// length is that of a header of version 00.
const length = 55

// Parse reads a traceparent header and reports whether it is one. What a later version
// has beside the fields of version 00 is left out, as section 3.2.4 asks for.
func Parse(header string) (p Parent, ok bool) {
	if len(header) < length || header[2] != '-' || header[35] != '-' || header[52] != '-' {
		return Parent{}, false
	}
	version, flags := header[:2], header[53:length]
	if version == "ff" || version == "00" && len(header) > length || len(header) > length && header[length] != '-' {
		return Parent{}, false
	}
	var one [1]byte
	for _, field := range []struct {
		into []byte
		text string
	}{{one[:], version}, {p.Trace[:], header[3:35]}, {p.Span[:], header[36:52]}, {one[:], flags}} {
		if !lower(field.text) {
			return Parent{}, false
		}
		if _, err := hex.Decode(field.into, []byte(field.text)); err != nil {
			return Parent{}, false
		}
	}
	p.Sampled = one[0]&1 != 0
	if p.Trace == [16]byte{} || p.Span == [8]byte{} {
		return Parent{}, false
	}
	return p, true
}

// lower reports whether a text has no upper-case letters, which the header must not have.
func lower(text string) bool {
	for i := range len(text) {
		if 'A' <= text[i] && text[i] <= 'Z' {
			return false
		}
	}
	return true
}

// IsZero reports whether p is no parent.
func (p Parent) IsZero() bool { return p == Parent{} }

// String returns p as a traceparent header.
func (p Parent) String() string {
	flags := "00"
	if p.Sampled {
		flags = "01"
	}
	return "00-" + hex.EncodeToString(p.Trace[:]) + "-" + hex.EncodeToString(p.Span[:]) + "-" + flags
}

// MarshalText is encoding.TextMarshaler's.
func (p Parent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is encoding.TextUnmarshaler's.
func (p *Parent) UnmarshalText(text []byte) error {
	read, ok := Parse(string(text))
	if !ok {
		return fmt.Errorf("%q is no traceparent", text)
	}
	*p = read
	return nil
}

// Delivery returns the span of the delivery of an exchange of the trace p to a receiver. It
// follows from its arguments, so that every daemon, every try and every replay names the
// same span to the receiver. An exchange without a trace gets one with its own id, flagged
// as sampled, since receivers that follow their caller would otherwise record nothing.
func (p Parent) Delivery(exchange [16]byte, receiver string) Parent {
	if p.IsZero() {
		p = Parent{Trace: exchange, Sampled: true}
	}
	sum := sha256.Sum256(append(append([]byte(nil), exchange[:]...), receiver...))
	copy(p.Span[:], sum[:])
	return p
}

// key is that of a Parent in a context.
type key struct{}

// With returns a context in which [From] finds p.
func With(ctx context.Context, p Parent) context.Context { return context.WithValue(ctx, key{}, p) }

// Continue returns a context with the parent that a header names, or ctx if it names
// none.
func Continue(ctx context.Context, header string) context.Context {
	if p, ok := Parse(header); ok {
		return With(ctx, p)
	}
	return ctx
}

// From returns the Parent of a context, or the zero Parent.
func From(ctx context.Context) Parent {
	p, _ := ctx.Value(key{}).(Parent)
	return p
}
