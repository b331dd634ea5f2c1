package folders

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"beibu/exchange/files"
)

// separator is between the token and the name of a document in work.
const separator = "~"

// token is what rand.Text returns.
var token = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// A document is one that was moved to work.
type document struct {
	files.File        // as it is in work
	token      string // no other document has it
	name       string // that the party gave it, or one in its place that can be shown
	misnamed   bool
}

// documentOf returns the document that a file in work is.
func documentOf(f files.File) document {
	first, name, _ := strings.Cut(f.Name, separator)
	if !token.MatchString(first) { // somebody else put it there
		first, name = digest(f.Name), f.Name
	}
	d := document{File: f, token: first, name: shown(name)}
	d.misnamed = unnamed.MatchString(d.name)
	return d
}

// path returns where the document is.
func (d document) path() string { return files.Work + "/" + d.Name }

// unnamed is what [shown] puts in the place of a name.
var unnamed = regexp.MustCompile(`^unnamed-[0-9a-f]{16}$`)

// shown returns a name, or one in its place if it cannot be shown or is that of an
// answer.
func shown(name string) string {
	if files.IsName(name) && !strings.HasSuffix(name, receiptSuffix) && !strings.HasSuffix(name, problemSuffix) {
		return name
	}
	return "unnamed-" + digest(name)
}

// digest returns the beginning of a SHA-256, as a part of names.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// added returns a name with an addition before its ending.
func added(name, addition string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 1 {
		i = len(name)
	}
	return name[:i] + "-" + addition + name[i:]
}
