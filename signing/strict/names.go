package strict

// names gives elements of the same name the same string, across documents, so
// that a document of a known kind costs no string a name.
type names map[string]string

// What is kept of names: enough for every kind of document. One with more, or
// with longer ones, is a stranger's, and clears the table.
const (
	namesKept   = 2048
	longestKept = 64
)

// intern returns name as a string.
func (n *names) intern(name []byte) string {
	if known, ok := (*n)[string(name)]; ok {
		return known
	}
	text := string(name)
	if len(name) > longestKept {
		return text
	}
	if *n == nil {
		*n = make(names)
	} else if len(*n) >= namesKept {
		clear(*n)
	}
	(*n)[text] = text
	return text
}
