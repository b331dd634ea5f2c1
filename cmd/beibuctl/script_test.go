package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
)

// The test binary plays beibuctl if a script runs it.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"beibuctl": main}) }

// TestScripts runs the commands as people and programs do. Scripts in the
// folder daemon start a daemon of their own, with "daemon start".
func TestScripts(t *testing.T) {
	for _, dir := range []string{"testdata/script", "testdata/script/daemon"} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir: dir, RequireExplicitExec: true, RequireUniqueNames: true, Setup: setup,
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"daemon": daemonCommand, "replace": replace, "field": field, "exits": exits,
				},
			})
		})
	}
}

// setup gives every script the samples, and no configuration of the machine.
func setup(env *testscript.Env) error {
	samples, err := filepath.Abs("../../testdata/documents")
	env.Setenv("SAMPLES", samples)
	env.Setenv("LANG", "en_US.UTF-8")
	env.Setenv("BEIBU_SERVER", "http://127.0.0.1:1") // nobody is there
	env.Values[daemonKey] = &running{}
	return err
}

// daemonKey is where a script has its daemon.
const daemonKey = "daemon"

// running is the daemon of a script.
type running struct{ stop func() }

// daemonCommand starts and stops a daemon with its data in $WORK/data, which stays
// from one start to the next. It has the built-in map of parties unless a file is
// named. Scripts find API keys in $ACCESS.
func daemonCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: daemon start [PARTIES]|stop")
	}
	r, ok := ts.Value(daemonKey).(*running)
	if !ok {
		ts.Fatalf("no place for a daemon")
	}
	if args[0] == "stop" {
		r.stop()
		return
	}
	data := ts.MkAbs("data")
	text := "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: " + data + "\n"
	if len(args) == 2 {
		text += "parties: " + ts.MkAbs(args[1]) + "\n"
	}
	loaded, err := config.Parse("the script", []byte(text))
	ts.Check(err)
	d, err := daemon.New(context.Background(), loaded, zap.NewNop())
	ts.Check(err)
	ts.Check(d.Start(context.Background()))
	stopped := false
	r.stop = func() {
		if !stopped {
			stopped = true
			ts.Check(d.Stop(context.Background()))
		}
	}
	ts.Defer(r.stop)
	ts.Setenv("BEIBU_SERVER", "http://"+d.Public().String())
	ts.Setenv("ACCESS", filepath.Join(data, "access"))
}

// replace writes a file again with a text replaced: replace FILE OLD NEW.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	old := ts.ReadFile(args[0])
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(old, args[1], args[2])), 0o600))
}

// field puts a member of the JSON object in a file or stdout into a variable,
// or the first match of an expression: field VARIABLE FILE MEMBER.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: field VARIABLE FILE MEMBER")
	}
	var object map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &object))
	ts.Setenv(args[0], strings.Trim(string(object[args[2]]), `"`))
}

// exits runs a program and holds its exit code: exits CODE PROGRAM ARGS.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	want, code := args[0], 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}
