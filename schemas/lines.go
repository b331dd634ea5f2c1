package schemas

import (
	"bytes"
	"sort"
)

// lineStep is how many lines one entry of a lineIndex covers. A document
// may be nothing but lines, and the index of it must stay small.
const lineStep = 256

// A lineIndex turns offsets in a document into lines and columns and back.
type lineIndex struct {
	doc   []byte
	first int   // offset of the first column: behind a byte order mark, which is not counted
	marks []int // offsets of lines 1, 1+lineStep, 1+2*lineStep …
}

func indexLines(doc []byte) lineIndex {
	x := lineIndex{doc: doc, first: len(doc) - len(withoutMark(doc)), marks: []int{0}}
	for i, line := 0, 1; ; {
		n := bytes.IndexByte(doc[i:], '\n')
		if n < 0 {
			return x
		}
		i += n + 1
		if line++; line%lineStep == 1 {
			x.marks = append(x.marks, i)
		}
	}
}

// offset returns the offset of a line and column, both from 1, or the nearest
// one that there is.
func (x lineIndex) offset(line, column int) int {
	if line < 1 {
		return x.first
	}
	nearest := min((line-1)/lineStep, len(x.marks)-1)
	at := x.marks[nearest]
	for left := line - 1 - nearest*lineStep; left > 0; left-- {
		n := bytes.IndexByte(x.doc[at:], '\n')
		if n < 0 {
			return len(x.doc)
		}
		at += n + 1
	}
	if line == 1 {
		at = x.first
	}
	return min(at+max(column, 1)-1, len(x.doc))
}

// position returns the line and column of an offset, both from 1.
func (x lineIndex) position(offset int) (line, column int) {
	nearest := sort.SearchInts(x.marks, offset+1) - 1
	if nearest == 0 {
		offset = max(offset, x.first)
	}
	between := x.doc[x.marks[nearest]:offset]
	start := x.marks[nearest] + bytes.LastIndexByte(between, '\n') + 1
	return nearest*lineStep + bytes.Count(between, []byte("\n")) + 1, offset - max(start, x.first) + 1
}
