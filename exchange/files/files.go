// Package files is the small file system through which documents and deliveries go in
// folders of parties: on this machine ([Local]), or on a server of theirs (package
// sftp). One contract suite (package filestest) checks both.
package files

import (
	"context"
	"errors"
	"io/fs"
	"time"
	"unicode"
	"unicode/utf8"
)

// The folders of a party.
const (
	Out     = "out"     // in which the party puts the documents that it sends
	Work    = "work"    // documents that are being decided
	Sent    = "sent"    // documents that were accepted, each with its receipt
	Failed  = "failed"  // what was refused, each with its problem
	In      = "in"      // deliveries
	Answers = "answers" // in which the party puts its answers to deliveries
)

// ToSend returns the folders of a party that sends documents.
func ToSend() []string { return []string{Out, Work, Sent, Failed} }

// ToReceive returns the folders of a party that receives deliveries.
func ToReceive() []string { return []string{In, Answers, Failed} }

// The names of the files of a delivery, after the exchange id. *.xml are the documents
// alone.
const (
	DocumentSuffix = ".xml"
	EnvelopeSuffix = ".envelope"
	MetadataSuffix = ".json"
)

// Delivery returns the paths of all files of a delivery.
func Delivery(id string) []string {
	at := In + "/" + id
	return []string{at + DocumentSuffix, at + EnvelopeSuffix, at + MetadataSuffix}
}

// A File is what a folder has under a name, unless that is a folder.
type File struct {
	Name    string
	Size    int64
	Changed time.Time
	Regular bool // no link, pipe, socket or device
}

// A Tree has the folders of one party. A path is a folder, a slash and a name. It is
// safe for concurrent use, and several daemons may use the same. Errors are those of
// package fs and of this package; [Class] names them.
type Tree interface {
	// List returns what is in a folder and has a name that is wanted, in no order, and
	// at most MaxListed.
	List(ctx context.Context, folder string, wanted func(name string) bool) ([]File, error)
	// Read returns the bytes of a file. It fails with ErrIrregular if that is no regular
	// file, and with ErrTooLarge if it has more than most bytes. It follows no link.
	Read(ctx context.Context, path string, most int64) ([]byte, error)
	// Write makes a file, or replaces it: whole and durable, or not at all.
	Write(ctx context.Context, path string, content []byte) error
	// Move moves a file, whole or not at all. It fails with fs.ErrExist if the target
	// is there. A link is moved as such.
	Move(ctx context.Context, from, to string) error
	// Remove removes a file. It is no error if it is not there.
	Remove(ctx context.Context, path string) error
}

// MaxListed is how many files a listing has at most.
const MaxListed = 10_000

// MaxName is the longest name of a document, in bytes. What is added to it for
// receipts, and while it is written, fits into the 255 bytes of file systems.
const MaxName = 200

// The errors beside those of package fs.
var (
	ErrIrregular = errors.New("no regular file")
	ErrTooLarge  = errors.New("the file is larger")
	ErrFull      = errors.New("no room")
	ErrConnect   = errors.New("no connection")
	ErrHostKey   = errors.New("the server has another host key")
	ErrLogin     = errors.New("the server refuses the login")
)

// What comes of an operation, and the classes of failures, as timelines and tests of
// parties show them.
const (
	ClassWritten   = "written"
	ClassMissing   = "folder-missing"
	ClassDenied    = "folder-denied"
	ClassFull      = "folder-full"
	ClassIrregular = "folder-irregular"
	ClassConnect   = "connect"
	ClassHostKey   = "host-key"
	ClassLogin     = "login"
	ClassTimeout   = "timeout"
	ClassOther     = "folder-error"
)

// classes are the errors by class. The first that fits counts.
var classes = []struct {
	err   error
	class string
}{
	{ErrHostKey, ClassHostKey},
	{ErrLogin, ClassLogin},
	{context.DeadlineExceeded, ClassTimeout},
	{ErrConnect, ClassConnect},
	{ErrFull, ClassFull},
	{ErrIrregular, ClassIrregular},
	{fs.ErrNotExist, ClassMissing},
	{fs.ErrPermission, ClassDenied},
}

// Class names the failure of an operation.
func Class(err error) string {
	for _, one := range classes {
		if errors.Is(err, one.err) {
			return one.class
		}
	}
	return ClassOther
}

// Refused reports whether the failure of an operation lasts until somebody changes
// something at the folders.
func Refused(err error) bool {
	switch Class(err) {
	case ClassMissing, ClassDenied, ClassHostKey, ClassLogin, ClassIrregular:
		return true
	}
	return false
}

// None wants no name: a listing then says whether the folder is there.
func None(string) bool { return false }

// IsName reports whether a document may have a name: one that leads nowhere else, that
// people can read, and to which more can be added.
func IsName(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > MaxName || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if r == '/' || r == '\\' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return false
		}
	}
	return true
}
