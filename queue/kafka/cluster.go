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

// How long a request may take, how long a broker waits for new records, and the
// time between a failed request and the next attempt.
const (
	requestTime = 10 * time.Second
	pollTime    = 500 * time.Millisecond
	retryTime   = 50 * time.Millisecond
)

// A cluster makes the requests of the queue to Kafka, except for those of the
// writer.
type cluster struct {
	Connection
	options  Options
	client   *kafkago.Client
	fetcher  *kafkago.Client // without a bound on time of its own
	restarts atomic.Int64    // of fetches and dispatches without progress
	awaited  atomic.Value    // string: what Open waits for; "" or nil when it has returned
}

// wait sets what Open waits for from now on; "" ends it.
func (c *cluster) wait(what string) {
	c.awaited.Store(what)
	c.attemptFailed(nil)
}

// attemptFailed reports, while Open waits, that an attempt failed and is repeated.
func (c *cluster) attemptFailed(err error) {
	if what, _ := c.awaited.Load().(string); what != "" && c.options.Waiting != nil {
		c.options.Waiting(what, err)
	}
}

// warn reports an error after which the queue continues.
func (c *cluster) warn(err error) {
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

// writer makes a writer to a topic. All replicas answer before it does: the zero value
// would not wait for any. It never makes a batch larger than the topic takes, also if
// nothing in it can be compressed.
func (c *cluster) writer(topic string) *kafkago.Writer {
	compression := recordCompression
	if names := c.options.topics(); topic == names.body || topic == names.kept {
		compression = bodyCompression
	}
	return &kafkago.Writer{
		Addr:         c.client.Addr,
		Transport:    c.Transport,
		Balancer:     tracking(c.options.balancer()),
		RequiredAcks: kafkago.RequireAll,
		BatchTimeout: time.Millisecond,
		BatchSize:    64,
		BatchBytes:   int64(c.wanted()[topic][1] - overhead/2),
		MaxAttempts:  3,

		WriteBackoffMin: retryTime,
		WriteBackoffMax: 4 * retryTime,

		WriteTimeout: requestTime,
		ReadTimeout:  requestTime,
		Compression:  compression,
		Completion:   written,
	}
}

// produce appends records without keys to a partition of a topic, by one request. The
// partition then has all of them, in their order and next to each other, or none of
// them. Nobody knows which if the brokers do not answer, and they may append them late.
func (c *cluster) produce(ctx context.Context, topic string, partition int, values ...[]byte) error {
	records := make([]kafkago.Record, len(values))
	for i, value := range values {
		records[i].Value = kafkago.NewBytes(value)
	}
	r, err := c.client.Produce(ctx, &kafkago.ProduceRequest{
		Topic: topic, Partition: partition, RequiredAcks: kafkago.RequireAll, Compression: recordCompression,
		Records: kafkago.NewRecordReader(records...),
	})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return fmt.Errorf("append to %s/%d: %w", topic, partition, err)
	}
	return nil
}

// balancer assigns a key always to the same partition, by the hash of Kafka's own
// clients. It must never change, because the key would then be decided once more in
// another partition. So it uses the number of partitions that is recorded, and not
// the partitions that the brokers return.
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

// errBeyond means that an offset is not in a partition (any more, or yet).
var errBeyond = errors.New("offset outside the partition")

// An answer is the response of a broker to a fetch of a partition.
type answer struct {
	first   int64 // offset of the oldest record that the partition has
	records []record
}

// How many bytes of a partition a fetch asks for. A broker returns at least a whole
// batch. The client takes 64 KiB of memory for each batch, and a
// log that was written document by document has a batch of some 400 bytes for each:
// then mostRead becomes 10 MiB, for every partition that is consumed.
const (
	oneBatch = 1
	mostRead = 64 << 10
)

// fetch reads records of a partition from offset on, about so many bytes,
// and waits for the first one for up to pollTime. It returns no records if there are
// none.
func (c *cluster) fetch(ctx context.Context, topic string, partition int, offset, most int64) (answer, error) {
	answered, cancel := context.WithTimeout(ctx, pollTime+c.options.Stall) // the watchdog: a connection gone silent is left
	defer cancel()
	r, err := c.fetcher.Fetch(answered, &kafkago.FetchRequest{
		Topic: topic, Partition: partition, Offset: offset, MinBytes: 1, MaxBytes: most, MaxWait: pollTime,
	})
	if ctx.Err() == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)) {
		c.restarts.Add(1)
		c.warn(fmt.Errorf("fetch of %s/%d from offset %d got no answer within %s, retrying over another connection", topic, partition, offset, pollTime+c.options.Stall))
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

// readAll copies the records of an answer from offset on. An answer may begin before
// offset, since a broker returns whole batches.
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

// errHeldBack means that a broker has an offset and does not return it yet: a new
// leader returns it only when its followers have confirmed it.
var errHeldBack = errors.New("the broker does not return the record yet")

// read fetches a record that is known to have been there, and those that follow it.
// It retries for requestTime, because a leader may have moved or a broker may be
// away. It returns at least one record, or errBeyond.
func (c *cluster) read(ctx context.Context, topic string, partition int, offset, most int64) (records []record, err error) {
	err = c.retryBriefly(ctx, func(ctx context.Context) error {
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
	err = c.retryBriefly(ctx, func(ctx context.Context) error {
		spans, err = c.trySpans(ctx, partitions)
		return err
	})
	return spans, err
}

// retryBriefly calls ask until it succeeds, for at most requestTime.
func (c *cluster) retryBriefly(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	return c.retry(ctx, ask)
}

// retry calls ask until it succeeds, fails permanently, or ctx ends: a broker that
// is away comes back, or another becomes the leader.
func (c *cluster) retry(ctx context.Context, ask func(context.Context) error) error {
	for {
		err := ask(ctx)
		if err == nil || permanent(err) {
			return err
		}
		c.attemptFailed(err)
		if !pause(ctx) {
			return err
		}
	}
}

// permanent reports whether another attempt would fail with the same error.
func permanent(err error) bool {
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
		return nil, fmt.Errorf("read the bounds of topics: %w", err)
	}
	spans := make(map[string]map[int]span)
	for topic, all := range partitions {
		spans[topic] = make(map[int]span)
		for _, p := range r.Topics[topic] {
			if p.Error != nil {
				return nil, fmt.Errorf("read the bounds of %s/%d: %w", topic, p.Partition, p.Error)
			}
			spans[topic][p.Partition] = span{p.FirstOffset, p.LastOffset}
		}
		for _, p := range all {
			if _, answered := spans[topic][p]; !answered {
				return nil, fmt.Errorf("read the bounds of %s/%d: no answer", topic, p)
			}
		}
	}
	return spans, nil
}

// pause waits for retryTime before the next attempt. It returns false if ctx ends
// first. The wait is constant, so that a new leader is found soon, and no backoff/v5.
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
