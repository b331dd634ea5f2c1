package httpapi

import (
	"cmp"
	"time"

	"beibu/exchange/admission"
)

// Filled returns the limits of a test, with values that it does not reach for those
// that it leaves out.
func (l Limits) Filled() Limits {
	return Limits{
		Body: cmp.Or(l.Body, 30*time.Second), Silence: cmp.Or(l.Silence, 15*time.Second), Slowest: cmp.Or(l.Slowest, 64<<10),
		Connections: cmp.Or(l.Connections, 512), PerAddress: cmp.Or(l.PerAddress, 256),
	}
}

// FilledAdmission is [Limits.Filled] of the limits of admission control.
func FilledAdmission(l admission.Limits) admission.Limits {
	return admission.Limits{
		Document: cmp.Or(l.Document, 8<<20), Request: cmp.Or(l.Request, 90*time.Second),
		InFlight: cmp.Or(l.InFlight, 256), Memory: cmp.Or(l.Memory, 256<<20), Refusals: cmp.Or(l.Refusals, 60), Kept: cmp.Or(l.Kept, 64<<20),
	}
}
