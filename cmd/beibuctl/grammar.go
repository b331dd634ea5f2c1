package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"beibu/cmd/internal/terminal"
	"beibu/cmd/internal/version"
	"beibu/exchange/httpapi"
)

const description = `Speaks to the exchange of customs trade documents.

Exit codes: 0 fine; 1 documents have faults, a signature or a receipt does not hold, or the exchange said no; 2 it could not be done, or the exchange could not be asked.`

// A grammar is the whole command line.
type grammar struct {
	global

	Ratings ratingsCommand `cmd:"" help:"Rate finished exchanges; answer, publish and count ratings."`

	Check          checkCommand          `cmd:"" help:"Check documents against schemas and business rules, offline, or by what the daemon knows."`
	Kinds          kindsCommand          `cmd:"" help:"Kinds of document, and how to write one."`
	Submit         submitCommand         `cmd:"" help:"Submit documents."`
	Mailbox        mailboxCommand        `cmd:"" help:"Receive documents."`
	Exchanges      exchangesCommand      `cmd:"" help:"Follow documents, and judge held ones."`
	Deadlines      deadlinesCommand      `cmd:"" help:"List by when something has to be done about documents."`
	JointApprovals jointApprovalsCommand `cmd:"" help:"List joint approvals: who has decided on which document, and who has to."`
	Balance        balanceCommand        `cmd:"" help:"Show what is left of a licence or a certificate, and who draws on it."`
	Lane           laneCommand           `cmd:"" help:"Show all documents of a truck or a container, and what they cite."`
	Refusals       refusalsCommand       `cmd:"" help:"Follow documents that were not accepted, and examine them again."`
	Failures       listFailures          `cmd:"" help:"List what has failed, by its cause, and what to do about it."`
	Replay         replayCommand         `cmd:"" help:"Send failed deliveries again: print the plan, or request a run of it."`
	Runs           runsCommand           `cmd:"" help:"Approve, follow and direct replay runs."`
	Sign           signCommand           `cmd:"" help:"Sign documents of your own, offline."`
	Verify         verifyCommand         `cmd:"" help:"Verify envelopes, receipts and signed documents, offline."`
	Rules          rulesCommand          `cmd:"" help:"Business rules."`
	Parties        partiesCommand        `cmd:"" help:"Parties of the exchange."`
	Catalogue      catalogueCommand      `cmd:"" help:"Services of the departments, and which of them need no visit."`
	Alerts         alertsCommand         `cmd:"" help:"What somebody has to know at once."`
	Audit          listAudit             `cmd:"" help:"List what operators did, and what happened to parties."`
	Views          viewsCommand          `cmd:"" help:"Filters of lists that are saved under names."`
	Whoami         whoamiCommand         `cmd:"" help:"Show as whom the credentials speak, with roles and scope, and what they permit."`
	Keys           keysCommand           `cmd:"" help:"Keys of the exchange, and of your own."`
	Bench          benchCommand          `cmd:"" help:"Measure a daemon with documents of its own, and show that nothing is lost or altered."`
	Version        versionCommand        `cmd:"" help:"Show the versions of this program and of the daemon."`
	Completion     completionCommand     `cmd:"" help:"Print the completion script of a shell."`
	Words          wordsCommand          `cmd:"" name:"__words" hidden:"" help:"Print the values that a completion script asks for."`
}

// global is what can be said with every command.
type global struct {
	Server     string `default:"http://127.0.0.1:8420" env:"BEIBU_SERVER" placeholder:"URL" help:"Address of the daemon (${default})."`
	KeyFile    string `env:"BEIBU_KEY_FILE" type:"path" placeholder:"FILE" help:"File with the API key to call with."`
	ClientCert string `type:"path" placeholder:"FILE" help:"Client certificate to call with, PEM (mutual TLS)."`
	ClientKey  string `type:"path" placeholder:"FILE" help:"Private key of the client certificate, PEM."`
	CA         string `name:"ca" type:"path" placeholder:"FILE" help:"Authorities that the daemon's certificate must come from, PEM."`
	Output     string `short:"o" enum:"table,json" default:"table" help:"How to print: table or json."`
	Lang       string `enum:"en,zh" default:"${lang}" help:"Language of faults and rules: en or zh (by default that of LANG)."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version of this program."`
}

// streams are what the program reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // a person sees err, and may be shown progress
}

// isTerminal reports whether a person sees what is written to a file.
func isTerminal(f *os.File) bool { return isatty.IsTerminal(f.Fd()) }

// run does what the arguments ask and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	early := &session{streams: std, global: global{Lang: terminal.Language(os.Getenv)}}
	parsed, code, err := parse(args, std)
	switch {
	case err != nil:
		return early.fail(hinted{err, "beibuctl --help shows the commands and flags"})
	case parsed == nil:
		return code
	}
	s := &session{streams: std, global: parsed.grammar.global, app: parsed.context.Model}
	parsed.context.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.context.Run(s); err != nil {
		return s.fail(err)
	}
	return exitFine
}

// A commandLine is a command line that was understood.
type commandLine struct {
	grammar *grammar
	context *kong.Context
}

// parse reads the command line. It returns nil and an exit code if there is
// nothing more to do, since help was asked for and given.
func parse(args []string, std streams) (*commandLine, int, error) {
	g := &grammar{}
	app, exited, err := newApp(g, std)
	if err != nil {
		return nil, exitUnable, err
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help": // help exchanges list
		args = append(slices.Clone(args[1:]), "--help")
	}
	parsed, err := app.Parse(args)
	if *exited >= 0 {
		return nil, *exited, nil
	}
	if err != nil {
		return nil, exitUnable, err
	}
	return &commandLine{grammar: g, context: parsed}, exitFine, nil
}

// newApp makes the parser. If help was printed, the exit code that it would
// end with is put into the int, which is negative otherwise.
func newApp(g *grammar, std streams) (*kong.Kong, *int, error) {
	exited := -1
	app, err := kong.New(g,
		kong.Name("beibuctl"), kong.Description(description),
		kong.Writers(std.out, std.err), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"lang": terminal.Language(os.Getenv), "keykinds": keyKinds(), "answers": "," + answerFilters(), "version": versionLine("beibuctl", httpapi.Version(version.Own()))},
	)
	if err != nil {
		return nil, nil, fmt.Errorf("make command line: %w", err)
	}
	return app, &exited, nil
}
