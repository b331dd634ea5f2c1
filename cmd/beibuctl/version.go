package main

import (
	"context"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/cmd/internal/version"
	"beibu/exchange/httpapi"
)

// versionCommand shows versions.
type versionCommand struct{}

// versions are those of both ends, as they are printed.
type versions struct {
	Client httpapi.Version  `json:"client"`
	Server *httpapi.Version `json:"server,omitempty"` // if one answered
	Error  string           `json:"error,omitempty"`  // why none did
}

// patience is how long a daemon has to say its version.
const patience = 3 * time.Second

// Run shows the versions of this program and, if it answers, of the daemon.
// A daemon that does not answer is no failure.
func (c *versionCommand) Run(ctx context.Context, s *session) error {
	v := versions{Client: httpapi.Version(version.Own())}
	caller, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	server, err := client.Get[httpapi.Version](ctx, caller, "/v1/version", nil)
	if err == nil {
		v.Server = &server
	} else {
		v.Error = err.Error()
	}
	if s.asJSON() {
		return s.json(v)
	}
	if err := s.printf("%s\n", versionLine("beibuctl", v.Client)); err != nil {
		return err
	}
	if v.Server == nil {
		s.note("the daemon's version is unknown: %s", terminal.Clean(v.Error))
		return nil
	}
	return s.printf("%s\n", versionLine("beibud", server))
}

// versionLine returns the version of a program as it is printed.
func versionLine(program string, v httpapi.Version) string {
	return terminal.Clean(version.Line(program, version.Build(v)))
}
