package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/cmd/internal/telemetry"
	"beibu/testdata"
)

// The drill of the documentation finds that a backup of a running daemon has everything,
// and notices one that lacks an exchange.
func TestDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs")
	}
	for _, tool := range []string{"bash", "awk", "comm", "shuf", "sha256sum"} {
		if !hasTool(t, tool) {
			t.Skip("SKIPPED: " + tool + " is not installed")
		}
	}
	bin, dir := buildPrograms(t), t.TempDir()
	file := filepath.Join(dir, "beibud.yaml")
	if err := os.WriteFile(file, []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+dir+"/data\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := drilled(t, file)
	submit := func(from, to int) { // and waits until the list has all
		t.Helper()
		s := &served{daemon: d, data: dir + "/data"}
		document, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
		if err != nil {
			t.Fatal(err)
		}
		sender, err := s.as("qinzhou-customs")
		if err != nil {
			t.Fatal(err)
		}
		for i := from; i < to; i++ {
			if _, err := sender.Submit(t.Context(), testdata.Numbered(document.Bytes, "CN/4501/26/00183", fmt.Sprintf("DRILL-%08d", i))); err != nil {
				t.Fatal(err)
			}
		}
		for shown := 0; shown < to; {
			if shown, err = s.shown(); err != nil {
				t.Fatal(err)
			}
		}
	}
	submit(0, 12)
	script, err := filepath.Abs("../../deploy/drill")
	if err != nil {
		t.Fatal(err)
	}
	drill := func(first string) (string, error) {
		command := exec.CommandContext(t.Context(), "bash", script, "--config", file, "--sample", "5")
		command.Env = append(os.Environ(), "PATH="+first+bin+":"+os.Getenv("PATH"), "TMPDIR="+dir,
			"BEIBU_SERVER=http://"+d.Public().String(), "BEIBU_KEY_FILE="+dir+"/data/access/operator.key")
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := drill(""); err != nil || !strings.Contains(out, "nothing is lost: 12 exchanges of before are there, and 5 of them were read and verify") {
		t.Errorf("%v\n%s", err, out)
	}
	older := filepath.Join(dir, "older.tar")
	if code := run(t.Context(), []string{"backup", older, "--config", file}, io.Discard, io.Discard); code != 0 {
		t.Fatal(code)
	}
	submit(12, 13)
	fake := t.TempDir() // a beibud that gives an older backup
	text := "#!/bin/bash\nif [ \"$1\" = backup ]; then cp " + older + " \"$2\"; echo done:; else exec " + bin + "/beibud \"$@\"; fi\n"
	if err := os.WriteFile(filepath.Join(fake, "beibud"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := drill(fake + ":"); err == nil || !strings.Contains(out, "1 exchanges are lost or altered") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "tmp.*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// drilled starts a daemon with a configuration, until the test ends.
func drilled(t *testing.T, file string) *daemon.Daemon {
	t.Helper()
	l, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	d := started(t, l)
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return d
}

// started starts a daemon, which the caller stops.
func started(t *testing.T, l *config.Loaded) *daemon.Daemon {
	t.Helper()
	log, err := telemetry.NewLog(io.Discard, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := daemon.New(t.Context(), l, log)
	if err == nil {
		err = d.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}
