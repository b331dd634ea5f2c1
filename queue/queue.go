package queue

import (
	"context"
	"time"
)

// A Submission is what intake wants kept: one attempt to submit one document.
type Submission struct {
	ID     [16]byte  // the exchange id, computed from Key and Digest
	Key    string    // whose first entry in the log owns it; 1 to 512 bytes
	Digest [32]byte  // SHA-256 of the bytes that the sender sent
	Token  [16]byte  // new for every attempt: tells this attempt from its rivals
	At     time.Time // when it was accepted, kept to the microsecond, in UTC
	Head   []byte    // header facts, opaque here; at most 64 KiB
	Body   []byte    // the sealed envelope
}

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
	// Admit keeps s durably and returns the entry that owns s.Key. The
	// attempt owns it where the entry's token is s.Token. Where an owner
	// stands already, nothing of s need be kept. It fails with ErrInvalid
	// where s is outside the limits, and with ErrUnavailable where the
	// decision cannot be had before ctx ends.
	Admit(ctx context.Context, s Submission) (Entry, error)
	// Owned returns the entry that owns a key, if this node knows of one, and
	// ErrNotFound otherwise. It keeps nothing, reserves nothing and waits for
	// no decision: a key without an entry may be owned all the same, and only
	// Admit says whose it is. What Admit has returned on this node is known to
	// it. It fails with ErrUnavailable if the entry cannot be read.
	Owned(ctx context.Context, key string) (Entry, error)
}

// A Dispatcher hands each owning entry on once it is decided.
type Dispatcher interface {
	// Dispatch calls handle with batches of owning entries in log order, one
	// batch at a time, until ctx ends, which is no error. The events that
	// handle returns are made durable together with the fact that the batch
	// is done; a crash in between hands the batch over again, so handle must
	// return the same events for the same entries. An error of handle ends
	// Dispatch with that error and leaves the batch undone. It may end with
	// ErrUnavailable too; called again it goes on where it stood.
	Dispatch(ctx context.Context, handle func(context.Context, []Entry) ([]Event, error)) error
}

// An Appender records what happened.
type Appender interface {
	// Append makes events durable, all or none, in their order, and returns a
	// sequence at or after theirs: a follower that has received the record up
	// to it has received them. The exchanges of events must be in the record
	// already: the caller has received them by Follow. Events of other subjects
	// may be appended at any time. Append fails with ErrInvalid if an event is
	// outside the limits or all are too many for one piece, and with
	// ErrUnavailable if the outcome is not known; the events may then be in the
	// record all the same.
	Append(ctx context.Context, events ...Event) (sequence int64, err error)
}

// Undispatched is what is decided and the record does not tell yet: a decision
// stands once it is made, and may be told no sooner than it is dispatched.
type Undispatched interface {
	// Decided returns the owning entry of an exchange that the record does not
	// tell yet, or ErrNotFound. What Admit has returned before, on any node, is
	// returned, or else the record tells it up to the Head that is asked for
	// afterwards. It fails with ErrUnavailable where that cannot be known.
	Decided(ctx context.Context, id [16]byte) (Entry, error)
}

// A Change is one step of the record: an entry or an event, never both.
type Change struct {
	Sequence int64  // place in the record, from 1, rising, with gaps allowed
	Entry    *Entry // an owning entry, or nil
	Event    *Event // an event, or nil
}

// A Feed tells the whole record, to fold an index from.
type Feed interface {
	// Follow calls fold with batches of changes whose sequence is above
	// after, in order, waiting for new ones, until ctx ends, which is no
	// error. An entry comes before every event of its exchange, and need not
	// be told before it is dispatched. An error of fold ends Follow with that
	// error.
	Follow(ctx context.Context, after int64, fold func(context.Context, []Change) error) error
	// Head returns the sequence of the newest change, or 0.
	Head(ctx context.Context) (int64, error)
}

// Bodies gives sealed envelopes back.
type Bodies interface {
	// Body returns the bytes at a position, or ErrNotFound. They are not to be
	// changed: others may get the same. A node that has them in memory may give
	// them out for a while after their retention.
	Body(ctx context.Context, position int64) ([]byte, error)
}

// Elections give each task that one node does for all to one node at a time.
type Elections interface {
	// RunAsLeader calls lead while this caller is the leader of an election.
	// An election has one leader at a time, over all nodes that share the
	// queue; the other callers wait. The context of lead ends with ctx, and
	// also when another caller becomes the leader; lead must return soon then,
	// and RunAsLeader calls it again when this caller is elected again. If lead
	// returns while this caller is the leader, RunAsLeader returns the same
	// error. The end of ctx is no error. A node that was cut off may still run
	// lead when the next leader begins, so what lead does must be safe to do
	// twice. RunAsLeader fails with ErrInvalid if the name of the election is
	// not 1 to MaxElection bytes long, and with ErrUnavailable if the queue
	// ends.
	RunAsLeader(ctx context.Context, election string, lead func(context.Context) error) error
}

// A Queue is the whole of it, as the daemon wires it.
type Queue interface {
	Admitter
	Dispatcher
	Appender
	Feed
	Bodies
	Elections
	Undispatched
	Close() error
}
