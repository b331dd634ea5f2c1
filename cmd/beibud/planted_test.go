package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"beibu/cmd/internal/crashtest"
)

// planted are faults in the protocol, as changes to the code. Each breaks a
// promise, and the attack has to notice.
var planted = []struct {
	name, file, right, wrong string
	at                       []string // where a daemon must die for it
}{
	{
		name: "the log before the body", file: "queue/kafka/admit.go",
		right: "func (q *Queue) submit(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {\n",
		wrong: `func (q *Queue) submit(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {
	partition := q.options.balancer().Balance(kafkago.Message{Topic: q.topics.body, Key: []byte(s.Key)})
	_, end, err := q.cluster.bounds(ctx, q.topics.body, partition)
	if err != nil {
		return err
	}
	e := s.Entry(0, q.layout.position(partition, end))
	if err := q.send(ctx, kafkago.Message{Topic: q.topics.log, Key: []byte(s.Key), Value: encodeEntry(e)}); err != nil {
		return err
	}
	return q.send(ctx, kafkago.Message{Topic: q.topics.body, Key: []byte(s.Key), Value: s.Body})
}

func (q *Queue) rightly(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {
`,
	},
	{
		name: "the commit first", file: "queue/kafka/dispatch.go", at: []string{"events sent"},
		right: "	entries, err := d.owning(partition, records)\n",
		wrong: `	if err := g.CommitOffsets(map[string]map[int]int64{d.q.topics.log: {partition: last + 1}}); err != nil {
		return fmt.Errorf("%w: commit: %w", errLost, err)
	}
	entries, err := d.owning(partition, records)
`,
	},
	{
		name: "no acknowledgement of writes", file: "queue/kafka/cluster.go",
		right: "RequiredAcks: kafkago.RequireAll,", wrong: "RequiredAcks: kafkago.RequireNone,",
	},
	{
		name: "ownership ignored", file: "queue/kafka/dispatch.go",
		right: "if d.q.owners.owner(", wrong: "if false && d.q.owners.owner(",
	},
	{
		name: "sealed again at delivery", file: "exchange/httpapi/exchanges.go",
		right: "	c.bytes(http.StatusOK, mediaXML, body)\n	return nil\n",
		wrong: `	opened, err := signing.OpenEnvelope(body, s.seals.Load().trust)
	if err != nil {
		return err
	}
	opened.Header.AcceptedAt = c.begun
	body, err = s.intake.Load().Sealer.Seal(c.request.Context(), opened.Header, opened.Document)
	c.bytes(http.StatusOK, mediaXML, body)
	return err
`,
	},
	{
		name: "an answer before the decision", file: "queue/kafka/admit.go",
		right: "	return q.decision(ctx, decided)\n", wrong: "	_ = decided\n	return s.Entry(1, 1), nil\n",
	},
}

// An attack that finds nothing proves something only where it finds what is
// wrong: every planted fault is noticed.
func TestPlantedFaults(t *testing.T) {
	long(t, "builds the daemon anew for every fault")
	servers := crashtest.StartServers(t, 1, 2)
	for _, fault := range planted {
		t.Run(fault.name, func(t *testing.T) {
			daemon := faulty(t, fault.file, fault.right, fault.wrong)
			servers.Fresh()
			r := crashtest.Run(t, crashtest.Options{
				Command: func(ctx context.Context, config string) *exec.Cmd {
					return exec.CommandContext(ctx, daemon, "run", "--config", config)
				},
				Nodes: 2, Clients: 16, Servers: servers, NoRedis: true, At: fault.at, For: 20 * time.Second, Breach: true,
			})
			if len(r.Faults) == 0 {
				t.Errorf("nothing was noticed:\n%s", r)
				return
			}
			t.Logf("noticed: %s", r.Faults[0])
		})
	}
}

// faulty builds the daemon with one change.
func faulty(t *testing.T, file, right, wrong string) string {
	t.Helper()
	dir := copyModule(t)
	path := filepath.Join(dir, filepath.FromSlash(file))
	code, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(code, []byte(right)) == 0 {
		t.Fatalf("%s has no longer what the fault changes: %q", file, right)
	}
	if err := os.WriteFile(path, bytes.Replace(code, []byte(right), []byte(wrong), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := filepath.Join(t.TempDir(), "beibud")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", daemon, "./cmd/beibud")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return daemon
}
