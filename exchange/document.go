package exchange

import (
	"crypto/sha256"
	"time"
)

// A Document is what a party sent: its bytes, never altered, and who sent them.
type Document struct {
	Bytes    []byte
	Sender   string // the party, as the door established it
	Received time.Time
}

// Digest returns D, the SHA-256 of the bytes received.
func (d Document) Digest() [sha256.Size]byte { return sha256.Sum256(d.Bytes) }
