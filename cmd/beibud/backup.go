package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"beibu/cmd/internal/backup"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/cmd/internal/telemetry"
)

// A fileCommand is a command line that names one file to write or read, before or after
// the flags.
type fileCommand struct {
	file   string
	loaded *config.Loaded
}

// parseFile reads the command line of a command on one file. If the command is
// done, it printed why, and code is the exit code.
func parseFile(flags *flag.FlagSet, args []string, usage string, stdout, stderr io.Writer) (c fileCommand, code int, done bool) {
	if helped(args) {
		_, _ = io.WriteString(stdout, usage)
		return c, 0, true
	}
	flags.SetOutput(stderr)
	name := flags.String("config", "", "configuration `FILE`; without it, the embedded default")
	if err := flags.Parse(args); err != nil {
		return c, 2, true
	}
	if flags.NArg() > 0 {
		c.file = flags.Arg(0)
		if code, done := parse(flags, flags.Args()[1:]); done {
			return c, code, true
		}
	}
	if c.file == "" {
		_, _ = fmt.Fprintf(stderr, "beibud: no file is named\n%s", usage)
		return c, 2, true
	}
	var err error
	if c.loaded, err = config.Load(*name); err != nil {
		return c, fail(stderr, err), true
	}
	return c, 0, false
}

const backupUsage = "beibud backup FILE [--config FILE]\n"

// makeBackup writes a backup, while a daemon runs on the data or not.
func makeBackup(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, code, done := parseFile(flag.NewFlagSet("backup", flag.ContinueOnError), args, backupUsage, stdout, stderr)
	if done {
		return code
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(stdout, format+"\n", args...) }
	m, err := daemon.Backup(ctx, c.loaded, c.file, func(step string) { say("%s", step) })
	if errors.Is(err, fs.ErrExist) {
		_, _ = fmt.Fprintf(stderr, "beibud: %v\nhint: a backup never replaces a file: choose another name\n", err)
		return 2
	}
	if err != nil {
		return fail(stderr, err)
	}
	printManifest(stdout, m)
	size := int64(0)
	if info, err := os.Stat(c.file); err == nil {
		size = info.Size()
	}
	say("done: %s, %d bytes; it holds private keys, so keep it as safe as %s", c.file, size, c.loaded.Data)
	return 0
}

const restoreUsage = "beibud restore FILE [--config FILE] [--do]\n"

// restoreBackup prints what a backup holds, or restores it into an empty data folder.
func restoreBackup(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	do := flags.Bool("do", false, "write it into the data folder")
	c, code, done := parseFile(flags, args, restoreUsage, stdout, stderr)
	if done {
		return code
	}
	m, err := daemon.Restore(ctx, c.loaded, c.file, *do)
	if errors.Is(err, backup.ErrDamaged) {
		_, _ = fmt.Fprintf(stderr, "beibud: %v\nhint: nothing was restored; take another backup\n", err)
		return 1
	}
	if err != nil {
		return fail(stderr, err)
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(stdout, format+"\n", args...) }
	printManifest(stdout, m)
	if !*do {
		say("every checksum is right; nothing was written\nto restore it into %s, add --do", c.loaded.Data)
		return 0
	}
	say("done: restored into %s", c.loaded.Data)
	if m.Log.Store == backup.Embedded {
		say("next: beibud epoch new; what was accepted after the backup is missing, so a daemon starts only after that")
	}
	return 0
}

// printManifest prints what a backup holds, and what it does not.
func printManifest(out io.Writer, m backup.Manifest) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("backup of %s by %s", m.MadeAt.UTC().Format("2006-01-02T15:04:05Z"), m.Program)
	if m.Log.Store == backup.Kafka {
		say("log: not in this file. It is in Kafka at %s, in the topics %s*: documents, receipts and deliveries are there, and only there", strings.Join(m.Log.Brokers, ","), m.Log.TopicPrefix)
	} else {
		say("log: up to sequence %d, epoch %d", m.Log.Sequence, m.Log.Epoch)
	}
	for _, p := range m.Parts {
		say("  %-40s %12d bytes  SHA-256 %s", p.Name, p.Bytes, p.SHA256)
	}
	say("not in this file: the configuration and the files that it names, outside of the data folder; the index, which is built again")
}

const epochUsage = "beibud epoch new [--config FILE] [--do]\n"

// beginEpoch prints what a new epoch of the log is for, or begins it.
func beginEpoch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if helped(args) {
		_, _ = io.WriteString(stdout, epochUsage)
		return 0
	}
	if len(args) == 0 || args[0] != "new" {
		_, _ = io.WriteString(stderr, "beibud: "+strings.TrimPrefix(epochUsage, "beibud "))
		return 2
	}
	flags := flag.NewFlagSet("epoch new", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("config", "", "configuration `FILE`; without it, the embedded default")
	do := flags.Bool("do", false, "accept the loss and begin the epoch")
	if code, done := parse(flags, args[1:]); done {
		return code
	}
	loaded, err := config.Load(*file)
	if err != nil {
		return fail(stderr, err)
	}
	log, err := telemetry.NewLog(stderr, loaded.Log.Level, loaded.Log.Format)
	if err != nil {
		return fail(stderr, err)
	}
	defer func() { _ = log.Sync() }()
	e, err := daemon.OpenEpoch(ctx, loaded, log, *do)
	if errors.Is(err, daemon.ErrNoEpochs) {
		_, _ = fmt.Fprintf(stderr, "beibud: %v\nhint: start the daemon; it reads the log from Kafka\n", err)
		return 2
	}
	if err != nil {
		return fail(stderr, err)
	}
	printEpoch(stdout, e, *do)
	return 0
}

// printEpoch prints what was found, and what was done or is to be done.
func printEpoch(out io.Writer, e daemon.NewEpoch, done bool) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("the store ends at sequence %d", e.Head)
	if e.Copy {
		say("it is a copy from a backup: what was accepted after the backup is missing")
	}
	if e.Seen > e.Head {
		say("this folder has seen it at sequence %d: what was accepted in between is missing", e.Seen)
	}
	if !e.Copy && e.Seen <= e.Head {
		say("nothing was found that is missing; begin an epoch only if you know better")
	}
	if done {
		say("done: epoch %d begins at position %d, and every receipt from then on names it", e.Number, e.Head+1)
		return
	}
	say("documents up to there stay accepted, and a sender who sends one again gets the first receipt, byte for byte")
	say("a missing document is accepted when its sender sends it again; its new receipt names epoch %d", e.Number)
	say("to accept the loss and begin epoch %d, add --do", e.Number)
}
