package main

import (
	"errors"

	"beibu/cmd/internal/verify"
)

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
