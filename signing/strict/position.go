package strict

import "bytes"

// Position turns an offset into a line and a byte column, both from 1. A byte order
// mark is not counted. A line ends as XML 1.0 §2.11 says: at LF, at CR LF, or at CR
// alone.
func Position(b []byte, offset int) (line, column int) {
	before := b[:min(offset, len(b))]
	if n := len(before); n > 0 && n < len(b) && before[n-1] == '\r' && b[n] == '\n' {
		before = before[:n-1] // in the middle of a CR LF
	}
	line = 1 + bytes.Count(before, []byte{'\n'})
	if returns := bytes.Count(before, []byte{'\r'}); returns > 0 {
		line += returns - bytes.Count(before, []byte("\r\n"))
	}
	start := lineStart(before)
	if start == 0 && bytes.HasPrefix(b, byteOrderMark) {
		start = min(offset, len(byteOrderMark))
	}
	return line, offset - start + 1
}

// lineStart returns the offset at which the last line of b starts. It reads a block at a
// time, since a line may be as long as a document, and a document may have some
// hundred faults in it.
func lineStart(b []byte) int {
	const block = 4 << 10
	for end := len(b); end > 0; end -= block {
		from := max(0, end-block)
		if last := b[from:end]; bytes.IndexByte(last, '\n') >= 0 || bytes.IndexByte(last, '\r') >= 0 {
			return from + bytes.LastIndexAny(last, "\r\n") + 1
		}
	}
	return 0
}
