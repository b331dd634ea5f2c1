package sqlitefile

import (
	"encoding/binary"
	"errors"
	"math/bits"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

var errMemory = errors.New("sqlite: out of memory")

// take takes memory of the engine's, which the collector neither moves nor frees.
func (c *Conn) take(size int) (uintptr, error) {
	p := sqlite3.Xsqlite3_malloc64(c.tls, uint64(size)) //nolint:gosec // no size is negative
	if p == 0 {
		return 0, errMemory
	}
	return p, nil
}

func (c *Conn) free(p uintptr) { sqlite3.Xsqlite3_free(c.tls, p) }

// pointer returns the pointer that do writes to memory of the engine's.
func (c *Conn) pointer(do func(to uintptr)) (uintptr, error) {
	const size = bits.UintSize / 8
	at, err := c.take(size)
	if err != nil {
		return 0, err
	}
	defer c.free(at)
	memory := libc.GoBytes(at, size)
	clear(memory)
	do(at)
	if size == 4 {
		return uintptr(binary.NativeEndian.Uint32(memory)), nil
	}
	return uintptr(binary.NativeEndian.Uint64(memory)), nil
}
