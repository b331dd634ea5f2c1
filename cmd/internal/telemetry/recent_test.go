package telemetry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/telemetry"
)

// The newest lines are kept, and lines that every document writes push out no others.
func TestRecentLines(t *testing.T) {
	core, all := observer.New(zap.InfoLevel)
	recent := telemetry.NewRecent()
	log := recent.Watch(zap.New(core)).With(zap.String("node", "a"))
	log.Info("serving")
	for range 10_000 {
		log.Info("request")
		log.Debug("too fine")
	}
	log.Error("request", zap.Int("status", 500))
	lines := strings.Split(strings.TrimSpace(string(recent.Lines())), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"msg":"serving"`) || !strings.Contains(lines[1], `"status":500`) || !strings.Contains(lines[0], `"node":"a"`) {
		t.Errorf("kept %q", lines)
	}
	if all.Len() != 10_002 {
		t.Errorf("logged %d lines", all.Len())
	}
	for n := range 10_000 {
		log.Warn("warning", zap.Int("n", n))
	}
	kept := recent.Lines()
	if len(kept) > 300<<10 || len(kept) < 100<<10 || !strings.Contains(string(kept), `"n":9999`) || strings.Contains(string(kept), "serving") {
		t.Errorf("kept %d bytes", len(kept))
	}
}

// No line names a person or has a secret.
func TestRecentLinesAreMasked(t *testing.T) {
	recent := telemetry.NewRecent()
	core, _ := observer.New(zap.InfoLevel)
	log := recent.Watch(zap.New(core))
	canaries := []string{
		"Li Wei", "192.0.2.7", "li.wei@person.example", "+86 777 2814 350", "13977712345", "Bearer abc.def", "whsk_c2VjcmV0", "s3cret@host",
		"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
	}
	log.Warn("carrier failed for li.wei@person.example", zap.String("caller", "Li Wei"), zap.String("remote", "192.0.2.7:1"),
		zap.Error(errors.New(`mail li.wei@person.example, tel. +86 777 2814 350 or 13977712345: Authorization: Bearer abc.def; whsk_c2VjcmV0; https://me:s3cret@host/`)),
		zap.Any("value", map[string]any{"key": []any{"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"}}),
		zap.String("exchange", "d08ef254-af8a-8b23-be23-7f0f41660ec2"))
	line := string(recent.Lines())
	for _, canary := range canaries {
		if strings.Contains(line, canary) {
			t.Errorf("%q is in %s", canary, line)
		}
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["exchange"] != "d08ef254-af8a-8b23-be23-7f0f41660ec2" || !strings.Contains(fmt.Sprint(fields["error"]), "tel. [left out]") {
		t.Errorf("%v of %s", err, line)
	}
}
