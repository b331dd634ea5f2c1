package telemetry_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
)

func TestLogWritesOneJSONObjectALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log, err := telemetry.NewLog(&out, "info", "json")
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("too small to log")
		log.Info("request", zap.Int("status", 202))
		var line map[string]any
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatalf("%q: %v", out.String(), err)
		}
		want := map[string]any{
			"level": "info", "msg": "request", "status": 202.0, "time": "2000-01-01T00:00:00.000000Z",
		}
		for key, value := range want {
			if line[key] != value {
				t.Errorf("%s is %v, want %v", key, line[key], value)
			}
		}
	})
}

func TestLogKeepsEveryLine(t *testing.T) {
	var out bytes.Buffer
	log, err := telemetry.NewLog(&out, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	const lines = 5_000
	for range lines {
		log.Info("request")
	}
	if got := strings.Count(out.String(), "\n"); got != lines {
		t.Errorf("%d lines of %d were written: something samples", got, lines)
	}
}

func TestLogForPeople(t *testing.T) {
	var out bytes.Buffer
	log, err := telemetry.NewLog(&out, "warn", "console")
	if err != nil {
		t.Fatal(err)
	}
	log.Warn("delivery", zap.String("receiver", "vn-nsw"))
	if !strings.Contains(out.String(), "WARN") || json.Valid(out.Bytes()) {
		t.Errorf("not for people: %s", out.String())
	}
}

// What a stranger wrote cannot forge a line, hide in one or turn it around, and
// a program that reads the JSON gets the very characters.
func TestLogShowsWhatCannotBeSeen(t *testing.T) {
	number := "CN/1\n{\"level\":\"info\"}\u202e\u200b\U000e0041北部湾"
	for _, format := range []string{"json", "console"} {
		var out bytes.Buffer
		log, err := telemetry.NewLog(&out, "info", format)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("request", zap.String("number", number))
		line := out.String()
		if strings.Count(line, "\n") != 1 || strings.ContainsAny(line, "\u202e\u200b\U000e0041") || !strings.Contains(line, `\u202e\u200b\udb40\udc41北部湾`) {
			t.Errorf("%s: %s", format, line)
		}
		if format != "json" {
			continue
		}
		var event struct{ Number string }
		if err := json.Unmarshal(out.Bytes(), &event); err != nil || event.Number != number {
			t.Errorf("got %q, %v", event.Number, err)
		}
	}
}

func TestLogRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct{ level, format string }{{"loud", "json"}, {"info", "xml"}, {"info", ""}} {
		if _, err := telemetry.NewLog(&bytes.Buffer{}, c.level, c.format); err == nil {
			t.Errorf("level %q and format %q were taken", c.level, c.format)
		}
	}
}
