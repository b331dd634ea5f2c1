// Command beibu-verify verifies envelopes, receipts and signed documents. It is
// one static file, it needs no daemon, and it opens no connection.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"beibu/cmd/internal/terminal"
	"beibu/cmd/internal/verify"
	"beibu/cmd/internal/version"
)

// Kong adds the help of [verify.Command] to it.
const description = `Verifies what the exchange of customs trade documents has signed, offline.

Exit codes: 0 all holds; 1 something does not hold; 2 it could not be done.`

// A grammar is the whole command line.
type grammar struct {
	verify.Command

	Output string `short:"o" enum:"table,json" default:"table" help:"How to print: table or json."`
	Lang   string `enum:"en,zh" default:"${lang}" help:"Language: en or zh (by default that of LANG)."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version of this program."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run does what the arguments ask and returns the exit code.
func run(args []string, in io.Reader, out, stderr io.Writer) int {
	lang := terminal.Language(os.Getenv)
	var g grammar
	exited := -1
	app, err := kong.New(
		&g, kong.Name("beibu-verify"), kong.Description(description),
		kong.Writers(out, stderr), kong.Exit(func(code int) { exited = code }),
		kong.Vars{"lang": lang, "version": terminal.Clean(version.Line("beibu-verify", version.Own()))},
	)
	if err == nil {
		_, err = app.Parse(args)
	}
	if exited >= 0 { // help or the version was printed
		return exited
	}
	if err != nil {
		return fail(stderr, lang, verify.Hinted{Err: err, Hint: verify.Say(lang, "beibu-verify --help shows the flags")})
	}
	outcome, err := g.Run(verify.Program{
		Name: "beibu-verify", In: in, Out: out, Err: stderr, Lang: g.Lang, JSON: g.Output == "json",
	})
	if err != nil {
		return fail(stderr, g.Lang, err)
	}
	return int(outcome)
}

// fail prints an error and what can be done about it, and returns the exit code.
func fail(stderr io.Writer, lang string, err error) int {
	_, _ = fmt.Fprintln(stderr, "beibu-verify:", terminal.Clean(err.Error()))
	if h, ok := errors.AsType[verify.Hinted](err); ok {
		_, _ = fmt.Fprintln(stderr, verify.Say(lang, "hint: %s", h.Hint))
	}
	return int(verify.Unable)
}
