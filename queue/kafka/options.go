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

// Options say where the cluster is and what the topics are to be.
type Options struct {
	Brokers     []string      // host:port, at least one
	Prefix      string        // of topic names and groups; "docs." where empty
	Partitions  int           // of body and log; 6 where 0. Never to be changed
	Replication int           // of every topic; 3 where 0
	MaxBody     int           // bytes of a sealed envelope; 16 MiB where 0
	Unanswered  int           // bytes that may wait for the brokers' answer; 256 MiB where 0, and never less than one message
	Retention   time.Duration // of every topic, at least; for ever where 0
	TLS         *tls.Config   // nil for a plain connection
	Mechanism   string        // of SASL: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN over TLS only; none where empty
	User        string        // for SASL
	Password    string        // for SASL
	Session     time.Duration // after which a silent node loses its partitions; 10 s where 0
	Stall       time.Duration // after which a broker that does not answer is asked anew; 10 s where 0. A dispatch that stands still is begun anew after two to four times as long

	// Shared are the settings that must be the same on every node on the log, by
	// name. The first node to open with a name records the value, and Open fails
	// with a *queue.SettingMismatchError if ours differs.
	Shared map[string]string

	// Memory is a file that keeps what this node has heard of log and events, so
	// that the next Open hears only what is new. Without it all is heard anew. It
	// is one queue's at a time.
	Memory string
	// MemoryEvery is how many records heard make Memory be written again; 50,000
	// where 0. It is written by Close too.
	MemoryEvery int
	// Waiting, unless nil, is called by Open when it begins to wait for something,
	// with what that is and a nil error, and with the error of each attempt that
	// failed and is made again: some twenty times a second. It may be called by
	// several goroutines.
	Waiting func(what string, err error)
	// Warn, unless nil, is told what went wrong and was overcome, such as a
	// Memory that cannot be used. It may be called by several goroutines.
	Warn func(error)
}

// Bounds of what the smaller topics take, in bytes of a message.
const (
	maxRecord = 1 << 20 // of log: an entry with its head
	maxEvents = 8 << 20 // of events: what happened, in one piece
	overhead  = 4 << 10 // of a message beside its value
)

// filled returns o with its defaults, or what is wrong with it.
func (o Options) filled() (Options, error) {
	if len(o.Brokers) == 0 {
		return o, errors.New("no brokers")
	}
	if o.Partitions < 0 || o.Partitions > 1024 {
		return o, fmt.Errorf("%d partitions", o.Partitions)
	}
	if o.Replication < 0 || o.Replication > 16 {
		return o, fmt.Errorf("replication %d", o.Replication)
	}
	if o.Prefix == "" {
		o.Prefix = "docs."
	}
	if o.Partitions == 0 {
		o.Partitions = 6
	}
	if o.Replication == 0 {
		o.Replication = 3
	}
	if o.MaxBody == 0 {
		o.MaxBody = 16 << 20
	}
	if o.Unanswered == 0 {
		o.Unanswered = 256 << 20
	}
	o.Unanswered = max(o.Unanswered, max(o.MaxBody, maxEvents)+overhead)

	if o.Stall == 0 {
		o.Stall = 10 * time.Second
	}
	if o.MemoryEvery == 0 {
		o.MemoryEvery = 50_000
	}
	if o.Session == 0 {
		o.Session = 10 * time.Second
	}
	return o, nil
}

// mechanism is how a connection says who it is, or nil.
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

// topics are the names of the four.
type topics struct{ body, log, events, settings string }

func (o Options) topics() topics {
	return topics{o.Prefix + "body", o.Prefix + "log", o.Prefix + "events", o.Prefix + "settings"}
}
