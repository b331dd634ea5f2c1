package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"beibu/schemas/internal/xsdtree"
)

// A module is all that is said about one target namespace.
type module struct {
	space   string
	schema  *xsdtree.Node   // of the first file: its form defaults
	parts   []*xsdtree.Node // the global components of all its files
	imports map[string]bool
}

// readAll reads every schema file of the folders and jars.
func readAll(from []string) (map[string]*module, error) {
	if len(from) == 0 {
		return nil, errors.New("name the folders or jars of the official set")
	}
	modules := make(map[string]*module)
	for _, name := range from {
		if err := readSource(name, modules); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return modules, nil
}

func readSource(name string, modules map[string]*module) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return readTree(os.DirFS(name), modules)
	}
	jar, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	return errors.Join(readTree(jar, modules), jar.Close())
}

func readTree(tree fs.FS, modules map[string]*module) error {
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".xsd" {
			return err
		}
		file, err := tree.Open(name)
		if err != nil {
			return err
		}
		schema, err := xsdtree.Parse(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		add(modules, schema)
		return nil
	})
}

func add(modules map[string]*module, schema *xsdtree.Node) {
	space := schema.Attrs["targetNamespace"]
	m := modules[space]
	if m == nil {
		m = &module{space: space, schema: schema, imports: make(map[string]bool)}
		modules[space] = m
	}
	for _, part := range schema.Children {
		switch part.Kind {
		case "import":
			m.imports[part.Attrs["namespace"]] = true
		case "include": // both files say so themselves
		default:
			m.parts = append(m.parts, part)
		}
	}
}
