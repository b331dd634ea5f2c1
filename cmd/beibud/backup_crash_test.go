package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/backup"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/crashtest"
	"beibu/cmd/internal/daemon"
)

// killed is what the commands are killed over: a daemon that has accepted documents.
type killed struct {
	t       *testing.T
	dir     string
	command func(args ...string) *exec.Cmd
	served  *served
	folders int // that were restored into
}

// accepted is how many documents the daemon has.
const accepted = 5

func newKilled(t *testing.T, command func(args ...string) *exec.Cmd) *killed {
	t.Helper()
	k := &killed{t: t, dir: t.TempDir(), command: command}
	k.served = k.serve(k.configuration("data"))
	t.Cleanup(func() {
		if err := k.served.daemon.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	if err := k.served.accept(accepted); err != nil {
		t.Fatal(err)
	}
	return k
}

// configuration writes a configuration with a data folder, and returns its path.
func (k *killed) configuration(data string) string {
	k.t.Helper()
	file := filepath.Join(k.dir, data+".yaml")
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %q\n", filepath.Join(k.dir, data))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
	return file
}

// serve starts a daemon.
func (k *killed) serve(configuration string) *served {
	k.t.Helper()
	loaded, err := config.Load(configuration)
	if err != nil {
		k.t.Fatal(err)
	}
	d, err := daemon.New(k.t.Context(), loaded, zap.NewNop())
	if err == nil {
		err = d.Start(k.t.Context())
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return &served{daemon: d, data: loaded.Data}
}

// beibud runs a command in this process to its end.
func (k *killed) beibud(args ...string) (code int, out string) {
	ctx, cancel := context.WithTimeout(k.t.Context(), time.Minute) // so that a daemon that starts does not hang the test
	defer cancel()
	var said strings.Builder
	code = run(ctx, args, &said, &said)
	return code, said.String()
}

// backup returns a whole backup.
func (k *killed) backup() string {
	k.t.Helper()
	file := filepath.Join(k.dir, "whole.tar")
	if code, out := k.beibud("backup", file, "--config", filepath.Join(k.dir, "data.yaml")); code != 0 {
		k.t.Fatal(out)
	}
	return file
}

// noBackup fails the test unless a backup that was killed left a whole one or none, and
// the next one of this name works if there is none.
func (k *killed) noBackup(file string) {
	k.t.Helper()
	_, err := backup.Read(k.t.Context(), file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.t.Errorf("left a part of a backup: %v", err)
	}
	code, out := k.beibud("backup", file, "--config", filepath.Join(k.dir, "data.yaml"))
	if (code == 0) != (err != nil) {
		k.t.Errorf("made again: %d %s", code, out)
	}
	if _, err := backup.Read(k.t.Context(), file); err != nil {
		k.t.Error(err)
	}
}

// target returns a configuration with a data folder that does not exist.
func (k *killed) target() string {
	k.t.Helper()
	k.folders++
	return k.configuration(fmt.Sprintf("restored-%d", k.folders))
}

// checkRestored fails the test unless a restore that was killed left an empty folder, a
// complete one, or one that no command uses; and unless it can then be restored.
func (k *killed) checkRestored(file, configuration string) {
	k.t.Helper()
	data := strings.TrimSuffix(configuration, ".yaml")
	switch names := k.names(data); {
	case len(names) == 0:
	case k.complete(file, data):
		k.used(configuration)
		return
	default:
		for _, args := range [][]string{
			{"run"}, {"epoch", "new", "--do"}, {"receipt-key", "rotate", "--do"}, {"index", "rebuild"}, {"backup", filepath.Join(k.dir, "half.tar")},
		} {
			if code, out := k.beibud(append(args, "--config", configuration)...); code == 0 || !strings.Contains(out, "restore-incomplete: ") {
				k.t.Errorf("%s over %v: %d %s", args[0], names, code, out)
			}
		}
		if code, out := k.beibud("restore", file, "--config", configuration, "--do"); code == 0 || !strings.Contains(out, "not empty") {
			k.t.Errorf("restored over %v: %d %s", names, code, out)
		}
		if err := os.RemoveAll(data); err != nil {
			k.t.Fatal(err)
		}
	}
	if code, out := k.beibud("restore", file, "--config", configuration, "--do"); code != 0 || !k.complete(file, data) {
		k.t.Fatalf("restored again: %d %s", code, out)
	}
}

// names returns what a folder holds, but for the file that is locked.
func (k *killed) names(data string) (names []string) {
	k.t.Helper()
	files, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), "-lock") {
			names = append(names, f.Name())
		}
	}
	return names
}

// complete reports whether a folder holds each part of a backup, and nothing that says
// that one is missing.
func (k *killed) complete(file, data string) bool {
	k.t.Helper()
	m, err := backup.Read(k.t.Context(), file)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, p := range m.Parts {
		content, err := os.ReadFile(filepath.Join(data, filepath.FromSlash(p.Name)))
		sum := sha256.Sum256(content)
		if err != nil || hex.EncodeToString(sum[:]) != p.SHA256 {
			return false
		}
	}
	_, err = os.Stat(filepath.Join(data, "restoring"))
	return errors.Is(err, fs.ErrNotExist)
}

// used fails the test unless a folder that was restored starts after a new epoch only,
// with all documents.
func (k *killed) used(configuration string) {
	k.t.Helper()
	if code, out := k.beibud("run", "--config", configuration); code == 0 || !strings.Contains(out, "log-copy: ") {
		k.t.Errorf("a copy starts: %d %s", code, out)
	}
	if code, out := k.beibud("epoch", "new", "--do", "--config", configuration); code != 0 {
		k.t.Fatal(out)
	}
	s := k.serve(configuration)
	if n, err := s.shown(); n != accepted || err != nil {
		k.t.Errorf("%d documents, %v", n, err)
	}
	if err := s.daemon.Stop(context.WithoutCancel(k.t.Context())); err != nil {
		k.t.Error(err)
	}
}

// killAfter runs a command and kills it when a folder holds so many files and folders.
// The command may be faster, and end.
func (k *killed) killAfter(cmd *exec.Cmd, folder string, n int) {
	k.t.Helper()
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // killed
		close(ended)
	}()
	for {
		held := 0
		_ = filepath.WalkDir(folder, func(string, fs.DirEntry, error) error { // it changes meanwhile
			held++
			return nil
		})
		if held > n {
			_ = cmd.Process.Kill() // it may be gone
			<-ended
			return
		}
		select {
		case <-ended:
			return
		default:
		}
	}
}

// The commands are killed a few times while they work.
func TestBackupAndRestoreKilled(t *testing.T) {
	k := newKilled(t, func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
		cmd.Env = append(os.Environ(), asDaemon+"=1")
		return cmd
	})
	for n := range 4 {
		folder := t.TempDir()
		file := filepath.Join(folder, "backup.tar")
		k.killAfter(k.command("backup", file, "--config", filepath.Join(k.dir, "data.yaml")), folder, n+1)
		k.noBackup(file)
	}
	file := k.backup()
	for n := range 6 {
		configuration := k.target()
		k.killAfter(k.command("restore", file, "--config", configuration, "--do"), strings.TrimSuffix(configuration, ".yaml"), 1+8*n)
		k.checkRestored(file, configuration)
	}
}

// They are killed at every point that is planted in their code.
func TestBackupAndRestoreKilledAtEveryPoint(t *testing.T) {
	long(t, "builds a daemon")
	program := crashtest.Build(t, crashtest.CommandPlants()...)
	k := newKilled(t, func(args ...string) *exec.Cmd { return exec.CommandContext(t.Context(), program, args...) })
	for _, point := range crashtest.BackupPoints {
		t.Run("backup/"+point, func(t *testing.T) {
			k.t = t
			file := filepath.Join(t.TempDir(), "backup.tar")
			crashtest.RunTo(t, point, k.command("backup", file, "--config", filepath.Join(k.dir, "data.yaml")))
			k.noBackup(file)
		})
	}
	k.t = t
	file := k.backup()
	for _, point := range crashtest.RestorePoints {
		t.Run("restore/"+point, func(t *testing.T) {
			k.t = t
			configuration := k.target()
			crashtest.RunTo(t, point, k.command("restore", file, "--config", configuration, "--do"))
			k.checkRestored(file, configuration)
		})
	}
}
