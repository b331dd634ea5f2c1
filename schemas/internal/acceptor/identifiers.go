package acceptor

import "bytes"

// identify notes an xs:ID, and reports whether it can be kept.
func (w *walk) identify(id []byte) bool {
	if !isNCName(id) || len(id) > longestID || w.ids == mostIdentifiers {
		return false
	}
	w.identifiers = append(append(w.identifiers, id...), '\n')
	w.ids++
	return true
}

// distinct reports whether no xs:ID is in the document twice.
func (w *walk) distinct() bool {
	for rest := w.identifiers; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		id := rest[:end+1]
		rest = rest[end+1:]
		for more := rest; len(more) > 0; {
			end := bytes.IndexByte(more, '\n')
			if bytes.Equal(more[:end+1], id) {
				return false
			}
			more = more[end+1:]
		}
	}
	return true
}
