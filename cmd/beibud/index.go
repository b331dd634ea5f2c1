package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/cmd/internal/telemetry"
)

// rebuildIndex makes the index anew from the log, and tells how it goes.
func rebuildIndex(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "rebuild" {
		_, _ = fmt.Fprint(stderr, "beibud: index rebuild [--config FILE]\n")
		return 2
	}
	flags := flag.NewFlagSet("index rebuild", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("config", "", "configuration `FILE`; without it, the embedded default")
	if flags.Parse(args[1:]) != nil || flags.NArg() > 0 {
		return 2
	}
	loaded, err := config.Load(*file)
	if err != nil {
		return tell(stderr, err)
	}
	log, err := telemetry.NewLog(stderr, loaded.Log.Level, loaded.Log.Format)
	if err != nil {
		return tell(stderr, err)
	}
	defer func() { _ = log.Sync() }()
	say := func(r daemon.Rebuilt) {
		_, _ = fmt.Fprintf(stdout, "%3d %%  %d exchanges, %d events, %.0f events/s\n", r.Percent, r.Exchanges, r.Events, rate(r))
	}
	r, err := daemon.Rebuild(ctx, loaded, log, say)
	if err != nil {
		return tell(stderr, err)
	}
	_, _ = fmt.Fprintf(stdout, "rebuilt: %d exchanges and %d events; log opened in %s, index folded in %s, %.0f events/s\n",
		r.Exchanges, r.Events, r.Hearing.Round(time.Millisecond), r.Folding.Round(time.Millisecond), rate(r))
	return 0
}

// rate is how many events are folded a second.
func rate(r daemon.Rebuilt) float64 { return float64(r.Events) / max(r.Folding.Seconds(), 1e-6) }
