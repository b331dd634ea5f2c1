package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"

	"beibu/cmd/internal/support"
)

const supportUsage = "beibud support FILE [--config FILE]\n"

// makeSupport writes a support bundle about the daemon with a configuration.
func makeSupport(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, code, done := parseFile(flag.NewFlagSet("support", flag.ContinueOnError), args, supportUsage, stdout, stderr)
	if done {
		return code
	}
	parts := support.Collect(ctx, c.loaded)
	err := support.Write(c.file, parts)
	if errors.Is(err, fs.ErrExist) {
		_, _ = fmt.Fprintf(stderr, "beibud: %v\nhint: a bundle never replaces a file: choose another name\n", err)
		return 2
	}
	if err != nil {
		return fail(stderr, err)
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(stdout, format+"\n", args...) }
	for _, p := range parts {
		if p.Err != nil {
			say("  %-20s missing: %v", p.Name, p.Err)
			continue
		}
		say("  %-20s %9d bytes", p.Name, len(p.Text))
	}
	say("done: %s; it has no secret, no document and no person by name: read it before you hand it on", c.file)
	return 0
}
