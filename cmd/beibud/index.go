package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"beibu/cmd/internal/daemon"
)

// rebuildIndex builds the index again from the log, and prints its progress.
func rebuildIndex(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if helped(args) {
		_, _ = fmt.Fprint(stdout, "beibud index rebuild [--config FILE]\n")
		return 0
	}
	if len(args) == 0 || args[0] != "rebuild" {
		_, _ = fmt.Fprint(stderr, "beibud: index rebuild [--config FILE]\n")
		return 2
	}
	_, loaded, log, code := prepare("index rebuild", args[1:], stderr)
	if loaded == nil {
		return code
	}
	defer func() { _ = log.Sync() }()
	say := func(r daemon.Rebuilt) {
		_, _ = fmt.Fprintf(stdout, "%3d %%  %d exchanges, %d events, %.0f events/s\n", r.Percent, r.Exchanges, r.Events, rate(r))
	}
	r, err := daemon.Rebuild(ctx, loaded, log, say)
	if err != nil {
		return fail(stderr, err)
	}
	_, _ = fmt.Fprintf(stdout, "rebuilt: %d exchanges and %d events; log opened in %s, index folded in %s, %.0f events/s\n",
		r.Exchanges, r.Events, r.Reading.Round(time.Millisecond), r.Folding.Round(time.Millisecond), rate(r))
	return 0
}

// rate is how many events are folded a second.
func rate(r daemon.Rebuilt) float64 { return float64(r.Events) / max(r.Folding.Seconds(), 1e-6) }
