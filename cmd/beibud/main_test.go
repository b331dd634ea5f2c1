package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"beibu/testdata"
)

// asDaemon makes the test binary play the daemon: the one that is killed is
// then the one under test, built the same way.
const asDaemon = "BEIBUD_TEST_PLAYS_DAEMON"

func TestMain(m *testing.M) {
	if os.Getenv(asDaemon) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"beibud": main})
}

// The scripts show how the program behaves to those who call it. Commands of
// their own have a daemon run beside it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: beside, Cmds: commands})
}

// long skips a test that takes long, unless BEIBU_LONG=1 asks for it, as CI does,
// and -short does not.
func long(t *testing.T, why string) {
	t.Helper()
	if !testdata.Long() {
		t.Skip("SKIPPED: " + why + "; set BEIBU_LONG=1")
	}
}
