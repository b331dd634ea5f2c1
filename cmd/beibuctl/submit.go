package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/input"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/answer"
)

// submitCommand submits documents.
type submitCommand struct {
	Files    []string      `arg:"" name:"file" help:"Documents; folders are searched for *.xml; - is the standard input."`
	Parallel int           `default:"8" help:"How many are sent at once, from 1 to 64 (${default})."`
	RetryFor time.Duration `default:"2m" help:"How long one document is sent again while the daemon is away or busy (${default})."`
	Receipts string        `placeholder:"DIR" help:"Folder in which each receipt is kept, as EXCHANGEID.jws."`
}

// Validate bounds what is done at once.
func (c *submitCommand) Validate() error { return checkParallel(c.Parallel) }

// A submission is what became of one file, as it is printed.
type submission struct {
	File               string          `json:"file"`
	*answer.Acceptance                 // if it was accepted
	Problem            *answer.Problem `json:"problem,omitempty"` // if it was refused
	Error              string          `json:"error,omitempty"`   // if it was not answered
	err                error
}

// Run submits every file and prints what became of it, in the order of the
// files. Sending a document again is always safe.
func (c *submitCommand) Run(ctx context.Context, s *session) error {
	sender, err := s.client()
	if err != nil {
		return err
	}
	all := input.Files(c.Files)
	if c.Receipts != "" {
		if err := folder(c.Receipts); err != nil {
			return err
		}
	}
	outcome, sent := error(nil), 0
	bar := s.progress(len(all))
	defer bar.Wipe()
	work := func(ctx context.Context, file string) submission { return c.submit(ctx, s, sender, file) }
	err = inOrder(ctx, c.Parallel, all, work, func(done submission) error {
		sent++
		outcome = worse(outcome, done.outcome())
		return bar.Step(func() error { return s.printSubmission(done) })
	})
	if err != nil {
		return hinted{
			fmt.Errorf("submit documents: %w after %d of %d", err, sent, len(all)),
			"sending all of them again is safe: what was accepted gets its first receipt",
		}
	}
	return outcome
}

// submit sends one file, and again while that may help.
func (c *submitCommand) submit(ctx context.Context, s *session, sender *client.Client, file string) submission {
	done := submission{File: file}
	document, err := input.Read(s.in, file)
	if err != nil {
		done.err = err
		return done
	}
	answer, err := client.Persist(ctx, c.RetryFor, func(ctx context.Context) (answer.Acceptance, error) {
		return sender.Submit(ctx, document)
	})
	if err != nil {
		done.err = fmt.Errorf("submit %s: %w", file, err)
		if problem := client.ProblemOf(err); problem != nil {
			done.Problem = &problem.Problem
		}
		return done
	}
	done.Acceptance = &answer
	if c.Receipts != "" {
		done.err = keepReceipt(c.Receipts, answer)
	}
	return done
}

// keepReceipt keeps a receipt under its exchange id, which must be one: it
// becomes the name of a file.
func keepReceipt(dir string, answer answer.Acceptance) error {
	id, err := uuid.Parse(answer.ExchangeID)
	if err != nil {
		return fmt.Errorf("read exchange id: %w", err)
	}
	return keep(dir, id.String()+".jws", []byte(answer.Receipt))
}

// outcome is what a submission means for the exit code.
func (d submission) outcome() error {
	switch {
	case d.Problem != nil && refused(*d.Problem):
		return errFaults
	case d.err != nil:
		return errUnable
	}
	return nil
}

func (s *session) printSubmission(d submission) error {
	if d.err != nil {
		d.Error = d.err.Error()
	}
	if s.asJSON() {
		return s.json(d)
	}
	if a := d.Acceptance; a != nil {
		again := ""
		if a.Duplicate {
			again = "  " + s.word("accepted before")
		}
		number := a.DocumentNumber
		if a.DocumentVersion != "" {
			number += " " + s.say("version %s", a.DocumentVersion)
		}
		line := terminal.Cleanf("%s  %s  %s  %s  %s%s", a.ExchangeID, a.State, a.Kind, number, d.File, again)
		if err := s.printf("%s\n", line); err != nil {
			return err
		}
		return s.warnOf(d)
	}
	return s.explain(d)
}

// warnOf says what was found in an accepted document and let pass, and what
// went wrong after it was accepted.
func (s *session) warnOf(d submission) error {
	if d.err != nil {
		s.fail(d.err)
	}
	return s.printFaults(d.File, s.faults(d.Faults), d.Omitted)
}

// explain says why a document was not accepted.
func (s *session) explain(d submission) error {
	s.fail(d.err)
	if d.Problem == nil {
		return nil
	}
	if e := d.Problem.Earlier; e != nil {
		s.note("earlier: exchange %s, accepted %s, SHA-256 %s", terminal.Clean(e.ExchangeID), stamp(e.AcceptedAt), terminal.Clean(e.DigestSHA256))
	}
	return s.printFaults(d.File, s.faults(d.Problem.Faults), d.Problem.Omitted)
}
