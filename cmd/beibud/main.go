// Command beibud is the exchange: a daemon that takes trade documents in,
// seals them, and hands them to the parties that must have them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	// The public authorities, for an image or a machine that has none of its own.
	_ "golang.org/x/crypto/x509roots/fallback"
)

const usage = `beibud exchanges cross-border customs documents.

  beibud run [--config FILE]       serve until SIGTERM or SIGINT; SIGHUP reloads
                                   parties, routes, access, keys and TLS files
  beibud demo [--keep]             show the whole exchange on this machine
              [--kafka BROKERS] [--redis ADDRESS]
  beibud config check [FILE]       read a configuration and print every mistake
  beibud index rebuild             build the index again from the log, while no
              [--config FILE]      daemon runs on the same data
  beibud receipt-key rotate        print how the key that signs receipts would be
              [--config FILE]      replaced; --prepare makes the new key, and --do
              [--prepare | --do]   lets it sign
  beibud backup FILE               write what cannot be made again to a new file,
              [--config FILE]      while a daemon runs or not
  beibud restore FILE              print what a backup holds; --do restores it into
              [--config FILE]      an empty data folder
              [--do]
  beibud support FILE              write what somebody who helps needs to know, without
              [--config FILE]      secrets and personal data
  beibud epoch new                 print what a store from a copy may lack; --do
              [--config FILE]      accepts the loss, and receipts name the new
              [--do]               epoch from then on
  beibud version

With no configuration, beibud serves on 127.0.0.1:8420 and keeps its data and
its keys in ./beibu-data.

Exit codes: 0 fine, 1 the configuration or the data has faults, 2 could not do it.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what the arguments ask and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		args = []string{"run"}
	}
	switch args[0] {
	case "run":
		return serve(ctx, args[1:], stderr)
	case "demo":
		return demonstrate(ctx, args[1:], stdout, stderr)
	case "config":
		return checkConfig(args[1:], stdout, stderr)
	case "index":
		return rebuildIndex(ctx, args[1:], stdout, stderr)
	case "receipt-key":
		return rotateReceiptKey(ctx, args[1:], stdout, stderr)
	case "backup":
		return makeBackup(ctx, args[1:], stdout, stderr)
	case "restore":
		return restoreBackup(ctx, args[1:], stdout, stderr)
	case "support":
		return makeSupport(ctx, args[1:], stdout, stderr)
	case "epoch":
		return beginEpoch(ctx, args[1:], stdout, stderr)
	case "version", "--version":
		return version(stdout)
	case "help", "-h", "--help":
		_, _ = io.WriteString(stdout, usage)
		return 0
	}
	_, _ = fmt.Fprintf(stderr, "beibud: there is no command %q\n\n%s", args[0], usage)
	return 2
}
