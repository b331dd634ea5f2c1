package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// A FolderError is the failure of an operation in a folder.
type FolderError struct {
	Folder string
	Err    error
}

// Error returns the folder and the failure.
func (e *FolderError) Error() string { return e.Folder + ": " + e.Err.Error() }

// Unwrap returns the failure.
func (e *FolderError) Unwrap() error { return e.Err }

// Test writes a file that nobody takes to each of the folders, reads it, and removes it.
// It returns the name, and a [FolderError] for the first folder that fails.
func Test(ctx context.Context, t Tree, folders ...string) (name string, err error) {
	name = ".test-" + rand.Text() + ".tmp"
	for _, folder := range folders {
		if err := test(ctx, t, folder+"/"+name); err != nil {
			return name, &FolderError{Folder: folder, Err: err}
		}
	}
	return name, nil
}

func test(ctx context.Context, t Tree, path string) error {
	want := []byte("beibu.test")
	if err := t.Write(ctx, path, want); err != nil {
		return err
	}
	got, err := t.Read(ctx, path, int64(len(want)))
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("%q was read, %q was written", got, want)
	}
	return errors.Join(err, t.Remove(ctx, path))
}
