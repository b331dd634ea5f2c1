package httpapi

import "time"

// A Time is a time as the API writes it: RFC 3339, in UTC, always with six digits
// of the second, so that times sort as text. It reads any RFC 3339 time.
type Time struct{ time.Time }

// timeForm is the form of a Time.
const timeForm = `"2006-01-02T15:04:05.000000Z"`

// MarshalJSON is json.Marshaler's.
func (t Time) MarshalJSON() ([]byte, error) { return t.UTC().AppendFormat(nil, timeForm), nil }
