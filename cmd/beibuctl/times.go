package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A moment is a time on the command line: RFC 3339, a day, which begins at
// midnight UTC as all times that are printed are UTC, or how far back, such as 24h
// or 1d. The zero moment is no time.
type moment struct {
	at   time.Time
	back time.Duration
}

// UnmarshalText reads a moment.
func (m *moment) UnmarshalText(text []byte) error {
	back, err := ago(string(text))
	if err == nil && back > 0 {
		m.back = back
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if m.at, err = time.Parse(layout, string(text)); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%q is neither a time such as 2026-09-01T08:00:00Z, nor a day such as 2026-09-01, nor how far back, such as 24h or 1d", text)
}

// A bound is a moment that narrows a list. One without a value is none: it removes the
// bound of a saved view.
type bound struct{ moment }

// UnmarshalText reads a bound.
func (b *bound) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		b.moment = moment{}
		return nil
	}
	return b.moment.UnmarshalText(text)
}

// ago reads how far back a moment is: a number of days or weeks, or a duration of
// Go, or both, such as 1d12h. A day has 24 hours.
func ago(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	const most = 36_500 // days
	i := strings.IndexAny(text, "dw")
	if i < 0 {
		return time.ParseDuration(text)
	}
	days, err := strconv.Atoi(text[:i])
	if text[i] == 'w' {
		days *= 7
	}
	if err != nil || days < 0 || days > most {
		return 0, fmt.Errorf("%q begins with no number of days or weeks", text)
	}
	back := time.Duration(days) * day
	if text[i+1:] == "" {
		return back, nil
	}
	more, err := ago(text[i+1:])
	if err != nil || more < 0 {
		return 0, fmt.Errorf("%q ends with no duration", text)
	}
	return back + more, nil
}

// time returns the moment, seen from now, or the zero time.
func (m moment) time(now time.Time) time.Time {
	if m.back > 0 {
		return now.Add(-m.back).UTC()
	}
	return m.at
}

// put adds a time to a query, if there is one.
func put(query url.Values, name string, t time.Time) {
	if !t.IsZero() {
		query.Set(name, t.Format(time.RFC3339Nano))
	}
}

// stamp writes a time for people: in UTC, to the second.
func stamp(t interface{ UTC() time.Time }) string {
	return t.UTC().Format("2006-01-02 15:04:05Z")
}
