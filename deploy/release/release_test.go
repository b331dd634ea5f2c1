package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"beibu/testdata"
)

// The archive of this platform is built without a network, twice with the same
// bytes, and its daemon starts in an empty folder.
func TestRelease(t *testing.T) {
	if !testdata.Long() {
		t.Skip("SKIPPED: links all programs twice; set BEIBU_LONG=1")
	}
	t.Setenv("GOPROXY", "off")
	var archives [2][]byte
	platform := runtime.GOOS + "/" + runtime.GOARCH
	name := "beibu-" + runtime.GOOS + "-" + runtime.GOARCH
	for i := range archives {
		out := t.TempDir()
		if err := release(t.Context(), "../..", out, []string{platform}, io.Discard); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(out, name+".tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		archives[i] = content
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("two runs gave different bytes")
	}
	empty := t.TempDir()
	unpack(t, archives[0], empty)
	starts(t, empty, filepath.Join(empty, name))
	var sbom bill
	text, err := os.ReadFile(filepath.Join(empty, name, "sbom.cdx.json"))
	if err == nil {
		err = json.Unmarshal(text, &sbom)
	}
	if err != nil || len(sbom.Components) < 20 {
		t.Errorf("list of contents: %d components, %v", len(sbom.Components), err)
	}
	for _, c := range sbom.Components {
		if len(c.Licenses) == 0 {
			t.Errorf("%s: the licence is not recognised: add a phrase of it", c.Name)
		}
	}
}

// unpack writes the files of an archive to a folder.
func unpack(t *testing.T, archive []byte, folder string) {
	t.Helper()
	packed, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(packed); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		name := filepath.Join(folder, filepath.FromSlash(head.Name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(name), 0o700)
		}
		if err == nil {
			err = os.WriteFile(name, content, head.FileInfo().Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// starts has the daemon of an unpacked archive serve until the command line of the
// archive reads its version.
func starts(t *testing.T, folder, archive string) {
	t.Helper()
	settings := filepath.Join(folder, "ports.yaml")
	if err := os.WriteFile(settings, []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := exec.CommandContext(t.Context(), filepath.Join(archive, "beibud"), "run", "--config", settings)
	daemon.Dir = folder
	daemon.Env = []string{"HOME=" + folder}
	daemon.WaitDelay = time.Minute
	log, err := daemon.StderrPipe()
	if err == nil {
		err = daemon.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(log)
	for {
		var line struct{ Msg, Public string }
		if err := lines.Decode(&line); err != nil {
			t.Fatalf("the daemon ended before it served: %v", err)
		}
		if line.Msg != "serving" {
			continue
		}
		call := exec.CommandContext(t.Context(), filepath.Join(archive, "beibuctl"),
			"--server", "http://"+line.Public, "--key-file", filepath.Join(folder, "beibu-data", "access", "operator.key"), "version")
		call.Dir = folder
		if said, err := call.CombinedOutput(); err != nil || strings.Count(string(said), "\n") < 2 {
			t.Errorf("version: %v\n%s", err, said)
		}
		break
	}
	if err := daemon.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, log)
	if err := daemon.Wait(); err != nil {
		t.Errorf("the daemon did not end well: %v", err)
	}
}

// Every page that the documentation links to is in the archive, and the same
// files give the same bytes in whatever order they are read.
func TestArchives(t *testing.T) {
	pages, err := documentation("../..")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range pages {
		names[f.name] = true
	}
	for _, name := range []string{"README.md", "deploy/docs/zh/README.md", "deploy/docs/picture.svg", "deploy/docs/examples/java/Client.java", "exchange/rules/RULES.md"} {
		if !names[name] {
			t.Errorf("%s is not in the archive", name)
		}
	}
	a, b := file{name: "a", mode: 0o755, content: []byte("1")}, file{name: "b/c", mode: 0o644}
	for form, pack := range map[string]func(string, []file) ([]byte, error){"tar": tarred, "zip": zipped} {
		one, err := pack("x", []file{a, b})
		if err != nil {
			t.Fatal(err)
		}
		if other, err := pack("x", []file{b, a}); err != nil || !bytes.Equal(one, other) {
			t.Errorf("%s: another order gives other bytes: %v", form, err)
		}
	}
}

func TestIdentifyLicence(t *testing.T) {
	for want, text := range map[string]string{
		"Apache-2.0":   "                              Apache License\n   Version 2.0",
		"BSD-3-Clause": "Redistribution and use in source and binary forms … Neither the name\nof Google",
		"BSD-2-Clause": "Redistribution and use in source\nand binary forms, with or without",
		"MIT":          "MIT License … Permission is hereby granted, free of charge, to any person",
		"ISC":          "Permission to use, copy, modify, and distribute this software\nfor any purpose",
		"":             "all rights reserved",
	} {
		if got := identify([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
