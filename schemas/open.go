package schemas

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"beibu/schemas/internal/xsdtree"
)

// Bounds of a pack.
const (
	manifestName  = "manifest.yaml"
	maxPackFiles  = 2_000
	maxPackBytes  = 64 << 20 // all files, unpacked
	maxFileBytes  = 16 << 20 // one file, unpacked
	maxZipBytes   = 64 << 20 // the archive
	maxZipRatio   = 200      // unpacked to packed, of a file above ratioFloor
	ratioFloor    = 1 << 20
	maxPackKinds  = 500
	manifestBytes = 1 << 20
)

// OpenPack reads a schema pack from a folder or a zip archive. Only
// manifest.yaml and .xsd files are read. The error lists all mistakes of the
// manifest and of the files, each with its place; whether the schemas fit
// together is found out by NewCatalog.
func OpenPack(name string) (Pack, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Pack{}, fmt.Errorf("open pack: %w", err)
	}
	var files map[string][]byte
	if info.IsDir() {
		files, err = readFolder(name)
	} else {
		files, err = readArchive(name)
	}
	if err != nil {
		return Pack{}, fmt.Errorf("open pack %s: %w", name, err)
	}
	p, err := newPack(files)
	if err != nil {
		return Pack{}, fmt.Errorf("open pack %s: %w", name, err)
	}
	return p, nil
}

// readFolder reads a folder. A link that leads out of it is an error.
func readFolder(name string) (map[string][]byte, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	files, err := readFiles(root.FS())
	return files, errors.Join(err, root.Close())
}

func readArchive(name string) (map[string][]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxZipBytes+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if len(data) > maxZipBytes {
		return nil, fmt.Errorf("the archive is larger than %d MiB", maxZipBytes>>20)
	}
	return readZip(data)
}

// readZip reads an archive that is in memory.
func readZip(data []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(archive.File) > maxPackFiles {
		return nil, fmt.Errorf("more than %d files", maxPackFiles)
	}
	seen := make(map[string]bool)
	for _, f := range archive.File {
		switch name := strings.TrimSuffix(f.Name, "/"); {
		case !fs.ValidPath(name) || strings.ContainsAny(name, "\\:"):
			return nil, fmt.Errorf("%q: a path that leaves the pack", f.Name)
		case seen[name]:
			return nil, fmt.Errorf("%q: is in the archive twice", f.Name)
		case f.UncompressedSize64 > ratioFloor && f.UncompressedSize64/maxZipRatio > f.CompressedSize64:
			return nil, fmt.Errorf("%q: unpacks to more than %d times its size", f.Name, maxZipRatio)
		default:
			seen[name] = true
		}
	}
	return readFiles(archive)
}

// readFiles reads the manifest and the schema files of a tree within the
// bounds of a pack.
func readFiles(tree fs.FS) (map[string][]byte, error) {
	files, total := make(map[string][]byte), 0
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() || name != manifestName && path.Ext(name) != ".xsd" {
			return nil
		}
		data, err := readFile(tree, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files[name] = data
		if total += len(data); total > maxPackBytes || len(files) > maxPackFiles {
			return fmt.Errorf("more than %d files or %d MiB", maxPackFiles, maxPackBytes>>20)
		}
		return nil
	})
	return files, err
}

func readFile(tree fs.FS, name string) ([]byte, error) {
	file, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	limit := maxFileBytes
	if name == manifestName {
		limit = manifestBytes
	}
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("larger than %d MiB", limit>>20)
	}
	return data, nil
}

// readIn returns a reader of files in memory.
func readIn(files map[string][]byte) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		data, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return data, nil
	}
}

// parseAll reads every schema file and lists those that are none.
func parseAll(files map[string][]byte) (map[string]*xsdtree.Node, []error) {
	trees := make(map[string]*xsdtree.Node)
	var broken []error
	for name, data := range files {
		if name == manifestName {
			continue
		}
		tree, err := xsdtree.Parse(bytes.NewReader(data))
		if err != nil {
			broken = append(broken, fmt.Errorf("%s: %w", name, err))
			continue
		}
		trees[name] = tree
	}
	slices.SortFunc(broken, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return trees, broken
}
