package testdata

import "os"

// Long reports whether tests run in full, as CI has it: BEIBU_LONG=1. Without it,
// all tests together are to take less than five minutes on two cores: those that take
// minutes by themselves are skipped, and those that repeat something, such as
// killing a daemon, do it less often.
func Long() bool { return os.Getenv("BEIBU_LONG") == "1" }
