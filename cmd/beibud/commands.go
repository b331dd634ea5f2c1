package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/cmd/internal/demo"
	"beibu/cmd/internal/telemetry"
	stamped "beibu/cmd/internal/version"
)

// serve runs the daemon until ctx ends.
func serve(ctx context.Context, args []string, stderr io.Writer) int {
	file, loaded, log, code := prepare("run", args, stderr)
	if loaded == nil {
		return code
	}
	defer func() { _ = log.Sync() }()
	// Before the daemon's process id is in its data folder: a SIGHUP that nobody
	// waits for would end the process. One that comes meanwhile is obeyed afterwards.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	d, err := daemon.New(ctx, loaded, log)
	switch {
	case errors.Is(err, daemon.ErrStopped):
		return 0
	case err != nil:
		return fail(stderr, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go reload(ctx, hangup, file, d, log)
	if err := d.Run(ctx); err != nil {
		log.Error("stopped with an error", zap.Error(err), zap.String("hint", hintOf(err)))
		return 2
	}
	return 0
}

// prepare reads the flags of a command and the configuration that they name, and
// opens the log. If it cannot, it says why and returns the exit code.
func prepare(command string, args []string, stderr io.Writer) (file string, loaded *config.Loaded, log *zap.Logger, code int) {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&file, "config", "", "configuration `FILE`; without it, the embedded default")
	if code, done := parse(flags, args); done {
		return file, nil, nil, code
	}
	loaded, err := config.Load(file)
	if err == nil {
		log, err = telemetry.NewLog(stderr, loaded.Log.Level, loaded.Log.Format)
	}
	if err != nil {
		return file, nil, nil, fail(stderr, err)
	}
	return file, loaded, log, 0
}

// parse reads the flags of a command that takes no arguments. It reports whether
// the command is done, and with which exit code: 0 if help was asked for and
// given, 2 if the command line has a mistake, which was printed.
func parse(flags *flag.FlagSet, args []string) (code int, done bool) {
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0, true
	case err == nil && flags.NArg() > 0:
		_, _ = fmt.Fprintf(flags.Output(), "beibud: %s takes no argument %q\n", flags.Name(), flags.Arg(0))
		return 2, true
	}
	return 2, err != nil
}

// reload reads the configuration again at every signal. One with mistakes is
// rejected, and every mistake logged.
func reload(ctx context.Context, hangup <-chan os.Signal, file string, d *daemon.Daemon, log *zap.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		loaded, err := config.Load(file)
		if err == nil {
			err = d.Reload(loaded) //nolint:contextcheck // what a reload begins outlives the signal
		}
		for _, m := range config.Mistakes(err) {
			log.Error("mistake in the configuration", zap.String("mistake", m.Error()))
		}
		if err != nil {
			log.Error("reload rejected: what was in force stays", zap.Error(err), zap.String("hint", hintOf(err)))
		}
	}
}

// demonstrate shows the whole exchange on this machine.
func demonstrate(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	keep := flags.Bool("keep", false, "leave the daemon running, and print the commands to try next")
	kafka := flags.String("kafka", "", "keep documents in Kafka at these `BROKERS`, with commas between")
	redis := flags.String("redis", "", "keep claims in Redis at this `ADDRESS`; with -kafka")
	if code, done := parse(flags, args); done {
		return code
	}
	if err := demo.Run(ctx, demo.Options{Keep: *keep, Kafka: *kafka, Redis: *redis, Out: stdout}); err != nil {
		return fail(stderr, err)
	}
	return 0
}

// fail prints an error and returns its exit code: 1 if files have mistakes.
func fail(stderr io.Writer, err error) int {
	mistakes := config.Mistakes(err)
	for _, m := range mistakes {
		_, _ = fmt.Fprintln(stderr, m)
	}
	if len(mistakes) > 0 {
		return 1
	}
	_, _ = fmt.Fprintln(stderr, "beibud:", err)
	if hint := hintOf(err); hint != "" {
		_, _ = fmt.Fprintln(stderr, "hint:", hint)
	}
	return 2
}

// hintOf returns what there is to do about an error, or "".
func hintOf(err error) string {
	hinted, ok := errors.AsType[interface {
		error
		Hint() string
	}](err)
	if !ok {
		return ""
	}
	return hinted.Hint()
}

// helped reports whether help is asked for among the arguments.
func helped(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "-help" || a == "--help" || a == "help" })
}

// checkConfig reads a configuration and prints every mistake.
func checkConfig(args []string, stdout, stderr io.Writer) int {
	if helped(args) {
		_, _ = fmt.Fprint(stdout, "beibud config check [FILE]\n")
		return 0
	}
	if len(args) == 0 || args[0] != "check" || len(args) > 2 {
		_, _ = fmt.Fprint(stderr, "beibud: config check [FILE]\n")
		return 2
	}
	file := ""
	if len(args) == 2 {
		file = args[1]
	}
	loaded, err := config.Load(file)
	if err != nil {
		return fail(stderr, err)
	}
	_, _ = fmt.Fprintf(stdout, "fine: %d parties and %d routes from %s, data in %s, public API on %s\n",
		len(loaded.Map.Parties), len(loaded.Map.Routes), loaded.PartiesFile, loaded.Data, loaded.Listen)
	return 0
}

// version prints what the toolchain stamped into the program.
func version(stdout io.Writer) int {
	_, _ = fmt.Fprintln(stdout, stamped.Line("beibud", stamped.Own()))
	return 0
}
