package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/input"
	"beibu/cmd/internal/terminal"
	"beibu/cmd/internal/verify"
	"beibu/exchange"
	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
)

// checkCommand checks documents, offline or by the daemon.
type checkCommand struct {
	Files  []string `arg:"" name:"file" help:"Documents; folders are searched for *.xml; - is the standard input."`
	As     string   `complete:"parties" placeholder:"PARTY" help:"Also say whether this party may send them."`
	Online bool     `help:"Ask the daemon, which also checks signatures and knows what an answer is about; nothing is kept."`
	mapped
}

// Validate refuses what the daemon would not know.
func (c *checkCommand) Validate() error {
	if c.Online && (len(c.Pack) > 0 || c.Parties != "") {
		return errors.New("--online checks by the schemas and parties of the daemon, and does not go with --pack or --parties")
	}
	return nil
}

// mapped says by what schemas, parties and routes a command works offline.
type mapped struct {
	Pack    []string `placeholder:"PATH" help:"Schema pack, folder or zip, that adds or replaces kinds. May be given again."`
	Parties string   `type:"path" placeholder:"FILE" help:"Map of parties and routes, in place of the one that ships with the programs."`
}

// inForce returns the checks, parties and routes of the command. It has no keys.
func (m mapped) inForce() (*exchange.InForce, error) {
	settings := map[string]any{"packs": m.Pack}
	if m.Parties != "" {
		settings["parties"] = m.Parties
	}
	text, err := json.Marshal(settings) // JSON is YAML
	if err != nil {
		return nil, fmt.Errorf("read parties and routes: %w", err)
	}
	loaded, err := config.Parse("flags", text)
	if err != nil {
		return nil, fmt.Errorf("read schema packs, parties and routes: %w", err)
	}
	set, err := rules.NewSet(all.Rules(), all.Judged())
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	return &exchange.InForce{
		Parties: loaded.Parties, Routes: loaded.Routes, Checks: exchange.NewChecks(loaded.Catalog, set),
	}, nil
}

// A verdict is what was found in one file, as it is printed.
type verdict struct {
	File   string  `json:"file"`
	Kind   string  `json:"kind"` // "" if it was not recognised
	Valid  bool    `json:"valid"`
	Faults []fault `json:"faults"`
	More   int     `json:"faultsOmitted,omitempty"` // how many more were found
	// Receivers are those whom a valid document would go to; if there are none,
	// Obstacles say what keeps it from going anywhere.
	Receivers []string `json:"receivers,omitempty"`
	Obstacles []fault  `json:"obstacles,omitempty"`
	// GoesBack is set if the document also goes to the senders of those that it answers, of
	// which only the daemon knows.
	GoesBack bool `json:"goesBack,omitempty"`
	err      error
}

// A fault is an exchange.Fault in one language.
type fault struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Path     string `json:"path"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Message  string `json:"message"`
	Source   string `json:"source"`
	// Expected is all that may be in the place; a message names some of it.
	Expected []string `json:"expected,omitempty"`
}

// checker returns what checks one file.
func (c *checkCommand) checker(s *session) (func(ctx context.Context, file string) verdict, error) {
	if c.Online {
		caller, err := s.client()
		return func(ctx context.Context, file string) verdict { return s.checkOnline(ctx, caller, c.As, file) }, err
	}
	now, err := c.inForce()
	if err != nil {
		return nil, err
	}
	if _, known := now.Parties.Get(c.As); c.As != "" && !known {
		return nil, hinted{fmt.Errorf("there is no party %q", c.As), "--parties names the map of another exchange"}
	}
	return func(ctx context.Context, file string) verdict { return s.check(ctx, now, c.As, file) }, nil
}

// Run checks every file and prints what was found, in the order of the files.
func (c *checkCommand) Run(ctx context.Context, s *session) error {
	work, err := c.checker(s)
	if err != nil {
		return err
	}
	all := input.Files(c.Files)
	outcome := error(nil)
	bar := s.progress(len(all))
	defer bar.Wipe()
	err = inOrder(ctx, runtime.GOMAXPROCS(0), all, work, func(v verdict) error {
		outcome = worse(outcome, v.outcome())
		return bar.Step(func() error { return s.printVerdict(v) })
	})
	if err != nil {
		return fmt.Errorf("check documents: %w", err)
	}
	return outcome
}

// check checks one file, and says to whom it would go. A kind that no route names
// is one of a schema pack, whose routes are in a map that was not given.
func (s *session) check(ctx context.Context, now *exchange.InForce, as, file string) verdict {
	document, err := input.Read(s.in, file)
	if err != nil {
		return unchecked(file, input.CodeUnreadable, err)
	}
	found, err := now.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: as, Received: time.Now()})
	if err != nil {
		return unchecked(file, "check.failed", fmt.Errorf("check %s: %w", file, err))
	}
	v := verdict{File: file, Kind: found.Kind(), Valid: found.Valid(), Faults: s.faults(found.Faults()), More: found.More()}
	routed := slices.ContainsFunc(now.Routes.Table(), func(r exchange.Route) bool { return slices.Contains(r.Kinds, v.Kind) })
	if v.Valid && routed {
		to, obstacles := now.Preview(found, nil)
		v.Receivers, v.Obstacles, v.GoesBack = to.Receivers, s.faults(obstacles), now.Routes.GoBack(v.Kind)
	}
	return v
}

// checkOnline has the daemon check one file.
func (s *session) checkOnline(ctx context.Context, caller *client.Client, as, file string) verdict {
	document, err := input.Read(s.in, file)
	if err != nil {
		return unchecked(file, input.CodeUnreadable, err)
	}
	found, err := caller.Check(ctx, as, document)
	if err != nil {
		return unchecked(file, "check.failed", fmt.Errorf("check %s: %w", file, err))
	}
	return verdict{
		File: file, Kind: found.Kind, Valid: found.Valid, Faults: s.faults(found.Faults), More: found.Omitted,
		Receivers: found.Receivers, Obstacles: s.faults(found.Obstacles),
	}
}

// unchecked is the verdict on a file that could not be judged: programs find
// the reason, at the place where they look for faults.
func unchecked(file, code string, err error) verdict {
	return verdict{File: file, err: err, Faults: []fault{{
		Code: code, Severity: rules.Reject.String(), Message: err.Error(), Source: "beibuctl",
	}}}
}

// faults returns faults in the language asked for, never nil.
func (s *session) faults(all []exchange.Fault) []fault {
	out := make([]fault, 0, len(all))
	for _, f := range all {
		out = append(out, fault{f.Code, f.Severity, f.Path, f.Line, f.Column, s.text(f.Message), f.Source, f.Expected})
	}
	return out
}

// outcome is what a verdict means for the exit code.
func (v verdict) outcome() error {
	switch {
	case v.err != nil:
		return errUnable
	case !v.Valid, len(v.Obstacles) > 0:
		return errFaults
	}
	return nil
}

// worse returns the worse of two outcomes, which are printed already: what could not be
// done hides what was found. Any other error is returned at once in place of an outcome,
// so that it is printed.
func worse(a, b error) error {
	if a == errUnable || b == nil { //nolint:errorlint // outcomes are these two alone, never wrapped
		return a
	}
	return b
}

func (s *session) printVerdict(v verdict) error {
	switch {
	case s.asJSON():
		return s.json(v)
	case v.err != nil:
		s.note("beibuctl: %s", terminal.Clean(v.err.Error()))
		return nil
	case len(v.Faults) == 0 && len(v.Obstacles) == 0:
		line := terminal.Clean(s.say("%s: fine, %s", v.File, v.Kind))
		if len(v.Receivers) > 0 {
			line += terminal.Clean(s.say(", would go to %s", strings.Join(v.Receivers, ", ")))
		}
		if v.GoesBack {
			line += s.word(", would go to the sender of what it answers: check --online says who")
		}
		return s.printf("%s\n", line)
	}
	if err := s.printFaults(v.File, v.Faults, v.More); err != nil {
		return err
	}
	return s.printFaults(v.File, v.Obstacles, 0)
}

// printFaults prints faults for people, as compilers do, and how many more there
// are.
func (s *session) printFaults(file string, faults []fault, more int) error {
	for _, f := range faults {
		lines := []string{
			terminal.Cleanf("%s:%d:%d: %s %s: %s", file, f.Line, f.Column, s.word(f.Severity), f.Code, f.Message),
			"    " + terminal.Clean(s.say("at %s", f.Path)),
		}
		if f.Source != "" {
			lines = append(lines, "    "+terminal.Clean(s.say("under %s", f.Source)))
		}
		if err := s.printf("%s\n", strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	if more == 0 {
		return nil
	}
	return s.printf("%s\n", terminal.Clean(s.say("%s: and %d more", file, more)))
}

// verifyCommand is the command of beibu-verify in this program.
type verifyCommand struct{ verify.Command }

// Run verifies every file, offline.
func (c *verifyCommand) Run(s *session) error {
	outcome, err := c.Command.Run(verify.Program{
		Name: "beibuctl", In: s.in, Out: s.out, Err: s.err, Lang: s.Lang, JSON: s.asJSON(),
	})
	if h, ok := errors.AsType[verify.Hinted](err); ok {
		return hinted{h.Err, h.Hint}
	}
	switch {
	case err != nil:
		return err
	case outcome == verify.Faults:
		return errFaults
	case outcome == verify.Unable:
		return errUnable
	}
	return nil
}
