package queue

import "fmt"

// A Disagreement says that who opens a queue has something else than the queue
// began with, that must be the same for all who use it, now and later, such as a
// key. What that is, is told to Open by name; the first to open with a name
// records it.
type Disagreement struct {
	Name     string
	Ours     string
	Recorded string
}

// Error tells both sides.
func (d *Disagreement) Error() string {
	return fmt.Sprintf("%s is %q here, and the log began with %q", d.Name, d.Ours, d.Recorded)
}
