package main

import (
	"bytes"
	"cmp"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A module is part of the programs. Its sum is that of go.sum.
type module struct{ path, version, sum string }

// standard is the name of Go's standard library among the modules.
const standard = "std"

// modulesOf returns the modules that the toolchain recorded in the programs of a
// folder: the project and the standard library, then the others by path.
func modulesOf(bin string, programs []file) ([]module, error) {
	own, version := module{}, ""
	found := map[string]module{}
	for _, p := range programs {
		info, err := buildinfo.ReadFile(filepath.Join(bin, p.name))
		if err != nil {
			return nil, fmt.Errorf("read modules of %s: %w", p.name, err)
		}
		own = module{path: info.Main.Path, version: info.Main.Version}
		version, _, _ = strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ")
		for _, m := range info.Deps {
			found[m.Path] = module{m.Path, m.Version, m.Sum}
		}
	}
	others := slices.SortedFunc(maps.Values(found), func(a, b module) int { return cmp.Compare(a.path, b.path) })
	return append([]module{own, {path: standard, version: version}}, others...), nil
}

// folder returns where the files of a module are.
func (m module) folder(goroot, cache string) string {
	if m.path == standard {
		return goroot
	}
	return filepath.Join(cache, filepath.FromSlash(escaped(m.path))+"@"+escaped(m.version))
}

// escaped returns a path or version as the module cache writes it: "!a" for "A".
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// licences returns the folder of a module's licences in the archive.
func (m module) licences() string { return "licences/" + m.path + "@" + m.version }

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)`)

// licencesOf reads the licences of modules from the module cache, and that of Go. A
// module without any is an error. The project's own is with the documentation.
func licencesOf(ctx context.Context, modules []module) ([]file, error) {
	said, err := exec.CommandContext(ctx, "go", "env", "-json", "GOROOT", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("find the module cache: %w", err)
	}
	var env struct{ GOROOT, GOMODCACHE string }
	if err := json.Unmarshal(said, &env); err != nil {
		return nil, fmt.Errorf("find the module cache: %w", err)
	}
	var all []file
	for _, m := range modules[1:] {
		own, err := licencesIn(m.folder(env.GOROOT, env.GOMODCACHE), m.licences())
		if err != nil {
			return nil, fmt.Errorf("read licence of %s: %w", m.path, err)
		}
		if len(own) == 0 {
			return nil, fmt.Errorf("module %s %s has no licence", m.path, m.version)
		}
		all = append(all, own...)
	}
	return all, nil
}

// licencesIn reads the licences at the top of a folder.
func licencesIn(folder, prefix string) ([]file, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var all []file
	for _, entry := range entries {
		if entry.IsDir() || !licenceName.MatchString(entry.Name()) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, file{name: path.Join(prefix, entry.Name()), mode: 0o644, content: content})
	}
	return all, nil
}

// phrases are what texts of licences say, by SPDX identifier, in the order in which
// they are tried.
var phrases = []struct{ id, phrase string }{
	{"Apache-2.0", "Apache License"},
	{"MPL-2.0", "Mozilla Public License"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-3-Clause", "names of its contributors may"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"ISC", "Permission to use, copy, modify, and/or distribute"},
	{"ISC", "Permission to use, copy, modify, and distribute"},
}

// identify returns the SPDX identifier of a text, or "".
func identify(text []byte) string {
	text = bytes.Join(bytes.Fields(text), []byte(" "))
	for _, p := range phrases {
		if bytes.Contains(text, []byte(p.phrase)) {
			return p.id
		}
	}
	return ""
}
