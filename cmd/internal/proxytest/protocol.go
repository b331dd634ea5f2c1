package proxytest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// Raw takes what comes at a time for a message.
func Raw() Protocol { return &raw{} }

type raw struct{ client, server []byte }

// Read is Protocol's.
func (r *raw) Read(from io.Reader, server bool) (Message, error) {
	buffer := &r.client
	if server {
		buffer = &r.server
	}
	if *buffer == nil {
		*buffer = make([]byte, 64<<10)
	}
	n, err := from.Read(*buffer)
	if n > 0 {
		err = nil // the next call returns it
	}
	return Message{FromServer: server, Bytes: (*buffer)[:n]}, err
}

// The requests of Kafka that tests act on.
const (
	Produce      = 0
	Fetch        = 1
	OffsetCommit = 8
)

// largestFrame bounds a message of Kafka, in bytes.
const largestFrame = 128 << 20

// Kafka cuts a connection into the requests and answers of Kafka's protocol, and
// finds the request of each answer by its correlation id.
func Kafka() Protocol { return &kafka{asked: make(map[int32][]byte)} }

type kafka struct {
	mu    sync.Mutex
	asked map[int32][]byte // requests not yet answered; guarded by mu
}

// Read is Protocol's.
func (k *kafka) Read(from io.Reader, server bool) (Message, error) {
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return Message{}, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n < 8 && !server || n < 4 || n > largestFrame {
		return Message{}, fmt.Errorf("a frame of %d bytes", n)
	}
	frame := append(size[:], make([]byte, n)...)
	if _, err := io.ReadFull(from, frame[4:]); err != nil {
		return Message{}, err
	}
	m := Message{FromServer: server, Bytes: frame}
	k.mu.Lock()
	defer k.mu.Unlock()
	if server {
		id := int32(binary.BigEndian.Uint32(frame[4:]))
		m.Request = k.asked[id]
		delete(k.asked, id)
		return m, nil
	}
	k.asked[int32(binary.BigEndian.Uint32(frame[8:]))] = frame
	return m, nil
}

// Asks reports whether a request of Kafka, or the one that is answered, is of a
// kind and names a topic.
func (m Message) Asks(kind int16, topic string) bool {
	request := m.Bytes
	if m.FromServer {
		request = m.Request
	}
	return len(request) > 12 && int16(binary.BigEndian.Uint16(request[4:])) == kind &&
		bytes.Contains(request, []byte(topic))
}
