package main

import (
	"context"
	"runtime/debug"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
)

// versionCommand shows versions.
type versionCommand struct{}

// versions are those of both ends, as they are printed.
type versions struct {
	Client httpapi.Version  `json:"client"`
	Server *httpapi.Version `json:"server,omitempty"` // where one answered
	Error  string           `json:"error,omitempty"`  // why none did
}

// patience is how long a daemon has to tell its version.
const patience = 3 * time.Second

// Run shows the versions of this program and, where it answers, of the daemon.
// A daemon that does not answer is no failure.
func (c *versionCommand) Run(ctx context.Context, s *session) error {
	v := versions{Client: ownVersion()}
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
	if err := s.printf("beibuctl %s %s (%s)\n", v.Client.Version, v.Client.Commit, v.Client.Go); err != nil {
		return err
	}
	if v.Server == nil {
		s.note("the daemon does not tell its version: %s", terminal.Clean(v.Error))
		return nil
	}
	return s.printf("beibud %s\n", terminal.Cleanf("%s %s (%s)", server.Version, server.Commit, server.Go))
}

// ownVersion returns what the toolchain stamped into this program.
func ownVersion() httpapi.Version {
	v := httpapi.Version{Version: "(devel)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version, v.Go = info.Main.Version, info.GoVersion
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			v.Commit = setting.Value
		}
	}
	return v
}
