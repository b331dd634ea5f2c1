package main

import (
	"fmt"
	"net/url"
	"time"
)

// A moment is a time on the command line: RFC 3339, or how far back, such as
// 24h. The zero moment is no time.
type moment struct {
	at   time.Time
	back time.Duration
}

// UnmarshalText reads a moment.
func (m *moment) UnmarshalText(text []byte) error {
	back, err := time.ParseDuration(string(text))
	if err == nil && back > 0 {
		m.back = back
		return nil
	}
	if m.at, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is neither a time such as 2026-09-01T08:00:00Z nor how far back, such as 24h", text)
	}
	return nil
}

// time returns the moment, seen from now, or the zero time.
func (m moment) time(now time.Time) time.Time {
	if m.back > 0 {
		return now.Add(-m.back).UTC()
	}
	return m.at
}

// put adds a time to a query, where there is one.
func put(query url.Values, name string, t time.Time) {
	if !t.IsZero() {
		query.Set(name, t.Format(time.RFC3339Nano))
	}
}

// stamp writes a time for people: in UTC, to the second.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
