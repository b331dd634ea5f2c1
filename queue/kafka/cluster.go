package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"beibu/queue"
)

// How long a request may take, how long the broker waits for something to
// tell, and how long this side waits before it asks again after an error.
const (
	requestTime = 10 * time.Second
	pollTime    = 500 * time.Millisecond
	retryTime   = 50 * time.Millisecond
)

// A cluster is what the queue asks of Kafka, beside the writer.
type cluster struct {
	Connection
	options  Options
	client   *kafkago.Client
	fetcher  *kafkago.Client // without a bound on time of its own
	restarts atomic.Int64    // of what stood still
	awaited  atomic.Value    // string: what Open waits for; "" or nil when it is through
}

// wait says what Open waits for from now on; "" ends it.
func (c *cluster) wait(what string) {
	c.awaited.Store(what)
	c.failed(nil)
}

// failed passes on, while Open waits, that an attempt failed and is made again.
func (c *cluster) failed(err error) {
	if what, _ := c.awaited.Load().(string); what != "" && c.options.Waiting != nil {
		c.options.Waiting(what, err)
	}
}

// tell passes on what went wrong and was overcome.
func (c *cluster) tell(err error) {
	if c.options.Warn != nil {
		c.options.Warn(err)
	}
}

func newCluster(o Options) (*cluster, error) {
	connection, err := Connect(o)
	if err != nil {
		return nil, err
	}
	return &cluster{
		Connection: connection, options: o,
		client:  &kafkago.Client{Addr: kafkago.TCP(o.Brokers...), Timeout: requestTime, Transport: connection.Transport},
		fetcher: &kafkago.Client{Addr: kafkago.TCP(o.Brokers...), Transport: connection.Transport},
	}, nil
}

// writer makes the one writer. All replicas answer before it does: the zero
// value would not wait for any.
func (c *cluster) writer() *kafkago.Writer {
	return &kafkago.Writer{
		Addr:         c.client.Addr,
		Transport:    c.Transport,
		Balancer:     parcels(c.options.balancer()),
		RequiredAcks: kafkago.RequireAll,
		BatchTimeout: time.Millisecond,
		BatchSize:    64,
		BatchBytes:   int64(max(c.options.MaxBody, maxEvents) + overhead),
		MaxAttempts:  3,

		WriteBackoffMin: retryTime,
		WriteBackoffMax: 4 * retryTime,

		WriteTimeout: requestTime,
		ReadTimeout:  requestTime,
		Compression:  kafkago.Zstd,
		Completion:   placed,
	}
}

// balancer sends a key always to the same partition, by the hash of Kafka's
// own clients. It must never change, for the key would be decided once more
// elsewhere; so it goes by the number recorded and not by the partitions that
// the brokers happen to name.
func (o Options) balancer() kafkago.Balancer {
	all := make([]int, o.Partitions)
	for p := range all {
		all[p] = p
	}
	names := o.topics()
	return kafkago.BalancerFunc(func(m kafkago.Message, _ ...int) int {
		if m.Topic == names.body || m.Topic == names.log {
			return kafkago.Murmur2Balancer{}.Balance(m, all...)
		}
		return 0
	})
}

// A record is one message read.
type record struct {
	offset     int64
	key, value []byte
}

// errBeyond says that an offset is not in a partition (any more, or yet).
var errBeyond = errors.New("offset outside the partition")

// An answer is what a broker hands out of a partition.
type answer struct {
	first   int64 // offset of the oldest record that the partition holds
	records []record
}

// How many bytes of a partition a broker is asked for at a time. It hands out no
// less than a whole batch. The client takes 64 KiB of memory for each batch, and a
// log that was written document by document has a batch of some 400 bytes for each:
// then mostRead becomes 10 MiB, for every partition that is consumed.
const (
	oneBatch = 1
	mostRead = 64 << 10
)

// fetch reads records of a partition from offset on, about so many bytes,
// waiting for the first one for up to pollTime. It returns none where there is
// none.
func (c *cluster) fetch(ctx context.Context, topic string, partition int, offset, most int64) (answer, error) {
	answered, cancel := context.WithTimeout(ctx, pollTime+c.options.Stall) // the watchdog: a connection gone silent is left
	defer cancel()
	r, err := c.fetcher.Fetch(answered, &kafkago.FetchRequest{
		Topic: topic, Partition: partition, Offset: offset, MinBytes: 1, MaxBytes: most, MaxWait: pollTime,
	})
	if ctx.Err() == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)) {
		c.restarts.Add(1)
		c.tell(fmt.Errorf("fetch of %s/%d from offset %d got no answer within %s, retrying over another connection", topic, partition, offset, pollTime+c.options.Stall))
	}
	if err == nil {
		err = r.Error
	}
	if errors.Is(err, kafkago.OffsetOutOfRange) {
		return answer{}, fmt.Errorf("read %s/%d at %d: %w", topic, partition, offset, errBeyond)
	}
	if err != nil {
		return answer{}, fmt.Errorf("read %s/%d at %d: %w", topic, partition, offset, err)
	}
	records, err := readAll(r.Records, offset)
	return answer{r.LogStartOffset, records}, err
}

// readAll copies records out of an answer. It may begin before offset, since a
// broker hands out whole batches.
func readAll(reader kafkago.RecordReader, offset int64) (records []record, err error) {
	for {
		r, err := reader.ReadRecord()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read records: %w", err)
		}
		key, err := readBytes(r.Key)
		if err != nil {
			return nil, err
		}
		value, err := readBytes(r.Value)
		if err != nil {
			return nil, err
		}
		if r.Offset >= offset {
			records = append(records, record{r.Offset, key, value})
		}
	}
}

func readBytes(b protocol.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	all, err := protocol.ReadAll(b)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return all, b.Close()
}

// errHeldBack says that a broker has an offset and does not hand it out: a new
// leader does so only when it has heard from its followers.
var errHeldBack = errors.New("the record is not handed out yet")

// read is fetch for those who want a record that is known to have been there,
// and what follows it: it asks again, within the time of a request, where a
// leader has moved or a broker is away. It returns one at least, or errBeyond.
func (c *cluster) read(ctx context.Context, topic string, partition int, offset, most int64) (records []record, err error) {
	err = c.persist(ctx, func(ctx context.Context) error {
		a, err := c.fetch(ctx, topic, partition, offset, most)
		if records = a.records; err == nil && len(records) == 0 {
			return fmt.Errorf("read %s/%d at %d: %w", topic, partition, offset, errHeldBack)
		}
		return err
	})
	return records, err
}

// A span is the first offset of a partition and the one after its last.
type span struct{ first, end int64 }

// bounds returns the span of a partition.
func (c *cluster) bounds(ctx context.Context, topic string, partition int) (first, end int64, err error) {
	spans, err := c.spans(ctx, map[string][]int{topic: {partition}})
	if err != nil {
		return 0, 0, err
	}
	s := spans[topic][partition]
	return s.first, s.end, nil
}

// spans returns the spans of partitions, by topic and partition. Every one that
// was asked for is there.
func (c *cluster) spans(ctx context.Context, partitions map[string][]int) (spans map[string]map[int]span, err error) {
	err = c.persist(ctx, func(ctx context.Context) error {
		spans, err = c.trySpans(ctx, partitions)
		return err
	})
	return spans, err
}

// persist asks again until there is an answer, or the time of a request is
// over.
func (c *cluster) persist(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	return c.insist(ctx, ask)
}

// insist asks again until there is an answer or ctx ends: a broker that is away
// comes back, or another becomes the leader.
func (c *cluster) insist(ctx context.Context, ask func(context.Context) error) error {
	for {
		err := ask(ctx)
		if err == nil || hopeless(err) {
			return err
		}
		c.failed(err)
		if !pause(ctx) {
			return err
		}
	}
}

// hopeless tells whether asking again would bring the same answer.
func hopeless(err error) bool {
	_, tooLarge := errors.AsType[kafkago.MessageTooLargeError](err)
	return tooLarge || errors.Is(err, kafkago.MessageSizeTooLarge) || errors.Is(err, errBeyond) || errors.Is(err, queue.ErrUnavailable)
}

func (c *cluster) trySpans(ctx context.Context, partitions map[string][]int) (map[string]map[int]span, error) {
	wanted := make(map[string][]kafkago.OffsetRequest)
	for topic, all := range partitions {
		for _, p := range all {
			wanted[topic] = append(wanted[topic], kafkago.FirstOffsetOf(p), kafkago.LastOffsetOf(p))
		}
	}
	r, err := c.client.ListOffsets(ctx, &kafkago.ListOffsetsRequest{Topics: wanted})
	if err != nil {
		return nil, fmt.Errorf("ask for bounds: %w", err)
	}
	spans := make(map[string]map[int]span)
	for topic, all := range partitions {
		spans[topic] = make(map[int]span)
		for _, p := range r.Topics[topic] {
			if p.Error != nil {
				return nil, fmt.Errorf("ask %s/%d for its bounds: %w", topic, p.Partition, p.Error)
			}
			spans[topic][p.Partition] = span{p.FirstOffset, p.LastOffset}
		}
		for _, p := range all {
			if _, answered := spans[topic][p]; !answered {
				return nil, fmt.Errorf("ask %s/%d for its bounds: no answer", topic, p)
			}
		}
	}
	return spans, nil
}

// pause waits before an attempt is made again. It is false when ctx ends.
func pause(ctx context.Context) bool {
	timer := time.NewTimer(retryTime)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
