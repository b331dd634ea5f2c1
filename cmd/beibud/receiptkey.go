package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/cmd/internal/telemetry"
)

const receiptKeyUsage = "beibud receipt-key rotate [--config FILE] [--prepare | --do]\n"

// rotateReceiptKey prints how the key that signs receipts would be replaced, or
// replaces it.
func rotateReceiptKey(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if helped(args) {
		_, _ = io.WriteString(stdout, receiptKeyUsage)
		return 0
	}
	if len(args) == 0 || args[0] != "rotate" {
		_, _ = io.WriteString(stderr, "beibud: "+strings.TrimPrefix(receiptKeyUsage, "beibud "))
		return 2
	}
	flags := flag.NewFlagSet("receipt-key rotate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("config", "", "configuration `FILE`; without it, the embedded default")
	prepare := flags.Bool("prepare", false, "make the new key, to be copied to the other daemons on the log")
	do := flags.Bool("do", false, "replace the key")
	if code, done := parse(flags, args[1:]); done {
		return code
	}
	if *prepare && *do {
		_, _ = fmt.Fprint(stderr, "beibud: --prepare comes first, and --do later\n")
		return 2
	}
	step := daemon.PlanRotation
	switch {
	case *do:
		step = daemon.DoRotation
	case *prepare:
		step = daemon.PrepareRotation
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
	r, err := daemon.RotateReceiptKey(ctx, loaded, log, step)
	if errors.Is(err, daemon.ErrNotPrepared) {
		_, _ = fmt.Fprintf(stderr, "beibud: %v\nhint: --prepare makes it; copy it to every daemon on the log, and send each a SIGHUP\n", err)
		return 2
	}
	if err != nil {
		return fail(stderr, err)
	}
	printRotation(stdout, r, step)
	return 0
}

// printRotation prints what was done, and what is to be done next.
func printRotation(out io.Writer, r daemon.Rotation, step daemon.RotationStep) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("keys of the log: %s", strings.Join(r.Keys, ", "))
	if step == daemon.DoRotation {
		say("done: the key %s signs the receipts of all documents that are accepted from now on", r.Next)
		say("first positions, one for each partition of the log: %s", strings.Trim(fmt.Sprint(r.Positions.First), "[]"))
		say("keep a copy of %s; the files of the keys before stay, since they sign the first receipts again", r.File)
		return
	}
	if r.Started {
		say("a rotation to the key %s was started and not completed; --do completes it", r.Next)
	}
	if r.Next == "" {
		say("new key: none yet")
	} else {
		say("new key: %s in %s", r.Next, r.File)
	}
	say("receipts of the documents in the log stay as they are, byte for byte")
	if r.Shared && r.Next == "" {
		say("next: --prepare makes the new key")
		return
	}
	if r.Shared {
		say("before --do: copy that file to the same folder of every daemon on the log, and send each a SIGHUP;")
		say("a daemon without the key answers 503 to new documents until it has it")
	}
	say("to do it, add --do")
}
