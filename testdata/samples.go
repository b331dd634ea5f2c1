// Package testdata holds sample documents of every kind, good and bad, for the
// tests, for the demo, and for those who want to try the exchange.
//
// Names, companies and numbers in them are invented.
package testdata

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// files holds KIND/good/NAME.xml, and KIND/bad/NAME.xml with the faults
// expected of it, in document order, in KIND/bad/NAME.faults: a line each of
// code, line and path.
//
//go:embed documents
var files embed.FS

// A Sample is one document.
type Sample struct {
	Kind   string
	Name   string // such as "durian-youyiguan"
	Good   bool
	Bytes  []byte
	Faults string // the content of the .faults file
}

// Samples returns every sample, by kind and name.
func Samples() ([]Sample, error) {
	var all []Sample
	err := fs.WalkDir(files, "documents", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".xml" {
			return err
		}
		folder, base := path.Split(file)
		s := Sample{
			Kind: path.Base(path.Dir(path.Clean(folder))), Name: strings.TrimSuffix(base, ".xml"),
			Good: path.Base(folder) == "good",
		}
		if s.Bytes, err = files.ReadFile(file); err != nil {
			return err
		}
		if faults, err := files.ReadFile(strings.TrimSuffix(file, ".xml") + ".faults"); err == nil {
			s.Faults = string(faults)
		}
		all = append(all, s)
		return nil
	})
	return all, err
}

// Find returns the sample of a kind with a name.
func Find(kind, name string) (Sample, error) {
	all, err := Samples()
	if err != nil {
		return Sample{}, err
	}
	for _, s := range all {
		if s.Kind == kind && s.Name == name {
			return s, nil
		}
	}
	return Sample{}, fmt.Errorf("find sample %s of %s: %w", name, kind, fs.ErrNotExist)
}

// Numbered returns a copy of a document with another number, which replaces
// the old one wherever it is the whole text of an element.
func Numbered(document []byte, old, number string) []byte {
	return bytes.ReplaceAll(document, []byte(">"+old+"<"), []byte(">"+number+"<"))
}

// Long reports whether tests run in full, as CI has it: BEIBU_LONG=1. Without it,
// all tests together are to take less than five minutes on two cores: those that take
// minutes by themselves are skipped, and those that repeat something, such as
// killing a daemon, do it less often.
func Long() bool { return os.Getenv("BEIBU_LONG") == "1" }
