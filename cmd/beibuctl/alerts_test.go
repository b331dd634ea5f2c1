package main

import (
	"io"
	"strings"
	"testing"

	"beibu/exchange/operator/alert"
)

// Each command that the next step of an alert names is one.
func TestCommandsOfAlerts(t *testing.T) {
	commands := 0
	for _, code := range alert.Codes() {
		command := alert.Alert{Code: code, About: "window-vn"}.Command()
		if command == "" {
			continue
		}
		commands++
		arguments, ours := strings.CutPrefix(command, "beibuctl ")
		if _, _, err := parse(strings.Fields(arguments), streams{out: io.Discard, err: io.Discard}); err != nil || !ours {
			t.Errorf("%s: %s: %v", code, command, err)
		}
	}
	if commands < 10 {
		t.Errorf("%d commands", commands)
	}
}
