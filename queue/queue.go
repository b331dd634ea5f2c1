package queue

import (
	"context"
	"encoding/base64"
	"time"
)

// A Submission is one attempt to submit one document.
type Submission struct {
	ID     [16]byte  // the exchange id, computed from Key and Digest
	Key    string    // the first entry of a key in the log owns it; 1 to 512 bytes
	Digest [32]byte  // SHA-256 of the bytes that the sender sent
	Token  [16]byte  // new for every attempt, to distinguish it from others of the same key
	At     time.Time // when it was accepted, kept to the microsecond, in UTC
	Head   []byte    // header facts, opaque here; at most 64 KiB
	Body   []byte    // the sealed envelope
	// Encoded is the part of Body that is base64, if there is one. Who submits makes sure
	// that it is right: a queue may store it in place of what Body has there.
	Encoded Encoded
	// Decoded is what Head decodes to, or nil. It is never stored, and must not change: a
	// queue that still has the entry in memory returns it with the entry, so that this
	// process need not decode what it has just encoded.
	Decoded any
}

// An Encoded part of a body is the base64 of bytes that are fewer and compress better.
type Encoded struct {
	At    int    // the offset of the base64 in the body
	Bytes []byte // what [base64.StdEncoding] encodes there, or nothing
}

// End returns the offset of the end of the base64 in the body.
func (e Encoded) End() int { return e.At + base64.StdEncoding.EncodedLen(len(e.Bytes)) }

// An Entry is a submission as the log keeps it.
type Entry struct {
	Position int64 // place in the log, from 1, rising, with gaps allowed
	ID       [16]byte
	Key      string
	Digest   [32]byte
	Token    [16]byte
	At       time.Time
	Head     []byte
	Body     int64 // position of the body
	Decoded  any   // of the submission, or nil: what Head says decides
}

// An Event is one thing that happened to its subject. For an exchange that is a
// step after its admission.
type Event struct {
	Subject  Subject   // what the event is about
	Receiver string    // the party that an event of a delivery concerns, or ""
	Name     string    // what happened; to an exchange, in the words of ETSI EN 319 522
	Attempt  int       // which attempt to deliver, from 1, or 0
	At       time.Time // kept to the microsecond, in UTC
	Detail   []byte    // opaque here; at most 64 KiB
}

// An Admitter decides who owns a document number.
type Admitter interface {
	// Admit stores s durably and returns the entry that owns s.Key. The attempt
	// owns the key if the token of the entry is s.Token. If the key has an owner
	// already, Admit need not store s. Admit fails with [ErrInvalid] if s is
	// outside the limits, and with [ErrUnavailable] if the key is not decided
	// before ctx ends. The caller may change the bytes of s once Admit has returned.
	Admit(ctx context.Context, s Submission) (Entry, error)
	// Owned returns the entry that owns a key if this node knows it, and
	// [ErrNotFound] otherwise. It stores nothing, reserves nothing and waits for
	// no decision: a key without an entry may have an owner on another node, and
	// only Admit decides. It knows every entry that Admit has returned on this
	// node. It fails with [ErrUnavailable] if the entry cannot be read.
	Owned(ctx context.Context, key string) (Entry, error)
}

// A Dispatcher calls a handler with each owning entry when it is decided.
type Dispatcher interface {
	// Dispatch calls handle with batches of owning entries in log order, one
	// batch at a time, until ctx ends, which is no error. It makes the events
	// that handle returns durable together with the fact that the batch is done.
	// After a crash in between it calls handle with the batch again, so handle
	// must return the same events for the same entries. If handle fails, Dispatch
	// returns that error and the batch is not done. Dispatch may also fail with
	// [ErrUnavailable]; the next call continues behind the last batch that is
	// done.
	Dispatch(ctx context.Context, handle func(context.Context, []Entry) ([]Event, error)) error
}

// An Appender records what happened.
type Appender interface {
	// Append makes events durable, all or none, in their order, and returns a
	// sequence at or after theirs: a follower that has received the record up
	// to it has received them. The exchanges of events must be in the record
	// already: the caller has received them by Follow. Events of other subjects
	// may be appended at any time. Append fails with [ErrInvalid] if an event is
	// outside the limits or all are too many for one piece, and with
	// [ErrUnavailable] if the outcome is not known; the events may then be in the
	// record all the same.
	Append(ctx context.Context, events ...Event) (sequence int64, err error)
}

// Undispatched finds entries that are decided and pending dispatch: a decision is final
// as soon as it is made, and a queue may publish it in the record only when it is
// dispatched.
type Undispatched interface {
	// Decided returns the owning entry of an exchange that is not in the record
	// yet, or [ErrNotFound]. It returns every entry that Admit has returned
	// before, on any node, unless the record contains the entry up to the Head
	// that is read afterwards. It fails with [ErrUnavailable] if it cannot know.
	Decided(ctx context.Context, id [16]byte) (Entry, error)
}

// A Change is one step of the record: an entry or an event, never both. A queue may
// return the same pointers to several callers, which must not change what they point to.
type Change struct {
	Sequence int64  // place in the record, from 1, rising, with gaps allowed
	Entry    *Entry // an owning entry, or nil
	Event    *Event // an event, or nil
}

// A Feed returns the whole record in order, from which an index is folded.
type Feed interface {
	// Follow calls fold with batches of changes whose sequence is above after,
	// in order, and waits for new ones, until ctx ends, which is no error. An
	// entry comes before every event of its exchange; a queue may publish it only
	// when it is dispatched. fold must not change them, because other followers may
	// get the same. If fold fails, Follow returns that error.
	Follow(ctx context.Context, after int64, fold func(context.Context, []Change) error) error
	// Head returns the sequence of the newest change, or 0.
	Head(ctx context.Context) (int64, error)
}

// Bodies returns sealed envelopes.
type Bodies interface {
	// Body returns the bytes at a position, or [ErrNotFound]. The caller must not
	// change them, because other callers may get the same. A node that has them in
	// memory may return them for a while after their retention.
	Body(ctx context.Context, position int64) ([]byte, error)
}

// A Keeper keeps bytes for a time, outside the log and the record: they own no key, and
// nobody follows them. Who keeps them notes their position.
type Keeper interface {
	// Keep makes bytes durable until a time and returns their position, at which every
	// node can read them until then. It fails with [ErrInvalid] if [CheckKept] does, or
	// if the queue does not keep anything for as long, and with [ErrUnavailable] if the
	// outcome is not known: the bytes may then be kept all the same, and end at their
	// time. The caller may change them once Keep has returned.
	Keep(ctx context.Context, content []byte, until time.Time) (position int64, err error)
	// Kept returns the bytes at a position. It fails with [ErrNotFound] if there are none
	// or if their time is over, by the clock of this node, also if the store has yet to
	// remove them. It fails with [ErrUnavailable] if they cannot be read.
	Kept(ctx context.Context, position int64) ([]byte, error)
}

// A BodyAdder keeps further envelopes of documents that the log has.
type BodyAdder interface {
	// AddBody stores body durably and returns its position for [Bodies.Body]. It enters
	// neither log nor record: an event has to name the position. The key is that of the
	// document. AddBody fails with [ErrInvalid] if body is empty or outside the limits, and
	// with [ErrUnavailable] if the outcome is not known; a body that nothing names does no
	// harm. The caller may change the bytes once AddBody has returned.
	AddBody(ctx context.Context, key string, body []byte) (position int64, err error)
}

// Elections elect the one node that does a task for all nodes.
type Elections interface {
	// RunAsLeader calls lead while this caller is the leader of an election.
	// An election has one leader at a time, over all nodes that share the
	// queue; the other callers wait. The context of lead ends with ctx, and
	// also when another caller becomes the leader; lead must return soon then,
	// and RunAsLeader calls it again when this caller is elected again. If lead
	// returns while this caller is the leader, RunAsLeader returns the same
	// error. The end of ctx is no error. A node that was cut off may still run
	// lead when the next leader begins, so what lead does must be safe to do
	// twice. RunAsLeader fails with [ErrInvalid] if the name of the election is
	// not 1 to MaxElection bytes long, and with [ErrUnavailable] if the
	// queue ends.
	RunAsLeader(ctx context.Context, election string, lead func(context.Context) error) error
}

// A Queue has all of these interfaces, as the daemon uses them.
type Queue interface {
	Admitter
	Dispatcher
	Appender
	Feed
	Bodies
	BodyAdder
	Keeper
	Elections
	Undispatched
	Settings
	Close() error
}
