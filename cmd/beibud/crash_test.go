package main

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"beibu/cmd/internal/crashtest"
)

// played starts the daemon that this binary plays: the one that is killed is the
// one under test, built the same way.
func played(ctx context.Context, config string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], "run", "--config", config)
	cmd.Env = append(os.Environ(), asDaemon+"=1")
	return cmd
}

// crashTime is how long an attack lasts: what BEIBU_CRASH_FOR says, or else what
// CI has time for.
func crashTime(t *testing.T, usual time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv("BEIBU_CRASH_FOR")
	if text == "" {
		return usual
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// kept fails unless every promise was kept, and shows the report.
func kept(t *testing.T, r *crashtest.Report) {
	t.Helper()
	t.Log(r)
	if len(r.Faults) > 0 {
		t.Errorf("%d promises were broken", len(r.Faults))
	}
}

// built starts a daemon that a test has built.
func built(daemon string) crashtest.Command {
	return func(ctx context.Context, config string) *exec.Cmd {
		return exec.CommandContext(ctx, daemon, "run", "--config", config)
	}
}

// The daemon is killed a few times under load, on its embedded store.
func TestCrashes(t *testing.T) {
	kept(t, crashtest.Run(t, crashtest.Options{Command: played, Nodes: 1, Clients: 16, Kills: 5}))
}

// It is killed again and again, also at every point that is planted in the store
// and in the mailbox.
func TestCrashesAtEveryPoint(t *testing.T) {
	long(t, "takes a minute")
	r := crashtest.Run(t, crashtest.Options{
		Command: built(crashtest.Build(t, crashtest.Plants()...)), Planted: true, Every: true,
		Nodes: 1, Clients: 16, Kills: 50, For: crashTime(t, 0),
	})
	kept(t, r)
	for _, name := range r.Missed {
		t.Errorf("the daemon was never killed at the point %q", name)
	}
}

// Two daemons share a log in Apache Kafka and claims in Redis; they, the broker
// and Redis are killed, and the network between them loses, delays and cuts.
func TestCrashesOnKafka(t *testing.T) {
	long(t, "takes a minute")
	r := crashtest.Run(t, crashtest.Options{
		Command: played, Nodes: 2, Clients: 16, Servers: crashtest.StartServers(t, 1, 2),
		Storm: 3 * time.Second, For: crashTime(t, time.Minute),
	})
	kept(t, r)
	everyPoint(t, r)
}

// everyPoint fails unless a daemon was killed at every named point. How far a
// minute goes depends on the machine, so that only a longer attack is held to it.
func everyPoint(t *testing.T, r *crashtest.Report) {
	t.Helper()
	if os.Getenv("BEIBU_CRASH_FOR") == "" {
		return
	}
	for _, name := range r.Missed {
		t.Errorf("no daemon was killed at the point %q", name)
	}
}

// The same without Redis.
func TestCrashesWithoutRedis(t *testing.T) {
	long(t, "takes half a minute")
	kept(t, crashtest.Run(t, crashtest.Options{
		Command: played, Nodes: 2, Clients: 16, Servers: crashtest.StartServers(t, 1, 2), NoRedis: true,
		For: crashTime(t, 15*time.Second),
	}))
}

// One of three brokers is killed every five seconds, or as soon as the one
// before is back, and then partitions are given to other leaders.
func TestCrashesOfThreeBrokers(t *testing.T) {
	long(t, "takes a minute")
	r := crashtest.Run(t, crashtest.Options{
		Command: played, Nodes: 2, Clients: 16, Servers: crashtest.StartServers(t, 3, 2), Brokers: true,
		Storm: 5 * time.Second, For: crashTime(t, 20*time.Second),
	})
	kept(t, r)
	everyPoint(t, r)
	if os.Getenv("BEIBU_CRASH_FOR") != "" && r.Moved == 0 {
		t.Error("no partition was given to another leader")
	}
}
