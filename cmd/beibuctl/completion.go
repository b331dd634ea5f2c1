package main

import (
	"beibu/cmd/internal/completion"
)

// completionCommand prints completion scripts.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script that completes commands, flags and their values.
func (c *completionCommand) Run(s *session) error {
	switch c.Shell {
	case "bash":
		return s.printf("%s", completion.Bash(s.app))
	case "zsh":
		return s.printf("%s", completion.Zsh(s.app))
	}
	return s.printf("%s", completion.Fish(s.app))
}
