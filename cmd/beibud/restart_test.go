package main

import (
	"os"
	"strconv"
	"testing"

	"beibu/cmd/internal/crashtest"
)

// backlogSize is how many documents pile up: what BEIBU_BACKLOG says, such as
// 50000, or else what CI has time for.
func backlogSize(t *testing.T) int {
	t.Helper()
	text := os.Getenv("BEIBU_BACKLOG")
	if text == "" {
		return 2000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("BEIBU_BACKLOG=%q: %v", text, err)
	}
	return n
}

// Both daemons, the broker and Redis are killed while a backlog is handed over.
// All of it is delivered, once, and in the order of the log; the report says how
// long that took.
func TestRestartWithBacklog(t *testing.T) {
	long(t, "takes half a minute")
	r := crashtest.Backlog{Command: played, Servers: crashtest.StartServers(t, 1, 0), Documents: backlogSize(t)}.Run(t)
	t.Log(r)
	if len(r.Faults) > 0 {
		t.Errorf("%d promises were broken", len(r.Faults))
	}
}

// A restart of one daemon after the other refuses no request and cuts off none.
func TestRollingRestart(t *testing.T) {
	long(t, "takes half a minute")
	r := crashtest.Rolling{Command: played, Servers: crashtest.StartServers(t, 1, 0), Restarts: 6, Clients: 8}.Run(t)
	t.Log(r)
	for _, fault := range r.Faults {
		t.Error(fault)
	}
	if r.Moved == 0 {
		t.Error("no request went to the other daemon: nothing was tried")
	}
}

// Daemons are killed while a replay run is executed on Apache Kafka: it finishes, with every
// delivery at its second attempt, none forgotten and none twice.
func TestReplayWhileDaemonsAreKilled(t *testing.T) {
	long(t, "takes half a minute")
	const kills = 4
	r := crashtest.Replays{Command: played, Servers: crashtest.StartServers(t, 1, 0), Documents: 400, Kills: kills}.Run(t)
	t.Log(r)
	for _, fault := range r.Faults {
		t.Error(fault)
	}
	if r.Kills < kills/2 {
		t.Errorf("only %d kills while the run was running", r.Kills)
	}
}
