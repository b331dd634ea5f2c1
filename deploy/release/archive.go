package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// A file is one entry of an archive.
type file struct {
	name    string // with slashes, below the archive's folder
	mode    fs.FileMode
	content []byte
}

// modified is the time of every entry, so that the same content gives the same
// bytes. A zip has no earlier one.
var modified = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// imageUser is the user of the image, as deploy/Dockerfile has it.
const imageUser = 65532

// readAll reads all files of a folder.
func readAll(folder string, mode fs.FileMode) ([]file, error) {
	var all []file
	tree := os.DirFS(folder)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		all = append(all, file{name: name, mode: mode, content: content})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read files of the archive: %w", err)
	}
	return all, nil
}

func sorted(files []file) []file {
	return slices.SortedFunc(slices.Values(files), func(a, b file) int { return cmp.Compare(a.name, b.name) })
}

// volume returns a tar with the folder of an image that its volume begins as: it belongs
// to the image's user alone. A Dockerfile from scratch cannot make an empty folder.
func volume() ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	head := &tar.Header{Typeflag: tar.TypeDir, Name: "var/lib/beibu/", Mode: 0o700, Uid: imageUser, Gid: imageUser, ModTime: modified}
	if err := errors.Join(w.WriteHeader(head), w.Close()); err != nil {
		return nil, fmt.Errorf("write folder of the image's volume: %w", err)
	}
	return out.Bytes(), nil
}

// tarred returns files as a compressed tar.
func tarred(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	w := tar.NewWriter(packed)
	for _, f := range sorted(files) {
		head := &tar.Header{Name: path.Join(folder, f.name), Mode: int64(f.mode), Size: int64(len(f.content)), ModTime: modified}
		if err := w.WriteHeader(head); err != nil {
			return nil, fmt.Errorf("write archive: %w", err)
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, fmt.Errorf("write archive: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write archive: %w", err)
	}
	if err := packed.Close(); err != nil {
		return nil, fmt.Errorf("write archive: %w", err)
	}
	return out.Bytes(), nil
}

// zipped returns files as a zip.
func zipped(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range sorted(files) {
		head := &zip.FileHeader{Name: path.Join(folder, f.name), Method: zip.Deflate, Modified: modified}
		head.SetMode(f.mode)
		entry, err := w.CreateHeader(head)
		if err != nil {
			return nil, fmt.Errorf("write archive: %w", err)
		}
		if _, err := entry.Write(f.content); err != nil {
			return nil, fmt.Errorf("write archive: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write archive: %w", err)
	}
	return out.Bytes(), nil
}
