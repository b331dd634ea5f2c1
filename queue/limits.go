package queue

import (
	"fmt"
	"time"
)

// The largest values that a queue accepts, in bytes.
const (
	MaxKey      = 512
	MaxName     = 512 // an event's name, and its receiver
	MaxHead     = 64 << 10
	MaxDetail   = 64 << 10
	MaxElection = 100 // the name of an election
)

// Check fails with [ErrInvalid] if s cannot be kept: its key is not 1 to
// MaxKey bytes long, its head is above MaxHead, its body is empty, or the encoded part
// is outside the body.
func (s Submission) Check() error {
	switch {
	case s.Key == "" || len(s.Key) > MaxKey:
		return fmt.Errorf("check submission: key of %d bytes: %w", len(s.Key), ErrInvalid)
	case len(s.Head) > MaxHead:
		return fmt.Errorf("check submission: head of %d bytes: %w", len(s.Head), ErrInvalid)
	case len(s.Body) == 0:
		return fmt.Errorf("check submission: no body: %w", ErrInvalid)
	case s.Encoded.At < 0 || s.Encoded.End() > len(s.Body):
		return fmt.Errorf("check submission: encoded part to byte %d of %d: %w", s.Encoded.End(), len(s.Body), ErrInvalid)
	}
	return nil
}

// CheckBody fails with [ErrInvalid] if a body cannot be kept under a key.
func CheckBody(key string, body []byte) error {
	return Submission{Key: key, Body: body}.Check()
}

// Check fails with [ErrInvalid] if e cannot be kept: its subject is of no known
// kind or has no id of that kind, its name or receiver is above MaxName, its
// detail above MaxDetail, or its attempt below 0.
func (e Event) Check() error {
	if err := e.Subject.check(); err != nil {
		return err
	}
	switch {
	case len(e.Name) > MaxName || len(e.Receiver) > MaxName:
		return fmt.Errorf("check event: name or receiver too long: %w", ErrInvalid)
	case len(e.Detail) > MaxDetail:
		return fmt.Errorf("check event: detail of %d bytes: %w", len(e.Detail), ErrInvalid)
	case e.Attempt < 0:
		return fmt.Errorf("check event: attempt %d: %w", e.Attempt, ErrInvalid)
	}
	return nil
}

// CheckElection fails with [ErrInvalid] if an election cannot have this name.
func CheckElection(name string) error {
	if name == "" || len(name) > MaxElection {
		return fmt.Errorf("check election: name of %d bytes: %w", len(name), ErrInvalid)
	}
	return nil
}

// CheckKept fails with [ErrInvalid] if bytes cannot be kept until a time: there are none,
// or the time is over now.
func CheckKept(content []byte, until, now time.Time) error {
	switch {
	case len(content) == 0:
		return fmt.Errorf("check bytes to keep: there are none: %w", ErrInvalid)
	case !until.After(now):
		return fmt.Errorf("check bytes to keep: their time is over: %w", ErrInvalid)
	}
	return nil
}

// Stored returns t as a queue keeps it: to the microsecond, in UTC.
func Stored(t time.Time) time.Time {
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// Entry returns s as the log keeps it.
func (s Submission) Entry(position, body int64) Entry {
	return Entry{
		Position: position,
		ID:       s.ID,
		Key:      s.Key,
		Digest:   s.Digest,
		Token:    s.Token,
		At:       Stored(s.At),
		Head:     s.Head,
		Body:     body,
		Decoded:  s.Decoded,
	}
}
