package topics

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go/protocol"
)

// batch holds records at offsets.
func batch(offsets ...int64) protocol.RecordReader {
	var all []protocol.Record
	for _, offset := range offsets {
		all = append(all, protocol.Record{Offset: offset, Value: protocol.NewBytes([]byte("v"))})
	}
	return &protocol.RecordBatch{Records: protocol.NewRecordReader(all...)}
}

// Whatever compaction has left of a topic, reading continues, and nothing is read
// twice.
func TestReadAll(t *testing.T) {
	mark := &protocol.ControlBatch{Records: protocol.NewRecordReader(protocol.Record{Offset: 7})}
	for name, test := range map[string]struct {
		stream []protocol.RecordReader
		read   []int64
		next   int64
	}{
		"nothing":                {nil, nil, 5},
		"all":                    {[]protocol.RecordReader{batch(5, 6), batch(7)}, []int64{5, 6, 7}, 8},
		"a batch from before":    {[]protocol.RecordReader{batch(3, 4, 5, 6)}, []int64{5, 6}, 7},
		"a gap":                  {[]protocol.RecordReader{batch(4, 9)}, []int64{9}, 10},
		"a batch without an end": {[]protocol.RecordReader{batch(3, 4)}, nil, 6},
		"an empty batch":         {[]protocol.RecordReader{batch()}, nil, 6},
		"a mark":                 {[]protocol.RecordReader{batch(6), mark}, []int64{6}, 8},
	} {
		records, next, err := readAll(&protocol.RecordStream{Records: test.stream}, position{"topic", 2, 5})
		var read []int64
		for _, r := range records {
			read = append(read, r.offset)
		}
		if diff := cmp.Diff(test.read, read); diff != "" || next != test.next || err != nil {
			t.Errorf("%s: next %d, want %d, %v\n%s", name, next, test.next, err, diff)
		}
	}
}
