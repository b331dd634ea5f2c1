package kafka

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
)

// Bodies take nearly all of the room, and shrink to a quarter with Zstandard. The small
// records of the other topics shrink little with either, and LZ4 costs a node and the
// brokers a fifth of the time for a batch of them.
const (
	bodyCompression   = kafkago.Zstd
	recordCompression = kafkago.Lz4
)

// How far back a batch refers to itself. Encoders and decoders take memory for it,
// whatever the size of a batch, and several batches are written and read at once.
// Batches are seldom larger than these. kafka-go takes 8 MiB and 4 MiB: most of the
// memory of a node was for that.
const (
	zstdWindow = 512 << 10
	lz4Block   = lz4.Block64Kb
)

// kafka-go reads its table of codecs without a lock, so that the table is changed
// before anything can read it.
func init() { //nolint:gochecknoinits // kafka-go has no other way to set the memory of an encoder
	compress.Codecs[compress.Zstd] = &codec{Codec: &compress.ZstdCodec, idle: sync.Pool{New: newZstd}}
	compress.Codecs[compress.Lz4] = &codec{Codec: &compress.Lz4Codec, idle: sync.Pool{New: newLZ4}}
}

// A codec is one of kafka-go, whose encoders take less memory.
type codec struct {
	compress.Codec
	idle sync.Pool // of encoder
}

type encoder interface {
	io.WriteCloser
	Reset(to io.Writer)
}

func newZstd() any {
	e, err := zstd.NewWriter(nil, zstd.WithWindowSize(zstdWindow), zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return e
}

func newLZ4() any {
	w := lz4.NewWriter(nil)
	if err := w.Apply(lz4.BlockSizeOption(lz4Block)); err != nil {
		panic(err) // the option is constant
	}
	return w
}

// NewWriter returns a writer that compresses what it is given into to. Its Close must
// be called once.
func (c *codec) NewWriter(to io.Writer) io.WriteCloser {
	e := c.idle.Get().(encoder) //nolint:forcetypeassert // New makes them
	e.Reset(to)
	return compressing{e, c}
}

// A compressing is an encoder for one batch.
type compressing struct {
	encoder
	from *codec
}

// Close ends the batch and gives the encoder back.
func (c compressing) Close() error {
	err := c.encoder.Close()
	c.Reset(nil)
	c.from.idle.Put(c.encoder)
	return err //nolint:wrapcheck // kafka-go's caller wraps it
}
