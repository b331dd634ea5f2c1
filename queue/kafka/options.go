package kafka

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Options describe the cluster and the topics. Brokers, Prefix, Partitions,
// Replication, MaxBody, Unanswered and Session are required.
type Options struct {
	Brokers     []string      // host:port, at least one
	Prefix      string        // of topic names and groups
	Partitions  int           // of body and log. It must never change
	Replication int           // of every topic
	MaxBody     int           // bytes of a sealed envelope
	Unanswered  int           // bytes of messages that wait for an acknowledgement, and at least one message
	Retention   time.Duration // of every topic but kept, at least; unlimited if 0
	Kept        time.Duration // the longest that [Queue.Keep] keeps bytes, which is the retention of their topic; if 0, it keeps none, and there is no such topic
	TLS         *tls.Config   // nil for a plain connection
	Mechanism   string        // of SASL: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN over TLS only; none if empty
	User        string        // for SASL
	Password    string        // for SASL
	Session     time.Duration // after which a silent node loses its partitions
	Stall       time.Duration // after which a request without an answer is retried; 10 s if 0. A dispatch without progress is restarted after two to four times as long

	// Shared are the settings that must be the same on every node that uses the
	// log, by name. The first node that opens the queue with a name records the
	// value, and Open fails with a [*queue.SettingMismatchError] if ours differs.
	Shared map[string]string

	// Snapshot is the path of a file for the state of this node's consumers, so that
	// the next Open consumes only what is new. Without it, Open consumes log and
	// events from their beginnings. One queue at a time may use the file.
	Snapshot string
	// SnapshotEvery is after how many consumed records a snapshot is saved; 50,000
	// if 0. Close saves one too.
	SnapshotEvery int
	// Waiting, unless nil, is called by Open when it begins to wait for something,
	// with the name of that and a nil error, and after each failed attempt with its
	// error: about twenty times a second. Several goroutines may call it.
	Waiting func(what string, err error)
	// Warn, unless nil, is called with errors after which the queue continues, such
	// as a Snapshot that cannot be used. Several goroutines may call it.
	Warn func(error)
}

// The largest messages of the smaller topics, in bytes.
const (
	maxRecord = 1 << 20 // of log: an entry with its head
	maxEvents = 8 << 20 // of events: one message
	overhead  = 4 << 10 // of a message beside its value
	framing   = 32      // of a message in a request with others, at most
)

// filled returns o with defaults for what is not required, or what is wrong with it.
func (o Options) filled() (Options, error) {
	if len(o.Brokers) == 0 {
		return o, errors.New("no brokers")
	}
	if o.Partitions < 1 || o.Partitions > 1024 {
		return o, fmt.Errorf("%d partitions", o.Partitions)
	}
	if o.Replication < 1 || o.Replication > 16 {
		return o, fmt.Errorf("replication %d", o.Replication)
	}
	if o.Prefix == "" || o.MaxBody <= 0 || o.Unanswered <= 0 || o.Session <= 0 {
		return o, fmt.Errorf("prefix %q, bodies of %d bytes, %d bytes unanswered, a session of %s: one is missing",
			o.Prefix, o.MaxBody, o.Unanswered, o.Session)
	}
	o.Unanswered = max(o.Unanswered, max(o.MaxBody, maxEvents)+overhead)

	if o.Stall == 0 {
		o.Stall = 10 * time.Second
	}
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = 50_000
	}
	return o, nil
}

// mechanism returns how a connection authenticates, or nil.
func (o Options) mechanism() (sasl.Mechanism, error) {
	switch o.Mechanism {
	case "":
		return nil, nil
	case "SCRAM-SHA-512":
		return scram.Mechanism(scram.SHA512, o.User, o.Password)
	case "SCRAM-SHA-256":
		return scram.Mechanism(scram.SHA256, o.User, o.Password)
	case "PLAIN":
		if o.TLS == nil {
			return nil, errors.New("mechanism PLAIN would show the password: it needs TLS")
		}
		return plain.Mechanism{Username: o.User, Password: o.Password}, nil
	}
	return nil, fmt.Errorf("unknown mechanism %q", o.Mechanism)
}

// group is the name of the consumer group that dispatches.
func (o Options) group() string { return o.Prefix + "dispatch" }

// election is the consumer group of an election. Its name says "duty" since the
// first version; access lists of brokers name it.
func (o Options) election(name string) string { return o.Prefix + "duty." + name }

// topics are the names of the five.
type topics struct{ body, log, events, settings, kept string }

func (o Options) topics() topics {
	return topics{o.Prefix + "body", o.Prefix + "log", o.Prefix + "events", o.Prefix + "settings", o.Prefix + "kept"}
}
