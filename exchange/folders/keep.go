package folders

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"

	"beibu/exchange/files"
)

// What is beside a document in sent, and beside what is in failed.
const (
	receiptSuffix = ".receipt.json"
	problemSuffix = ".problem.json"
)

// kept is a file that is to be kept in another folder.
type kept struct {
	from  string // its path
	size  int64
	name  string            // that it is to have
	token string            // that no other file has
	sum   [sha256.Size]byte // of its bytes; zero if they were not read
}

// names are those that the file may have, the first that is free.
func (k kept) names() []string {
	if k.sum == [sha256.Size]byte{} {
		return []string{k.name, added(k.name, k.token)}
	}
	return []string{k.name, added(k.name, hex.EncodeToString(k.sum[:8])), added(k.name, k.token)}
}

// keep moves a file to a folder, with an answer beside it, which is there first. What has
// its name and its bytes is the same file. If the name is taken by another, the digest is
// added to it, or else the token.
func (w *watch) keep(ctx context.Context, k kept, folder, suffix string, answer []byte) error {
	err := w.keepAs(ctx, k, folder, suffix, answer)
	if errors.Is(err, fs.ErrExist) { // another daemon took the name, perhaps for this very file
		err = w.keepAs(ctx, k, folder, suffix, answer)
	}
	if w.isGone(ctx, err, folder) { // another daemon was faster
		return nil
	}
	if err != nil {
		return &files.FolderError{Folder: folder, Err: err}
	}
	return nil
}

func (w *watch) keepAs(ctx context.Context, k kept, folder, suffix string, answer []byte) error {
	tree := w.place.Tree
	for _, name := range k.names() {
		path := folder + "/" + name
		there, err := w.at(ctx, path, k)
		if err != nil {
			return err
		}
		if there == another {
			continue
		}
		if err := tree.Write(ctx, path+suffix, answer); err != nil {
			return err
		}
		if there == same {
			return tree.Remove(ctx, k.from)
		}
		return tree.Move(ctx, k.from, path)
	}
	return fs.ErrExist
}

// occupancy is what is at a path.
type occupancy int

const (
	nothing occupancy = iota
	same              // a file with the same bytes
	another
)

// at returns what is at a path where a file is to be kept.
func (w *watch) at(ctx context.Context, path string, k kept) (occupancy, error) {
	most := k.size
	if k.sum == [sha256.Size]byte{} {
		most = 0 // nothing is the same
	}
	content, err := w.place.Tree.Read(ctx, path, most)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nothing, nil
	case errors.Is(err, files.ErrIrregular), errors.Is(err, files.ErrTooLarge):
		return another, nil
	case err != nil:
		return another, err
	case sha256.Sum256(content) == k.sum:
		return same, nil
	}
	return another, nil
}
