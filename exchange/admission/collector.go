package admission

import (
	"os"
	"runtime/debug"
)

// The collector waits until what is garbage takes garbagePercent of what is in use, in
// place of as much as that: it then runs half as often, at some 20 MB of a daemon without
// large documents. What large documents use is bounded, and garbage beside it: together
// they take as much as if the collector did not wait.
const (
	garbagePercent = 200
	besideMemory   = 100 << 20 // bytes of what does not grow with the documents
)

// Collect sets how much memory the process may take for garbage, by the limits. The
// environment variables GOGC and GOMEMLIMIT decide if they are set. It is for a program
// that begins to serve, and not before: what is garbage then is from its start.
func (l Limits) Collect() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2*l.Memory + besideMemory)
	}
}
